#include "blockscope/search/comparison_files.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/attainment.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

Json json(double value) { return std::isnan(value) ? Json() : Json(value); }

Json json(const Estimate& e) {
    return {{"value", json(e.value)}, {"low", json(e.low)}, {"high", json(e.high)}};
}

Json json(const PairedNumbers& numbers) {
    return {{"first", json(numbers.first_mean)},
            {"second", json(numbers.second_mean)},
            {"difference", json(numbers.difference)},
            {"p_value", numbers.p_value}};
}

Json json(const SearchRecord& record, const std::string& name) {
    return {{"name", name},
            {"space", record.space},
            {"fingerprint", record.fingerprint},
            {"algorithm", record.algorithm},
            {"limits", record.limits}};
}

/// Evaluations until the other's hypervolume: of each seed, and how many seeds got there.
Json reaching(const std::vector<double>& evaluations) {
    Json j{{"evaluations", Json::array()}};
    int reached = 0;
    for (const double n : evaluations) {
        j["evaluations"].push_back(json(n));
        reached += std::isnan(n) ? 0 : 1;
    }
    j["seeds_that_reached"] = reached;
    return j;
}

Json start(const ComparisonNames& names, const char* what, double level) {
    Json document;
    document["provenance"] = Json::object();
    for (const auto& [name, value] : names.provenance) document["provenance"][name] = value;
    document["compared"] = what;
    document["level"] = level;
    return document;
}

std::string unit_of_volume(const SearchRecord& record) {
    std::string unit;
    for (const auto& o : record.objectives) unit += (unit.empty() ? "" : " x ") + o.unit;
    return unit;
}

}  // namespace

std::string comparison_json(const ComparisonNames& names, const SearchRecord& first,
                            const SearchRecord& second, const SearchComparison& comparison) {
    Json document = start(names, "searches", comparison.level);
    document["first"] = json(first, names.first);
    document["second"] = json(second, names.second);
    document["resolutions"] = first.resolutions;
    document["seeds"] = comparison.seeds;
    document["objectives"] = Json::array();
    for (std::size_t k = 0; k < first.objectives.size(); ++k) {
        const auto& wanted = first.objectives[k];
        const bool larger = wanted.direction == Direction::larger_is_better;
        document["objectives"].push_back({{"metric", wanted.metric},
                                          {"unit", wanted.unit},
                                          {"is", larger ? "maximised" : "minimised"},
                                          {"reference", comparison.reference[k]}});
    }
    document["estimator"] =
        "second minus first by seed: Student's interval, paired permutation test (two-sided)";
    document["hypervolume"] = json(comparison.volume);
    document["hypervolume"]["unit"] = unit_of_volume(first);
    document["best_of_first_objective"] = json(comparison.best);
    document["regions"] = Json::array();
    for (const auto& region : comparison.regions) {
        Json j = json(region.best);
        j["from"] = region.from;
        j["to"] = region.to;
        document["regions"].push_back(j);
    }
    document["second_reaches_first"] = reaching(comparison.second_reaches_first);
    document["first_reaches_second"] = reaching(comparison.first_reaches_second);
    return document.dump(2) + "\n";
}

std::string comparison_json(const ComparisonNames& names,
                            std::span<const SpaceComparison> comparisons) {
    Json document = start(names, "spaces", comparisons.empty() ? 0.0 : comparisons[0].level);
    document["first"] = names.first;
    document["second"] = names.second;
    document["estimator"] =
        "random networks of each space; second minus first: intervals of independent samples";
    document["metrics"] = Json::array();
    for (const auto& c : comparisons) {
        Json j{{"metric", c.metric},
               {"unit", c.unit},
               {"quantity", c.as_error ? "error: 100 - value" : "value"},
               {"first_networks", c.first.size()},
               {"second_networks", c.second.size()},
               {"first_band", c.first_band},
               {"second_band", c.second_band},
               {"smirnov_distance", c.same.statistic},
               {"smirnov_p_value", c.same.p_value}};
        for (const auto& d : c.differences) {
            j[d.of] = {{"first", json(d.first)},
                       {"second", json(d.second)},
                       {"difference", json(d.difference)}};
        }
        document["metrics"].push_back(j);
    }
    return document.dump(2) + "\n";
}

std::string seeds_csv(const SearchComparison& comparison) {
    std::string text =
        "seed,first_hypervolume,second_hypervolume,difference,second_reaches_first,"
        "first_reaches_second\n";
    for (std::size_t i = 0; i < comparison.seeds.size(); ++i) {
        const double a = comparison.volume.first[i];
        const double b = comparison.volume.second[i];
        text +=
            fmt::format("{},{},{},{},{},{}\n", comparison.seeds[i], round_trip(a), round_trip(b),
                        round_trip(b - a), round_trip(comparison.second_reaches_first[i]),
                        round_trip(comparison.first_reaches_second[i]));
    }
    return text;
}

std::string attainment_csv(const SearchRecord& first, const SearchRecord& second) {
    std::string text = "search,attained_by,of";
    std::vector<double> signs;
    for (const auto& o : first.objectives) {
        text += "," + csv_cell(o.metric);
        signs.push_back(o.direction == Direction::larger_is_better ? -1 : 1);
    }
    text += "\n";
    for (const auto* record : {&first, &second}) {
        std::vector<Costs> seen;
        seen.reserve(record->runs.size());
        for (const auto& run : record->runs) seen.push_back(run.costs);
        for (std::size_t times = 1; times <= seen.size(); ++times) {
            const auto surface = attainment_surface(seen, times);
            for (std::size_t i = 0; i < surface.size(); ++i) {
                text += fmt::format("{},{},{},{},{}\n", record == &first ? "first" : "second",
                                    times, seen.size(), round_trip(signs[0] * surface[i][0]),
                                    round_trip(signs[1] * surface[i][1]));
            }
        }
    }
    return text;
}

}  // namespace blockscope
