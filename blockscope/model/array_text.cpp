#include "blockscope/model/array_text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/text.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";
constexpr int middle = 1 << 17;  ///< of three digits
constexpr char packed = '#';

std::vector<float> unpack(const JsonNode& node, std::string_view text, double step) {
    std::vector<float> result;
    if (text.size() % 3 != 0) node.refuse("is cut within a number");
    for (std::size_t i = 0; i < text.size(); i += 3) {
        int value = 0;
        for (const char c : text.substr(i, 3)) {
            const auto digit = digits.find(c);
            if (digit == std::string_view::npos) {
                node.refuse(fmt::format("holds {}, which is no digit of base 64",
                                        printable(std::string(1, c))));
            }
            value = 64 * value + static_cast<int>(digit);
        }
        result.push_back(static_cast<float>((value - middle) * step));
    }
    return result;
}

std::vector<float> read_decimals(const JsonNode& node, std::string_view text, double step) {
    std::vector<float> result;
    for (const auto part : split(text, ' ')) {
        double v = 0;
        if (!parse_number(part, v) || !(std::abs(v) < 1e30)) {
            node.refuse(fmt::format("holds {}, which is no number below 1e30", printable(part)));
        }
        result.push_back(static_cast<float>(v * step));
    }
    return result;
}

}  // namespace

ArrayText::ArrayText(std::span<const float> all) : step_(grid_step(all)) {
    on_grid_ = step_ > 0;
    for (const float v : all) on_grid_ = on_grid_ && on_grid(v, step_) == v;
}

std::string ArrayText::row(std::span<const float> numbers) const {
    if (!on_grid_) return fmt::format("{:.9g}", fmt::join(numbers, " "));
    std::string text(1, packed);
    for (const float v : numbers) {
        const auto value = static_cast<std::size_t>(std::lround(v / step_) + middle);
        text += {digits[value / 4096], digits[value / 64 % 64], digits[value % 64]};
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
    const std::string text = node.text();
    auto result = text.starts_with(packed) ? unpack(node, std::string_view(text).substr(1), step)
                                           : read_decimals(node, text, step);
    if (expected != 0 && result.size() != expected) {
        node.refuse(fmt::format("has {} numbers where {} are expected", result.size(), expected));
    }
    return result;
}

}  // namespace blockscope
