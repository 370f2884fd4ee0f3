#pragma once

#include <functional>
#include <memory>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// Makes the table of a space at one resolution. Throws Error if there is none for that resolution.
using TableMaker = std::function<LayerTable(const DesignSpace&, int resolution)>;

/// A metric that is a table of layer terms, made once for each resolution that comes up. The
/// architectures of a resolution without a table are failures with the reason that `make` gave.
std::unique_ptr<Metric> make_table_metric(MetricInfo info, TableMaker make);

}  // namespace blockscope
