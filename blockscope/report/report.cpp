#include "blockscope/report/report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "blockscope/report/device_figures.hpp"
#include "blockscope/report/html.hpp"
#include "blockscope/report/layers_figure.hpp"
#include "blockscope/report/profile_tables.hpp"

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
        "Where",
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
        "What matters",
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

void add_insight_section(Page& page, const ReportSources& sources) {
    Section section{
        "insights",
        "Insights",
        "What follows from the profiles, with the evidence: what was cut, what only looked "
        "so and was refused (dashed), what is only observed.",
        {},
        true,
        {},
        {}};
    for (const auto& pruning : sources.prunings) {
        section.cards.push_back(insight_cards(pruning));
        auto rates = exchange_rate_figure(pruning);
        if (!rates.spec.empty()) section.figures.push_back(std::move(rates));
        if (!pruning.restricted || !sources.space) continue;
        auto drawing = restriction_figure(*sources.space, *pruning.restricted, pruning.study);
        if (!drawing.spec.empty()) section.figures.push_back(std::move(drawing));
    }
    page.sections.push_back(std::move(section));
}

/// Searches for the same things, in the order they were found.
std::vector<std::vector<ReportedSearch>> by_wish(const std::vector<ReportedSearch>& searches) {
    std::vector<std::vector<ReportedSearch>> groups;
    for (const auto& search : searches) {
        const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
            return wants_the_same(group.front().record, search.record);
        });
        if (found == groups.end()) {
            groups.push_back({search});
        } else {
            found->push_back(search);
        }
    }
    return groups;
}

void add_search_sections(Page& page, const ReportSources& sources) {
    Section fronts{
        "fronts",
        "Fronts",
        "What searches found (Figure 8). Lines: what half of the seeds attain; bands: from "
        "what all attain to the best of all. Large points: on the front of all seeds. Click "
        "one to copy it.",
        {},
        false,
        {},
        {}};
    Section networks{
        "networks",
        "Networks",
        "The fronts of all seeds together, to copy, with 95 % intervals where values have errors; "
        "and networks layer by layer, by what the profiles say of each.",
        {},
        false,
        {},
        {}};
    for (const auto& group : by_wish(sources.searches)) {
        for (auto figure : {front_figure(group), hypervolume_figure(group)}) {
            if (!figure.spec.empty()) fronts.figures.push_back(std::move(figure));
        }
        fronts.tables.push_back(best_table(group));
        auto gains = gains_table(group);
        if (!gains.rows.empty()) fronts.tables.push_back(std::move(gains));
        for (const auto& search : group) {
            networks.tables.push_back(networks_table(search));
            if (!sources.space) continue;
            auto layers = layers_figure(*sources.space, search, sources.profiles);
            if (!layers.spec.empty()) networks.figures.push_back(std::move(layers));
        }
    }
    page.sections.push_back(std::move(fronts));
    page.sections.push_back(std::move(networks));
}

void add_device_section(Page& page, const ReportSources& sources) {
    Section section{
        "devices",
        "Across devices",
        "Whether metrics order placements alike (1: the same order, -1: the reverse), where "
        "devices disagree, and the one restriction that all of them want.",
        {},
        true,
        {},
        {}};
    for (const auto& group : by_resolution(sources.profiles)) {
        for (auto figure : {correlation_figure(group), disagreement_figure(group)}) {
            if (!figure.spec.empty()) section.figures.push_back(std::move(figure));
        }
        auto common = common_restriction(*sources.space, group);
        if (common.figure.spec.empty()) continue;
        section.figures.push_back(std::move(common.figure));
        section.tables.push_back(std::move(common.table));
    }
    page.sections.push_back(std::move(section));
}

/// Profiles of one metric from different studies: the first against each other.
void add_side_by_side(Page& page, const ReportSources& sources) {
    Section section{
        "differences",
        "Side by side",
        "One metric in two studies (before and after a change, two devices): the second minus "
        "the first, with verdicts that hold for all numbers of a kind at once.",
        {},
        false,
        {},
        {}};
    for (const auto& group : by_metric(sources.profiles)) {
        for (std::size_t i = 1; i < group.size(); ++i) {
            const bool same =
                group[i].study == group[0].study ||
                group[i].profile.options.protocol != group[0].profile.options.protocol;
            if (same) continue;
            auto figure = difference_figure(*sources.space, group[0], group[i]);
            if (figure.spec.empty()) continue;
            section.figures.push_back(std::move(figure));
            section.tables.push_back(largest_differences(*sources.space, group[0], group[i]));
            section.tables.push_back(difference_table(*sources.space, group[0], group[i]));
        }
    }
    page.sections.push_back(std::move(section));
}

void add_quality_section(Page& page, const ReportSources& sources) {
    Section section{"quality",
                    "Measurements",
                    "Drift of the reference network, spread and flags of what was measured, and "
                    "predictions beside it. Context and sessions stand under provenance.",
                    {},
                    false,
                    {},
                    {}};
    for (const auto& measurement : sources.measurements) {
        for (auto figure : {drift_figure(measurement), spread_figure(measurement),
                            predicted_figure(measurement)}) {
            if (!figure.spec.empty()) section.figures.push_back(std::move(figure));
        }
        TextTable said{measurement.study + ": what the runs say of themselves", {"of", "is"}, {}};
        for (const auto& [what, value] : measurement.sessions) {
            if (what.starts_with("quality")) said.rows.push_back({what, value});
        }
        if (!said.rows.empty()) section.tables.push_back(std::move(said));
        auto flags = flags_table(measurement);
        if (!flags.rows.empty()) section.tables.push_back(std::move(flags));
    }
    page.sections.push_back(std::move(section));
}

void add_model_section(Page& page, const ReportSources& sources) {
    if (sources.models.empty()) return;
    Section section{"predictors",
                    "Predictors",
                    "Models that fit wrote: how wrong they are on architectures that they never "
                    "saw, and what more of them would bring.",
                    {},
                    true,
                    {},
                    {}};
    for (const auto& model : sources.models) {
        auto figure = learning_figure(model);
        if (!figure.spec.empty()) section.figures.push_back(std::move(figure));
    }
    section.tables.push_back(models_table(sources.models));
    page.sections.push_back(std::move(section));
}

/// A relative address of a file; ./ first, so that no name is taken for a scheme.
std::string address_of(const std::filesystem::path& file, const std::filesystem::path& folder) {
    std::error_code code;
    const auto relative = std::filesystem::relative(file, folder, code).generic_string();
    std::string address = "./";
    for (const char c : relative) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-' || c == '_';
        address +=
            plain ? std::string(1, c)
                  : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    return address;
}

void add_exported(Page& page, const ReportSources& sources, const std::filesystem::path& folder) {
    if (sources.onnx.empty()) return;
    std::string links = "<ul>\n";
    for (const auto& file : sources.onnx) {
        links += fmt::format("<li><a href=\"{}\">{}</a></li>\n", address_of(file, folder),
                             html(file.filename().string()));
    }
    page.sections.push_back(
        {"exported",
         "Exported networks",
         "ONNX files that lie in the studies' directories, relative to this page.",
         {},
         false,
         {},
         {links + "</ul>\n"}});
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

Page report_page(const ReportSources& sources, const std::string& title,
                 const std::filesystem::path& folder) {
    Page page;
    page.title = title;
    if (title.empty()) {
        page.title = sources.space ? sources.space->name : "blockscope";
        page.title += " profiled";
    }
    page.notes = sources.notes;
    page.facts = sources.facts;
    add_profile_sections(page, sources);
    add_side_by_side(page, sources);
    add_device_section(page, sources);
    add_insight_section(page, sources);
    add_search_sections(page, sources);
    add_exported(page, sources, folder);
    add_quality_section(page, sources);
    add_model_section(page, sources);
    settle_ids(page);
    return page;
}

std::vector<TextTable> report_tables(const ReportSources& sources) {
    std::vector<TextTable> tables;
    for (const auto& reported : sources.profiles) {
        tables.push_back(block_table(*sources.space, reported, sources.profiles));
        auto depths = depth_table(reported, sources.profiles);
        if (!depths.rows.empty()) tables.push_back(std::move(depths));
    }
    for (const auto& group : by_wish(sources.searches)) {
        tables.push_back(best_table(group));
        auto gains = gains_table(group);
        if (!gains.rows.empty()) tables.push_back(std::move(gains));
    }
    return tables;
}

}  // namespace blockscope
