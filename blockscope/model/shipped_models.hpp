#pragma once

#include <string>
#include <vector>

#include "blockscope/model/model_file.hpp"

namespace blockscope {

/// A model file that is part of the binary: models/SPACE.METRIC.json, or models/SPACE.METRIC.R.json
/// where each resolution has its own. In METRIC the first '-' stands for the '/' of the metric's
/// name.
struct ShippedModel {
    std::string space;   ///< built-in name
    std::string metric;  ///< "accuracy", "latency/kirin9000"
    const char* text;    ///< fitted_model_file.hpp
};

/// In the order of their file names.
const std::vector<ShippedModel>& shipped_models();

/// The parts of a metric for a space or one that restricts it, ascending by resolution; none if
/// there is no such metric. Throws Error naming the spaces it is there for.
std::vector<Model> load_shipped(const std::string& metric, const DesignSpace& space);

}  // namespace blockscope
