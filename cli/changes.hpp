#pragma once

#include <memory>
#include <vector>

#include "blockscope/metric/metric.hpp"
#include "blockscope/space/design_space.hpp"

#include "cli/rows.hpp"

namespace blockscope::cli {

struct ChangeRows {
    Rows rows;
    std::vector<bool> improves;  ///< of each row: something, and worsens nothing
    std::vector<bool> on_front;
};

/// What every single change of `a` does to each metric: a row for each, first those that improve
/// something and worsen nothing, then trades, the most of the first metric first; `rate` is what
/// the first metric gains or loses for one unit of the second, `front` says that no other change
/// is as good in every metric and better in one. Throws Error for metrics that are costly (their
/// noise is of the size of a change) or without a direction.
ChangeRows change_rows(const DesignSpace& space, const Architecture& a,
                       const std::vector<std::unique_ptr<Metric>>& metrics);

}  // namespace blockscope::cli
