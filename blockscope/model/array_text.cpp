#include "blockscope/model/array_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

ArrayText::ArrayText(std::span<const float> all) : step_(grid_step(all)) {
    on_grid_ = step_ > 0;
    for (const float v : all) on_grid_ = on_grid_ && on_grid(v, step_) == v;
}

std::string ArrayText::row(std::span<const float> numbers) const {
    std::string text;
    for (const float v : numbers) {
        if (!text.empty()) text += ' ';
        text += on_grid_ ? fmt::format("{:.0f}", std::nearbyint(v / step_) + 0.0)
                         : fmt::format("{:.9g}", v);
    }
    return text;
}

double read_step(const JsonNode& node, const std::string& key) {
    if (!node.has(key)) return 1;
    const double step = node.at(key).number();
    if (step <= 0 || step >= 1e6) node.at(key).refuse("is not above 0 and below a million");
    return step;
}

std::vector<float> read_floats(const JsonNode& node, std::size_t expected, double step) {
    std::vector<float> result;
    const std::string all = node.text();
    for (const auto part : split(all, ' ')) {
        double v = 0;
        if (!parse_number(part, v) || !(std::abs(v) < 1e30)) {
            node.refuse(fmt::format("holds {}, which is no number below 1e30", printable(part)));
        }
        result.push_back(static_cast<float>(v * step));
    }
    if (expected != 0 && result.size() != expected) {
        node.refuse(fmt::format("has {} numbers where {} are expected", result.size(), expected));
    }
    return result;
}

}  // namespace blockscope
