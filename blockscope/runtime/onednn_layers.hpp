#pragma once

// Inside of the oneDNN engine; included by its sources only.

#include <array>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "blockscope/network/parameters.hpp"
#include "blockscope/runtime/activation_plan.hpp"

namespace blockscope {

/// A primitive and the memory it takes. Activations are channels-last; `weights` has the layout that
/// oneDNN chose for this machine.
struct OnednnLayer {
    dnnl::primitive primitive;
    dnnl::memory::desc source;
    dnnl::memory::desc second;   ///< add and scale
    dnnl::memory::desc result;
    dnnl::memory::desc weights;  ///< convolution and linear
    std::string implementation;  ///< oneDNN's name for the code it chose
};

struct OnednnWeights {
    dnnl::memory weight;
    dnnl::memory bias;
};

/// Everything prepared so far. Primitives are shared by equal shapes and attributes, packed weights
/// by parameter entry: a network whose layers were all seen costs two look-ups an operator.
class OnednnLayers {
public:
    OnednnLayers(const dnnl::engine& engine, int batch) : engine_(engine), batch_(batch) {}

    const OnednnLayer& of(const Operator& op, const PlannedStep& step);
    /// Copies between [batch, channels, height, width] and channels-last.
    const OnednnLayer& input_copy(const Shape& shape) { return copy(shape, false); }
    const OnednnLayer& output_copy(const Shape& shape) { return copy(shape, true); }
    /// Keeps the entry, so that its address stays its own.
    OnednnWeights weights(const OnednnLayer& layer, const Operator& op,
                          const std::shared_ptr<const OperatorParameters>& entry);

private:
    using Key = std::array<int, 14>;
    struct Packed {
        std::shared_ptr<const OperatorParameters> entry;
        dnnl::memory bias;
        std::vector<dnnl::memory> layouts;  ///< mostly one; oneDNN may want another for another map
    };

    OnednnLayer make(const Operator& op, const PlannedStep& step) const;
    OnednnLayer make_convolution(const Operator& op, const dnnl::primitive_attr& attributes) const;
    OnednnLayer make_linear(const Operator& op, const dnnl::primitive_attr& attributes) const;
    OnednnLayer make_pool(const Operator& op, const dnnl::primitive_attr& attributes) const;
    OnednnLayer make_binary(const Operator& op, const dnnl::primitive_attr& attributes) const;
    const OnednnLayer& copy(const Shape& shape, bool out);

    dnnl::engine engine_;
    int batch_;
    std::map<Key, OnednnLayer> layers_;
    std::unordered_map<const OperatorParameters*, Packed> packed_;
};

}  // namespace blockscope
