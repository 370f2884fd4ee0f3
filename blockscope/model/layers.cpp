#include "blockscope/model/layers.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {

std::span<const float> weights(const TensorFile& file, const std::string& name,
                               const std::vector<std::int64_t>& shape) {
    const Tensor& tensor = file.at(name);
    bool fits = tensor.shape.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i) {
        fits = shape[i] < 0 ? tensor.shape[i] > 0 : tensor.shape[i] == shape[i];
    }
    if (!fits) {
        throw Error(
            fmt::format("tensor '{}' is {}, not {}", name, to_text(tensor.shape), to_text(shape)),
            file.source);
    }
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        if (!std::isfinite(tensor.values[i])) {
            throw Error(fmt::format("tensor '{}': element {} is {}", name, i + 1, tensor.values[i]),
                        file.source);
        }
    }
    return tensor.values;
}

}  // namespace blockscope
