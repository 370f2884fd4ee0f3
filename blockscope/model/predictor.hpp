#pragma once

#include <optional>
#include <span>
#include <string>

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// A trained model that gives architectures of one space a number, made for that space (which may
/// restrict the one the model was trained on).
class Predictor {
public:
    virtual ~Predictor() = default;

    /// out[i]: the model's own output for archs[i], NaN where refusal() gives a reason. Allocates
    /// for a call and its threads, nothing for an architecture; threads as in thread_count().
    /// An architecture's number does not depend on what else is in the batch.
    virtual void predict(std::span<const Architecture> archs, std::span<double> out,
                         unsigned threads) const = 0;

    /// Why this architecture cannot be put into the model's input; "" if it can.
    virtual std::string refusal(const Architecture& a) const = 0;

    /// The model as a table, if that is what it is. Throws Error if it has none for the resolution.
    virtual std::optional<LayerTable> additive(int resolution) const {
        (void)resolution;
        return std::nullopt;
    }
};

}  // namespace blockscope
