#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "blockscope/insight/insight.hpp"
#include "blockscope/report/figure.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// What `prune` wrote.
struct ReportedPruning {
    std::string study;
    std::string json;                  ///< insights.json
    std::optional<DesignSpace> space;  ///< what was pruned; for the drawing
    std::optional<DesignSpace>
        restricted;  ///< the smaller space's file, where it is in the directory
};

bool is_pruning(const std::filesystem::path& directory);

/// Throws Error naming the file.
ReportedPruning read_pruning(const std::filesystem::path& directory, const std::string& study);

/// One card for each insight, HTML: subject, what it goes by, what it removes, its places.
std::string insight_cards(const ReportedPruning& pruning);

/// What each step (a layer, a larger kernel) buys for its price, with intervals and the going rate.
Figure exchange_rate_figure(const ReportedPruning& pruning);

/// The restricted space against the full one: every choice, kept or cut.
Figure restriction_figure(const DesignSpace& full, const DesignSpace& restricted,
                          const std::string& study);

}  // namespace blockscope
