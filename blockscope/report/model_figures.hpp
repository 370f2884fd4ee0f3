#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "blockscope/model/fitted_model.hpp"
#include "blockscope/report/figure.hpp"

namespace blockscope {

/// A predictor that `fit` wrote.
struct ReportedModel {
    std::string study;  ///< with the file's name
    FittedCard card;
};

/// All of a directory, by name. Throws Error naming the file.
std::vector<ReportedModel> read_models(const std::filesystem::path& directory,
                                       const std::string& study);

/// Error on rows that no model saw, by the rows that each kind was fitted to; both axes
/// logarithmic. Spec empty: the file has no curve (none was held out, or it is of an earlier
/// version).
Figure learning_figure(const ReportedModel& model);

/// How wrong each is, with intervals.
TextTable models_table(std::span<const ReportedModel> models);

}  // namespace blockscope
