#include "blockscope/network/parameters.hpp"

#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

/// What the numbers depend on besides the seed. Strides and map sizes do not belong to it: the same
/// layer at another resolution has the same weights.
std::string key_of(const Operator& op) {
    const bool linear = op.kind == OpKind::linear;
    return fmt::format("{}/{} {}x{}x{}x{}", label(op.where), to_string(op.role), op.out.channels,
                       linear ? op.in.elements() : op.in.channels / op.groups,
                       linear ? 1 : op.kernel, op.groups);
}

/// 64-bit FNV-1a.
std::uint64_t hash(std::string_view bytes) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : bytes) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return h;
}

/// Variance of a weight times its fan-in. 2 keeps the second moment through a relu (He et al.,
/// "Delving deep into rectifiers", 2015). What ends in a sum is scaled down, so that 20 residual
/// layers in a row do not grow; gates and the classifier have no relu to make up for. Around a
/// depthwise convolution stand what passes less than a relu: h_swish near 0 and gates near a half.
double gain(Role role) {
    switch (role) {
        case Role::project:
            return 0.5;
        case Role::depthwise:
            return 5.0;
        case Role::se_reduce:
        case Role::se_expand:
        case Role::shortcut_conv:
        case Role::classifier:
            return 1.0;
        default:
            return 2.0;
    }
}

/// Uniform in (-limit, limit), never 0; two values of 24 bits from each draw.
void fill(std::vector<float>& values, double limit, Rng& rng) {
    const auto scale = static_cast<float>(limit * 0x1.0p-23);
    const auto value = [scale](std::uint64_t bits) {
        const auto centred = static_cast<std::int32_t>(bits & 0xffffff) - 0x800000;
        return (static_cast<float>(centred) + 0.5F) * scale;
    };
    for (std::size_t i = 0; i < values.size(); i += 2) {
        const std::uint64_t bits = rng.bits64();
        values[i] = value(bits >> 40);
        if (i + 1 < values.size()) values[i + 1] = value(bits >> 8);
    }
}

constexpr double bias_limit = 0.1;

OperatorParameters random_numbers(std::uint64_t seed, std::int64_t fan_in, int out, double gain) {
    Rng rng(seed);
    OperatorParameters made;
    made.weight.resize(static_cast<std::size_t>(fan_in * out));
    made.bias.resize(static_cast<std::size_t>(out));
    // a uniform distribution has variance limit^2 / 3
    fill(made.weight, std::sqrt(3 * gain / static_cast<double>(fan_in)), rng);
    fill(made.bias, bias_limit, rng);
    return made;
}

}  // namespace

Parameters ParameterPool::of(const NetworkGraph& network) {
    Parameters parameters(network.operators.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Operator& op = network.operators[i];
        if (op.kind != OpKind::convolution && op.kind != OpKind::linear) continue;
        const std::string key = key_of(op);
        auto& entry = known_[key];
        if (!entry) {
            const std::int64_t fan_in =
                op.kind == OpKind::linear
                    ? op.in.elements()
                    : std::int64_t{op.in.channels} / op.groups * op.kernel * op.kernel;
            entry = std::make_shared<ParameterSource>(ParameterSource{
                [seed = seed_ ^ hash(key), fan_in, out = op.out.channels, gain = gain(op.role)] {
                    return random_numbers(seed, fan_in, out, gain);
                }});
        }
        parameters[i] = entry;
    }
    return parameters;
}

Parameters random_parameters(const NetworkGraph& network, std::uint64_t seed) {
    return ParameterPool(seed).of(network);
}

}  // namespace blockscope
