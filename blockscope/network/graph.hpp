#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// channels x height x width of one image.
struct Shape {
    int channels = 0;
    int height = 1;
    int width = 1;
    std::int64_t elements() const { return std::int64_t{channels} * height * width; }
    friend bool operator==(const Shape&, const Shape&) = default;
};

/// Where in the space an operator came from. unit and layer count from 0 and mean something in the
/// body only.
struct Location {
    enum class Part : std::uint8_t { stem, body, head };
    Part part = Part::stem;
    int unit = 0;
    int layer = 0;  ///< in stem and head: number of the fixed layer
    friend bool operator==(const Location&, const Location&) = default;
};

/// "U1-L2" (counted from 1), "stem 1", "head 3".
std::string label(const Location& where);

enum class OpKind : std::uint8_t {
    convolution,   ///< kernel x kernel, zero padding kernel / 2, weight [out, in / groups, k, k]
    linear,        ///< over a flattened 1x1 map, weight [out, in]
    add,           ///< input + second
    scale,         ///< input * second, second is channels x 1 x 1
    global_pool,   ///< mean over height and width
    max_pool,      ///< padding kernel / 2 (of minus infinity)
    average_pool,  ///< kernel = stride, no padding, the last window may be cut (ceil mode) and then
                   ///< divides by the elements it really has; kernel 1 is the identity
};

/// What an operator does inside its layer.
enum class Role : std::uint8_t {
    conv,
    expand,
    depthwise,
    squeeze,
    se_reduce,
    se_expand,
    se_scale,
    project,
    bottleneck_conv,
    shortcut_pool,
    shortcut_conv,
    shortcut_add,
    pool,
    classifier
};
std::string_view to_string(OpKind kind);
std::string_view to_string(Role role);

/// One step of a network. The activation is applied to its result.
struct Operator {
    OpKind kind = OpKind::convolution;
    Role role = Role::conv;
    Activation activation = Activation::none;
    bool batch_norm = false;  ///< behind the convolution, before the activation; folded to run
    bool bias = false;
    bool two_means = false;  ///< global_pool that reference code runs as two means
    int kernel = 1;
    int stride = 1;
    int groups = 1;
    int input = 0;    ///< tensor number
    int second = -1;  ///< tensor number for add and scale
    Shape in;
    Shape out;
    Location where;
};

/// Operators in the order they run. Tensor 0 is the network's input; operator i makes tensor i + 1;
/// the last one is the network's output.
struct NetworkGraph {
    std::string name;
    Shape input;
    double batch_norm_eps = 1e-5;
    std::vector<Operator> operators;

    Shape shape(int tensor) const {
        return tensor == 0 ? input : operators[static_cast<std::size_t>(tensor) - 1].out;
    }
};

/// The network of an architecture. Throws Error if `a` names something the space does not describe
/// or a map would vanish.
NetworkGraph lower(const DesignSpace& space, const Architecture& a);

/// One layer of the body as a network of its own; input: the map that comes in.
NetworkGraph lower_layer(const DesignSpace& space, int unit, int layer, int width, int block,
                         const Shape& input);

/// The stem, or the head behind a map `input`, as networks of their own.
NetworkGraph lower_stem(const DesignSpace& space, const Architecture& a);
NetworkGraph lower_head(const DesignSpace& space, const Shape& input);

}  // namespace blockscope
