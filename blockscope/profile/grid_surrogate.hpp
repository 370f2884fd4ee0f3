#pragma once

#include <vector>

#include "blockscope/model/cross_fit.hpp"
#include "blockscope/profile/expectation.hpp"

namespace blockscope {

/// Mass on consecutive points of a grid, the first at `start`.
struct GridMass {
    int start = 0;
    std::vector<double> p{1.0};
};

/// A surrogate with every term rounded to a whole number of steps: again a surrogate, whose
/// distribution under any condition on one unit is a plain convolution. Terms may not depend on the
/// width that comes into a unit (those of surrogate.hpp do not).
class GridSurrogate {
public:
    GridSurrogate(const DesignSpace& space, const Surrogate& surrogate, double step);

    double value(const Architecture& a, std::size_t resolution_index) const {
        return offset_[resolution_index] + width(resolution_index) * table_.value(a);
    }

    /// Distribution of the table's value in steps, with nothing fixed or with one unit distributed
    /// as given. At a resolution a step is width() wide and 0 lies at surrogate's offset.
    const GridMass& distribution() const { return all_; }
    GridMass distribution(int unit, const UnitDistribution& inside) const;
    /// Of what the unit adds, and of what everything else does.
    GridMass unit(int unit, const UnitDistribution& inside) const;
    const GridMass& others(int unit) const { return others_[static_cast<std::size_t>(unit)]; }
    int unit_count() const { return table_.unit_count(); }
    double width(std::size_t resolution_index) const { return scale_[resolution_index] * step_; }
    double offset(std::size_t resolution_index) const { return offset_[resolution_index]; }

private:
    std::vector<double> offset_, scale_;  ///< by resolution
    double step_;
    LayerTable table_;              ///< terms in steps
    std::vector<GridMass> others_;  ///< everything but unit u
    GridMass all_;
};

/// The step that cuts the largest possible sum of a table's terms into `steps`.
double grid_step(const DesignSpace& space, const LayerTable& table, int steps);

}  // namespace blockscope
