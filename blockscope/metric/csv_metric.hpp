#pragma once

#include <memory>
#include <string>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// Values of somebody's table: `path` has an `arch` column, `column` holds the numbers,
/// `resolution` and `space` are minded where they exist. An architecture in several rows gets the
/// mean of them; one that is not in the table is a failure with that reason. Throws Error for a
/// missing column, text that is no number, or a table of another space.
std::unique_ptr<Metric> make_csv_metric(const DesignSpace& space, const std::string& path,
                                        const std::string& column);

}  // namespace blockscope
