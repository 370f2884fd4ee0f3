#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// Points in several objectives, every one to be minimised: row i holds the `dimensions` costs of
/// point i. Costs may be negative; a point with a NaN is known to be worse than every other.
struct Costs {
    std::size_t dimensions = 0;
    std::vector<double> values;  ///< size() * dimensions

    std::size_t size() const { return dimensions == 0 ? 0 : values.size() / dimensions; }
    std::span<const double> operator[](std::size_t i) const {
        return {values.data() + i * dimensions, dimensions};
    }
};

/// Columns of objectives, one value for each point, as costs: what is to be maximised is negated.
/// Throws Error for columns of different lengths and for Direction::neither.
Costs costs_of(std::span<const std::vector<double>> columns, std::span<const Direction> directions);

/// The same for one point, such as a reference point.
std::vector<double> costs_of(std::span<const double> point, std::span<const Direction> directions);

}  // namespace blockscope
