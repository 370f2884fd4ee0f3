#pragma once

#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// k(a, b) = exp(-distance(a, b) / mean distance), the distance counting layers, expansions,
/// kernels, widths and stem choices in which a and b differ: a product over layers and units, so
/// its means under conditions are closed forms.
class ProductKernel {
public:
    static constexpr int absent_apart = 4;  ///< as far as two blocks with nothing in common
    static constexpr int choice_apart = 2;  ///< a width or a stem choice

    /// mean_distance > 0.
    ProductKernel(const DesignSpace& space, double mean_distance);

    double operator()(const Architecture& a, const Architecture& b) const {
        return factor_[static_cast<std::size_t>(distance(a, b))];
    }
    int distance(const Architecture& a, const Architecture& b) const;

    /// exp(-distance / mean distance); of distances of two networks, and of a choice more.
    double factor(int distance) const { return factor_[static_cast<std::size_t>(distance)]; }
    /// Distance of two blocks of a layer; absent() is a block too.
    int apart(int a, int b) const { return apart_[a * states_ + b]; }
    int absent() const { return states_ - 1; }

    double mean_distance() const { return mean_distance_; }

private:
    double mean_distance_;
    int states_;  ///< blocks, and absent as the last
    std::size_t stem_choices_;
    std::vector<int> first_slot_;  ///< by unit
    std::vector<int> apart_;       ///< [state * states_ + state]
    std::vector<double> factor_;   ///< by distance
};

}  // namespace blockscope
