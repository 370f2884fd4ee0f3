#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blockscope/metric/metric.hpp"

namespace blockscope {

/// `model:FILE` or `model:FILE#unit=ms`: what a published predictor says. The column is the model's
/// own name. Throws Error saying what was expected and found.
std::unique_ptr<Metric> make_model_metric(const DesignSpace& space, const std::string& name,
                                          unsigned threads);

/// `accuracy`, `latency/kirin9000`, ...: a model that is part of this program
/// (shipped_models.hpp); null if it has none of that name. Throws Error if none is for this space.
std::unique_ptr<Metric> make_shipped_metric(const DesignSpace& space, const std::string& name,
                                            unsigned threads);

/// What `blockscope metrics` lists of them; the error is that for each space.
std::vector<MetricInfo> shipped_metrics();

/// `lut:FILE` or `lut:FOLDER`: the sum of a table of measured blocks, ms; the column is the file's
/// or folder's name. Resolutions without a table are failures.
std::unique_ptr<Metric> make_lookup_metric(const DesignSpace& space, const std::string& name);

/// `flops/ofa-table`; see model/ofa_flops_table.hpp.
std::unique_ptr<Metric> make_ofa_flops_metric();

/// What `blockscope metrics` lists of these.
std::vector<MetricInfo> model_metrics();

}  // namespace blockscope
