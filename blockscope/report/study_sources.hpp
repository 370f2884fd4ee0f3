#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/report/insight_cards.hpp"
#include "blockscope/report/model_figures.hpp"
#include "blockscope/report/profile_figures.hpp"
#include "blockscope/report/quality_figures.hpp"
#include "blockscope/report/search_figures.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// What was found in the directories of a report.
struct ReportSources {
    std::optional<DesignSpace> space;  ///< of the profiles, or that was named
    std::vector<ReportedProfile> profiles;
    std::vector<ReportedPruning> prunings;
    std::vector<ReportedSearch> searches;
    std::vector<ReportedMeasurement> measurements;
    std::vector<ReportedModel> models;
    std::vector<std::filesystem::path> onnx;  ///< exported networks that lie in the directories
    /// By study: command, version, seed, machine, as recorded.
    std::vector<std::pair<std::string, std::string>> facts;
    std::vector<std::string> notes;  ///< what a reader must know
};

/// directories: what `profile`, `prune`, `search`, `measure` and `fit` wrote; one may hold the
/// files of several. space: name or TOML file; empty: the one the profiles name, which must be
/// built in then. Throws Error naming the file for what cannot be read, and for a directory with
/// nothing in it.
ReportSources read_sources(const std::vector<std::string>& directories, const std::string& space);

/// Takes host names out of what is shown: where sessions state them, and wherever else they occur
/// in what is recorded.
void remove_hosts(ReportSources& sources);

}  // namespace blockscope
