#pragma once

#include <string>

#include "blockscope/insight/insight.hpp"
#include "blockscope/profile/profile_files.hpp"

namespace blockscope {

/// What a pruning went by.
struct PruningReport {
    const DesignSpace& space;  ///< as profiled
    const Profile& benefit;
    const Profile* price = nullptr;
    PruneOptions options;
    const Pruning& pruning;
    Provenance provenance;
};

/// For people: exchange rates, then insights by status.
std::string rationale(const PruningReport& report);

/// insights.json, see docs/insights.md.
std::string insights_json(const PruningReport& report);

}  // namespace blockscope
