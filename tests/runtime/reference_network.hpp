#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/network/parameters.hpp"

/// The meaning of a network, written as plainly as it can be: loops over one image in double.
namespace blockscope::reference {

using Map = std::vector<double>;  // [channels, height, width]

inline double activate(Activation activation, double x) {
    const double gate = std::clamp(x / 6 + 0.5, 0.0, 1.0);
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return std::max(x, 0.0);
        case Activation::relu6:
            return std::clamp(x, 0.0, 6.0);
        case Activation::h_swish:
            return x * gate;
        case Activation::swish:
            return x / (1 + std::exp(-x));
        case Activation::h_sigmoid:
            return gate;
    }
    return x;
}

inline double at(const Map& map, const Shape& s, int c, int y, int x) {
    return map[(static_cast<std::size_t>(c) * s.height + y) * s.width + x];
}

/// Calls visit(y, x, ky, kx) for the elements of a window that lie inside the map.
template <typename Visit>
void window(const Operator& op, int pad, int oy, int ox, Visit visit) {
    for (int ky = 0; ky < op.kernel; ++ky) {
        for (int kx = 0; kx < op.kernel; ++kx) {
            const int y = oy * op.stride - pad + ky;
            const int x = ox * op.stride - pad + kx;
            if (y >= 0 && y < op.in.height && x >= 0 && x < op.in.width) visit(y, x, ky, kx);
        }
    }
}

inline double convolve(const Operator& op, const Map& in, const OperatorParameters& p, int o, int y,
                       int x) {
    const int group_in = op.in.channels / op.groups;
    const int first = o / (op.out.channels / op.groups) * group_in;
    double sum = p.bias[o];
    for (int i = 0; i < group_in; ++i) {
        window(op, op.kernel / 2, y, x, [&](int iy, int ix, int ky, int kx) {
            const auto w = ((static_cast<std::size_t>(o) * group_in + i) * op.kernel + ky);
            sum += p.weight[w * op.kernel + kx] * at(in, op.in, first + i, iy, ix);
        });
    }
    return sum;
}

inline double pool(const Operator& op, const Map& in, int c, int y, int x) {
    double sum = 0;
    int count = 0;
    double best = -std::numeric_limits<double>::infinity();
    const bool max = op.kind == OpKind::max_pool;
    window(op, max ? op.kernel / 2 : 0, y, x, [&](int iy, int ix, int, int) {
        const double value = at(in, op.in, c, iy, ix);
        sum += value;
        ++count;
        best = std::max(best, value);
    });
    return max ? best : sum / count;
}

inline double mean(const Shape& s, const Map& in, int c) {
    double sum = 0;
    for (int y = 0; y < s.height; ++y) {
        for (int x = 0; x < s.width; ++x) sum += at(in, s, c, y, x);
    }
    return sum / (s.height * s.width);
}

inline double value(const Operator& op, const std::vector<Map>& maps, const OperatorParameters& p,
                    int c, int y, int x) {
    const Map& in = maps[op.input];
    switch (op.kind) {
        case OpKind::convolution:
            return convolve(op, in, p, c, y, x);
        case OpKind::linear: {
            double sum = p.bias[c];
            for (std::size_t i = 0; i < in.size(); ++i) sum += p.weight[c * in.size() + i] * in[i];
            return sum;
        }
        case OpKind::add:
            return at(in, op.in, c, y, x) + at(maps[op.second], op.in, c, y, x);
        case OpKind::scale:
            return at(in, op.in, c, y, x) * maps[op.second][c];
        case OpKind::global_pool:
            return mean(op.in, in, c);
        case OpKind::max_pool:
        case OpKind::average_pool:
            return pool(op, in, c, y, x);
    }
    return 0;
}

/// Every tensor of the network, the last one its output.
inline std::vector<Map> run(const NetworkGraph& network, const Parameters& parameters,
                            const std::vector<float>& input) {
    std::vector<Map> maps{Map(input.begin(), input.end())};
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i];
        const auto p = parameters[i] ? parameters[i]->numbers() : OperatorParameters{};
        Map out;
        out.reserve(op.out.elements());
        for (int c = 0; c < op.out.channels; ++c) {
            for (int y = 0; y < op.out.height; ++y) {
                for (int x = 0; x < op.out.width; ++x) {
                    out.push_back(activate(op.activation, value(op, maps, p, c, y, x)));
                }
            }
        }
        maps.push_back(std::move(out));
    }
    return maps;
}

/// Largest difference over the largest expected value, or over `scale` if that is more, where sums
/// may cancel; infinite for different sizes, and NaN, which is below no tolerance, if there is one.
template <typename Got, typename Want>
double difference(const Got& got, const Want& want, double scale = 0) {
    if (got.size() != want.size()) return std::numeric_limits<double>::infinity();
    double largest = scale;
    double worst = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(want[i])));
        const double d = std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i]));
        if (std::isnan(d)) return d;
        worst = std::max(worst, d);
    }
    return worst == 0 ? 0 : worst / largest;
}

inline std::vector<float> image(std::int64_t elements, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> values(elements);
    for (float& v : values) v = static_cast<float>(2 * rng.uniform() - 1);
    return values;
}

/// Builds graphs operator by operator; each call returns the number of the tensor it makes.
struct Builder {
    NetworkGraph network;

    explicit Builder(const Shape& input) {
        network.name = "by hand";
        network.input = input;
    }
    // inlined, push_back makes g++ 12 warn of an overflow that is not there
    [[gnu::noinline]] int push(Operator op, int input, int second = -1) {
        op.input = input;
        op.second = second;
        op.in = network.shape(input);
        network.operators.push_back(op);
        return static_cast<int>(network.operators.size());
    }
    int conv(int input, int channels, int kernel, int stride, int groups, Activation activation,
             Role role = Role::conv) {
        const Shape in = network.shape(input);
        Operator op;
        op.role = role;
        op.activation = activation;
        op.kernel = kernel;
        op.stride = stride;
        op.groups = groups;
        op.out = {channels, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1};
        op.where = {Location::Part::body, 0, static_cast<int>(network.operators.size())};
        return push(op, input);
    }
    int pool(OpKind kind, int input, int kernel, int stride,
             Activation activation = Activation::none) {
        const Shape in = network.shape(input);
        Operator op;
        op.kind = kind;
        op.role = Role::pool;
        op.activation = activation;
        op.kernel = kernel;
        op.stride = stride;
        op.out = {in.channels, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1};
        if (kind == OpKind::global_pool) op.out = {in.channels, 1, 1};
        return push(op, input);
    }
    int combine(OpKind kind, int input, int second, Activation activation = Activation::none) {
        Operator op;
        op.kind = kind;
        op.role = kind == OpKind::add ? Role::shortcut_add : Role::se_scale;
        op.activation = activation;
        op.out = network.shape(input);
        return push(op, input, second);
    }
    int linear(int input, int features) {
        Operator op;
        op.kind = OpKind::linear;
        op.role = Role::classifier;
        op.bias = true;
        op.out = {features, 1, 1};
        return push(op, input);
    }
    int squeeze_excite(int input, int reduced) {
        const int channels = network.shape(input).channels;
        int gate = pool(OpKind::global_pool, input, 1, 1);
        gate = conv(gate, reduced, 1, 1, 1, Activation::relu, Role::se_reduce);
        gate = conv(gate, channels, 1, 1, 1, Activation::h_sigmoid, Role::se_expand);
        return combine(OpKind::scale, input, gate);
    }
};

/// Stem, MBConv with squeeze-and-excite and shortcut, classifier.
inline NetworkGraph mobile_network() {
    using A = Activation;
    Builder b({3, 25, 25});
    int x = b.conv(0, 16, 3, 2, 1, A::h_swish);
    const int first = b.conv(x, 16, 3, 1, 16, A::relu, Role::depthwise);
    x = b.combine(OpKind::add, b.conv(first, 16, 1, 1, 1, A::none, Role::project), x);
    int t = b.conv(x, 64, 1, 1, 1, A::h_swish, Role::expand);
    t = b.conv(t, 64, 5, 2, 64, A::h_swish, Role::depthwise);
    x = b.conv(b.squeeze_excite(t, 16), 24, 1, 1, 1, A::none, Role::project);
    t = b.conv(x, 96, 1, 1, 1, A::h_swish, Role::expand);
    t = b.conv(t, 96, 7, 1, 96, A::h_swish, Role::depthwise);
    t = b.conv(b.squeeze_excite(t, 24), 24, 1, 1, 1, A::none, Role::project);
    x = b.combine(OpKind::add, t, x);
    x = b.conv(x, 80, 1, 1, 1, A::relu6, Role::conv);
    b.linear(b.pool(OpKind::global_pool, x, 1, 1), 10);
    return b.network;
}

/// Residual stem, max pool, two bottlenecks on 13x13, the first with a pooled shortcut.
inline NetworkGraph bottleneck_network() {
    using A = Activation;
    Builder b({3, 51, 51});
    int x = b.conv(0, 24, 3, 2, 1, A::relu);
    x = b.combine(OpKind::add, b.conv(x, 24, 3, 1, 1, A::relu), x);  // reads what it is added to
    x = b.pool(OpKind::max_pool, x, 3, 2);
    for (const int stride : {2, 1}) {
        const int shortcut = b.conv(b.pool(OpKind::average_pool, x, stride, stride), 48, 1, 1, 1,
                                    A::none, Role::shortcut_conv);
        int t = b.conv(x, 16, 1, 1, 1, A::relu, Role::expand);
        t = b.conv(t, 16, 3, stride, 1, A::relu, Role::bottleneck_conv);
        t = b.conv(t, 48, 1, 1, 1, A::none, Role::project);
        x = b.combine(OpKind::add, t, shortcut, A::relu);
    }
    int t = b.conv(x, 16, 3, 1, 4, A::swish);  // groups that are neither 1 nor all
    t = b.conv(t, 48, 1, 1, 1, A::none, Role::project);
    x = b.combine(OpKind::add, t, x, A::relu);
    b.linear(b.pool(OpKind::global_pool, x, 1, 1), 10);
    return b.network;
}

/// What lowering never makes but a graph may say: tensors read again after an addition, a sum with
/// itself, an activation behind a pool, a map as the output.
inline NetworkGraph odd_network() {
    using A = Activation;
    Builder b({8, 9, 9});
    const int x = b.conv(0, 8, 3, 1, 1, A::none);
    const int y = b.combine(OpKind::add, b.conv(x, 8, 1, 1, 1, A::none), x);
    const int z = b.combine(OpKind::add, y, x, A::h_sigmoid);
    const int same = b.pool(OpKind::average_pool, z, 1, 1);
    const int twice = b.combine(OpKind::add, same, same);
    const int w = b.combine(OpKind::add, b.conv(twice, 8, 3, 1, 8, A::none), same, A::swish);
    const int v = b.combine(OpKind::add, w, b.combine(OpKind::add, z, twice));
    b.pool(OpKind::average_pool, v, 2, 2, A::relu6);
    return b.network;
}

}  // namespace blockscope::reference
