#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/supernet/layout.hpp"
#include "blockscope/weights/tensor.hpp"

// Weights, inputs and calibration images that are functions of a name and an index: no file of
// 40 MB is needed to compare with numbers that other code made from the same rule.
namespace blockscope {

inline std::uint64_t name_hash(std::string_view name) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return h;
}

/// Uniform in [0, 1), of a name's hash and an index (splitmix64).
inline double uniform_at(std::uint64_t hash, std::uint64_t i) {
    std::uint64_t z = hash + i + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    return static_cast<double>(z >> 11) * 0x1.0p-53;
}

inline Tensor filled(const std::string& name, const std::vector<std::int64_t>& shape) {
    Tensor tensor{shape, {}};
    std::size_t count = 1;
    for (const auto d : shape) count *= static_cast<std::size_t>(d);
    tensor.values.resize(count);
    const auto ends = [&](std::string_view with) { return name.ends_with(with); };
    if (ends("num_batches_tracked")) return tensor;
    double scale = 0.1;  // of t, which is uniform in [-1, 1)
    double offset = 0.0;
    double diagonal = 0;  // added where row and column are equal
    if (ends("_matrix")) {
        scale = 1.0 / static_cast<double>(shape[0]);
        diagonal = ends("7to5_matrix") ? 7.0 / 5.0 : 5.0 / 3.0;
    } else if (ends("running_var") || (ends(".weight") && shape.size() == 1)) {
        scale = 0.5;
        offset = 1.0;  // 0.5 + u = 1 + 0.5 t
    } else if (ends(".se.fc.expand.bias")) {
        offset = 1.0;
    } else if (ends(".weight")) {
        const double gain = ends(".point_linear.conv.conv.weight") ? 2.0
                            : ends(".conv3.conv.conv.weight")      ? 0.75
                                                                   : 6.0;
        scale = std::sqrt(gain / (static_cast<double>(count) / static_cast<double>(shape[0])));
    }
    const auto hash = name_hash(name);
    for (std::size_t i = 0; i < count; ++i) {
        const double t = 2 * uniform_at(hash, i) - 1;
        double value = offset + scale * t;
        if (diagonal != 0) {
            const auto n = static_cast<std::size_t>(shape[0]);
            value = (i / n == i % n ? diagonal : 0.0) + t / static_cast<double>(n);
        }
        tensor.values[i] = static_cast<float>(value);
    }
    return tensor;
}

/// A checkpoint of the space's supernet.
inline TensorFile filled_file(const DesignSpace& space) {
    TensorFile file{"filled", {}};
    for (const auto& tensor : supernet_tensors(supernet_layers(space))) {
        file.tensors.emplace(tensor.name, filled(tensor.name, tensor.shape));
    }
    return file;
}

/// Images [count, 3, side, side]: noise, and a coarser one of 32 x 32 pixels.
inline std::vector<float> filled_images(const std::string& name, int count, int side) {
    const auto fine = name_hash(name);
    const auto coarse = name_hash(name + "#coarse");
    const int cells = (side + 31) / 32;
    std::vector<float> values;
    for (int p = 0; p < count * 3; ++p) {
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                const double t = 2 * uniform_at(fine, values.size()) - 1;
                const auto cell = static_cast<std::uint64_t>((p * cells + y / 32) * cells + x / 32);
                values.push_back(static_cast<float>(t + 1.5 * (2 * uniform_at(coarse, cell) - 1)));
            }
        }
    }
    return values;
}

struct Checksum {
    double sum = 0;
    double l2 = 0;
};

template <typename Values>
Checksum checksum(const Values& values) {
    Checksum made;
    for (const double value : values) {
        made.sum += value;
        made.l2 += value * value;
    }
    made.l2 = std::sqrt(made.l2);
    return made;
}

}  // namespace blockscope
