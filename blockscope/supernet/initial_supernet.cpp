#include "blockscope/supernet/initial_supernet.hpp"

#include <cmath>

namespace blockscope {
namespace {

Tensor filled(const SupernetTensor& like, float value) {
    const auto count = element_count(like.shape, std::int64_t{1} << 40);
    return {like.shape, std::vector<float>(static_cast<std::size_t>(count), value)};
}

Tensor identity(const SupernetTensor& like) {
    Tensor tensor = filled(like, 0);
    const auto n = static_cast<std::size_t>(like.shape[0]);
    for (std::size_t i = 0; i < n; ++i) tensor.values[i * n + i] = 1;
    return tensor;
}

/// A number for each name, the same everywhere (FNV-1a).
std::uint64_t number_of(std::string_view name) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash;
}

Tensor random(const SupernetTensor& like, const Rng& rng) {
    Tensor tensor = filled(like, 0);
    const double fan_in =
        static_cast<double>(tensor.values.size()) / static_cast<double>(like.shape[0]);
    const double bound = std::sqrt((like.shape.size() == 2 ? 1.0 : 6.0) / fan_in);
    Rng numbers = rng.fork(number_of(like.name));
    for (float& value : tensor.values) {
        value = static_cast<float>((2 * numbers.uniform() - 1) * bound);
    }
    return tensor;
}

Tensor initial(const SupernetTensor& tensor, const Rng& rng) {
    const std::string& name = tensor.name;
    if (name.ends_with("_matrix")) return identity(tensor);
    if (tensor.shape.size() > 1) return random(tensor, rng);
    const bool one = name.ends_with(".running_var") || name.ends_with(".weight");
    return filled(tensor, one ? 1.0F : 0.0F);
}

}  // namespace

Supernet initial_supernet(const DesignSpace& space, const Rng& rng) {
    Supernet net{space, supernet_layers(space), {}, "", ""};
    for (const SupernetTensor& tensor : supernet_tensors(net.layers)) {
        if (tensor.name.ends_with(".num_batches_tracked")) continue;
        net.tensors.emplace(tensor.name, initial(tensor, rng));
    }
    return net;
}

}  // namespace blockscope
