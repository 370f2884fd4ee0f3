#include "blockscope/weights/tensor.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

const Tensor& TensorFile::at(const std::string& name) const {
    const auto found = tensors.find(name);
    if (found != tensors.end()) return found->second;
    std::vector<std::string> names;
    names.reserve(tensors.size());
    for (const auto& entry : tensors) names.push_back(entry.first);
    throw Error(fmt::format("holds no tensor '{}'{}", name, did_you_mean(name, names)), source);
}

std::string printable(std::string_view name) {
    std::string text = "'";
    for (const char c : name.substr(0, 80)) text += c >= ' ' && c <= '~' ? c : '?';
    return text + (name.size() > 80 ? "...'" : "'");
}

std::string to_text(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::int64_t element_count(const std::vector<std::int64_t>& shape, std::int64_t limit) {
    std::int64_t count = 1;
    if (std::any_of(shape.begin(), shape.end(), [](auto d) { return d < 0; })) return -1;
    for (const auto d : shape) {
        if (d != 0 && count > limit / d) return -1;
        count *= d;
    }
    return count <= limit ? count : -1;
}

}  // namespace blockscope
