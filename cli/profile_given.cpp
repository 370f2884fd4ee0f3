#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/profile/uniformity.hpp"

#include "cli/architectures.hpp"
#include "cli/profile_sources.hpp"

namespace blockscope::cli {
namespace {

/// Rows of one of the resolutions.
GivenColumn at_resolutions(GivenColumn column, const std::vector<int>& resolutions) {
    GivenColumn kept = column;
    kept.archs.clear();
    kept.values.clear();
    kept.repeats.clear();
    for (std::size_t i = 0; i < column.archs.size(); ++i) {
        if (std::find(resolutions.begin(), resolutions.end(), column.archs[i].resolution) ==
            resolutions.end()) {
            continue;
        }
        kept.archs.push_back(column.archs[i]);
        kept.values.push_back(column.values[i]);
        kept.repeats.push_back(column.repeats[i]);
    }
    return kept;
}

std::vector<int> resolutions_of(const GivenColumn& column) {
    std::vector<int> all;
    all.reserve(column.archs.size());
    for (const auto& a : column.archs) all.push_back(a.resolution);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// A profile of the space from the column, where the column allows it.
Profile space_profile(const ProfileRun& run, const GivenColumn& column,
                      const std::vector<int>& resolutions, double noise) {
    constexpr double least_effective_size = 100;
    const Uniformity shape = uniformity(run.space, column.archs, resolutions);
    EvaluatedSample sample{column.archs, column.values, {}, noise};
    std::string note;
    if (!shape.uniform) {
        const std::string why =
            shape.independent
                ? fmt::format("weighting would leave {:.0f} effective architectures of {}",
                              shape.effective_size, column.archs.size())
                : fmt::format("{} go together, so weighting choices does not help",
                              shape.dependence);
        if (!shape.independent || shape.effective_size < least_effective_size) {
            throw Error(
                fmt::format("column '{}' is no uniform sample of {} ({}; {}), so it says "
                            "nothing about the space; --population table describes the "
                            "table itself",
                            column.info.column, run.space.name, shape.deviation, why));
        }
        sample.weights = shape.weights;
        note = fmt::format("no uniform sample ({}): weighted, worth {:.0f} of its {} architectures",
                           shape.deviation, shape.effective_size, column.archs.size());
    }
    Profile profile = pooled_profile(run.space, sample, column.info, resolutions, run.options);
    add_shares(profile, run.space, sample);
    if (!note.empty()) profile.notes.push_back(note);
    return profile;
}

}  // namespace

void add_given_profiles(ProfileRun& run, const ProfileCommand& command, const Common& common,
                        Console& console) {
    const auto asked = common.resolutions;
    if (!asked.empty()) (void)chosen_resolutions(run.space, common);
    const GivenTable table = read_given_table(
        run.space, command.data, command.metrics,
        asked.size() == 1 ? asked.front() : run.space.default_resolution, command.context);
    if (!command.context.empty())
        run.provenance.emplace_back("context of the rows", command.context);
    const auto columns = command.metrics.empty() ? numeric_columns(table) : command.metrics;
    if (columns.empty()) throw Error("no column of numbers", command.data);
    for (const auto& name : columns) {
        const GivenColumn column = given_column(table, name);
        const double noise =
            column.noise.degrees > 0 ? std::sqrt(column.noise.variance.value) : std::nan("");
        auto all = asked.empty() ? resolutions_of(column) : asked;
        std::vector<std::vector<int>> sets{all};
        if (!asked.empty() && !command.mix_resolutions) {
            sets.clear();
            for (const int r : asked) sets.push_back({r});
        }
        for (const auto& resolutions : sets) {
            const GivenColumn here = at_resolutions(column, resolutions);
            if (here.archs.empty()) {
                throw Error(
                    fmt::format("column '{}' has no value at the resolution asked for", name),
                    command.data);
            }
            Profile profile = command.population == "table"
                                  ? table_profile(run.space, {here.archs, here.values, {}, noise},
                                                  here.info, resolutions, run.options)
                                  : space_profile(run, here, resolutions, noise);
            if (command.population == "table") {
                profile.notes.push_back(
                    fmt::format("describes the {} architectures of the table, not the space: "
                                "intervals hold the noise of the values only",
                                here.archs.size()));
            }
            if (!std::isnan(noise)) {
                profile.notes.push_back(
                    fmt::format("noise of one value, from {:.0f} repeats: {} {}",
                                column.noise.degrees, significant(noise, 3), here.info.unit));
            }
            if (column.rows_without_value > 0) {
                profile.notes.push_back(
                    fmt::format("{} rows without a value", column.rows_without_value));
            }
            for (const auto& note : profile.notes) console.say(fmt::format("{}: {}", name, note));
            run.add(std::move(profile), here.archs, here.values);
        }
        Table own;
        own.add(column.info.column, column.archs, column.values);
        run.tables.push_back(std::move(own));
    }
}

}  // namespace blockscope::cli
