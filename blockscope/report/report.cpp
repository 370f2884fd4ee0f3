#include "blockscope/report/report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace blockscope {
namespace {

/// Profiles of one metric at one resolution, in the order they were found.
std::vector<std::vector<ReportedProfile>> by_metric(const std::vector<ReportedProfile>& profiles) {
    std::vector<std::vector<ReportedProfile>> groups;
    for (const auto& reported : profiles) {
        const auto same = [&](const std::vector<ReportedProfile>& group) {
            return group.front().profile.metric.name == reported.profile.metric.name &&
                   group.front().profile.metric.unit == reported.profile.metric.unit &&
                   group.front().profile.resolutions == reported.profile.resolutions;
        };
        const auto found = std::find_if(groups.begin(), groups.end(), same);
        if (found == groups.end()) {
            groups.push_back({reported});
        } else {
            found->push_back(reported);
        }
    }
    return groups;
}

std::vector<std::vector<ReportedProfile>> by_resolution(
    const std::vector<ReportedProfile>& profiles) {
    std::map<std::vector<int>, std::vector<ReportedProfile>> groups;
    for (const auto& reported : profiles) groups[reported.profile.resolutions].push_back(reported);
    std::vector<std::vector<ReportedProfile>> result;
    for (auto& [resolutions, group] : groups) {
        if (group.size() > 1) result.push_back(std::move(group));
    }
    return result;
}

void add_profile_sections(Page& page, const ReportSources& sources) {
    if (sources.profiles.empty()) return;
    const DesignSpace& space = *sources.space;
    Section blocks{"blocks",
                   "Which blocks",
                   "The mean of each metric over networks that have the block, over all places "
                   "(Equation 1; the paper's Figures 2 to 4). Blue is better, whatever the metric; "
                   "~ and faded: "
                   "cannot be told from the mean of the blocks.",
                   {},
                   true,
                   {},
                   {}};
    Section places{
        "places",
        "Where in the network",
        "What one block at one place does, in the paper's order (Figures 5 to 7): units, "
        "then layers, then blocks, all counted from 1. Bands are intervals of each point. Point "
        "at a place for its numbers.",
        {},
        false,
        {},
        {}};
    Section depths{
        "depths",
        "How deep",
        "What a further layer of a unit adds to the mean over networks, everything else at "
        "random; lines are intervals.",
        {},
        true,
        {},
        {}};
    Section variance{
        "variance",
        "Which choices matter",
        "Whose choices make random networks differ: each unit's, summed over its layers (lines: "
        "intervals of the unit's share), and what of all choices adds up.",
        {},
        true,
        {},
        {}};
    for (const auto& reported : sources.profiles) {
        blocks.figures.push_back(heatmap_figure(space, reported, sources.profiles));
        auto depth = depth_figure(reported, sources.profiles);
        if (!depth.spec.empty()) depths.figures.push_back(std::move(depth));
        auto share = variance_figure(reported, sources.profiles);
        if (!share.spec.empty()) variance.figures.push_back(std::move(share));
    }
    for (const auto& group : by_metric(sources.profiles)) {
        places.figures.push_back(placement_figure(space, group));
    }
    for (const auto& group : by_resolution(sources.profiles)) {
        auto overlay = overlay_figure(space, group);
        if (!overlay.spec.empty()) places.figures.push_back(std::move(overlay));
    }
    for (auto* section : {&blocks, &places, &depths, &variance}) {
        page.sections.push_back(std::move(*section));
    }
}

/// Ids are unique over the page.
void settle_ids(Page& page) {
    std::vector<Figure> all;
    for (auto& section : page.sections) {
        for (auto& figure : section.figures) all.push_back(std::move(figure));
    }
    make_ids_unique(all);
    std::size_t next = 0;
    for (auto& section : page.sections) {
        for (auto& figure : section.figures) figure = std::move(all[next++]);
    }
}

}  // namespace

Page report_page(const ReportSources& sources, const std::string& title) {
    Page page;
    page.title = title;
    if (title.empty()) {
        page.title = sources.space ? sources.space->name : "blockscope";
        page.title += " profiled";
    }
    page.notes = sources.notes;
    page.facts = sources.facts;
    add_profile_sections(page, sources);
    settle_ids(page);
    return page;
}

}  // namespace blockscope
