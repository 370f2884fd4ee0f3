#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/model/json_node.hpp"

namespace blockscope {

/// Numbers of one array as text, in parts. Where they lie on a grid (feed_forward.hpp), "#" and
/// three digits of base 64 (0-9, A-Z, a-z, +, /; the first weighs most) for each: the multiple of
/// step(), plus 2^17. Else decimals that bring a float back, separated by spaces; step() is 1 then.
/// Version 1 of the files has multiples as decimals too.
class ArrayText {
public:
    explicit ArrayText(std::span<const float> all);

    double step() const { return on_grid_ ? step_ : 1; }
    /// Some of the numbers.
    std::string row(std::span<const float> numbers) const;

private:
    double step_;
    bool on_grid_ = false;
};

/// The array's step, 1 where the node does not say. Throws Error if it is not in (0, 1e6).
double read_step(const JsonNode& node, const std::string& key);

/// What row() wrote, in version 1 too; expected: how many, 0 for any number. Throws Error for other
/// texts.
std::vector<float> read_floats(const JsonNode& node, std::size_t expected, double step);

}  // namespace blockscope
