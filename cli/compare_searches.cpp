#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/comparison_files.hpp"

#include "cli/compare_sources.hpp"
#include "cli/relation.hpp"

namespace blockscope::cli {
namespace {

std::string text(const Estimate& e) {
    if (std::isnan(e.low)) return significant(e.value, 5);
    return fmt::format("{} ({} to {})", significant(e.value, 5), significant(e.low, 4),
                       significant(e.high, 4));
}

/// "B - A 1.2 (0.9 to 1.5) % (A 75, B 76.2), p 0.002".
std::string text(const PairedNumbers& numbers, const std::string& unit) {
    return fmt::format("B - A {} {} (A {}, B {}), p {}", text(numbers.difference), unit,
                       significant(numbers.first_mean.value, 6),
                       significant(numbers.second_mean.value, 6), significant(numbers.p_value, 2));
}

std::string reaching(const char* who, const char* whose, const std::vector<double>& evaluations) {
    std::vector<double> reached;
    for (const double n : evaluations) {
        if (!std::isnan(n)) reached.push_back(n);
    }
    std::sort(reached.begin(), reached.end());
    std::string line = fmt::format("{} reaches {} in {} of {} seeds", who, whose, reached.size(),
                                   evaluations.size());
    if (!reached.empty()) {
        line += fmt::format(", after {} networks (median)",
                            static_cast<std::size_t>(reached[(reached.size() - 1) / 2]));
    }
    return line;
}

/// "front (ofa-mbv3 at 224 by nsga2)".
std::string text(const std::string& name, const SearchRecord& record) {
    return fmt::format("{} ({} at {} by {})", name, record.space,
                       resolutions_text(record.resolutions), record.algorithm);
}

void say(const SearchRecord& record, const SearchComparison& comparison, Console& console) {
    const auto& wanted = record.objectives;
    std::string unit;
    std::string reference;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        unit += (k == 0 ? "" : " x ") + wanted[k].unit;
        reference += fmt::format("{}{} {}", k == 0 ? "" : ", ",
                                 significant(comparison.reference[k], 6), wanted[k].unit);
    }
    if (comparison.seeds.size() == 1) {
        console.warn("one seed in common: neither intervals nor tests; search with --seeds 1-10");
    } else {
        console.say(
            fmt::format("{} seeds, {} % Student intervals over seeds, two-sided paired "
                        "permutation tests",
                        comparison.seeds.size(), significant(100 * comparison.level, 3)));
    }
    console.say(fmt::format("hypervolume up to {}: {}", reference, text(comparison.volume, unit)));
    console.say(
        fmt::format("best {}: {}", wanted[0].metric, text(comparison.best, wanted[0].unit)));
    for (const auto& region : comparison.regions) {
        console.say(fmt::format("from {} to {} {}, best {}: {}", significant(region.from),
                                significant(region.to), wanted[1].unit, wanted[0].metric,
                                text(region.best, wanted[0].unit)));
    }
    console.say(reaching("B", "A's hypervolume", comparison.second_reaches_first));
    console.say(reaching("A", "B's hypervolume", comparison.first_reaches_second));
}

}  // namespace

int compare_two_searches(const CompareCommand& command, const Common& common, Console& console) {
    const auto first = read_search(command.first);
    const auto second = read_search(command.second);
    std::vector<std::string> metrics;
    metrics.reserve(first.objectives.size());
    for (const auto& wanted : first.objectives) metrics.push_back(wanted.metric);
    const auto comparison =
        compare(first, second, parse_reference(command.reference, metrics), command.level);
    const ComparisonNames names{command.first,
                                command.second,
                                {{"tool", "blockscope"},
                                 {"version", BLOCKSCOPE_VERSION},
                                 {"command", common.command_line}}};
    make_output_directory(command.output);
    const std::filesystem::path folder(command.output);
    write_file(folder / "comparison.json", comparison_json(names, first, second, comparison));
    write_file(folder / "seeds.csv", seeds_csv(comparison));
    std::string written = "comparison.json and seeds.csv";
    if (first.objectives.size() == 2) {
        write_file(folder / "attainment.csv", attainment_csv(first, second));
        written = "comparison.json, seeds.csv and attainment.csv";
    }
    console.say(
        fmt::format("A: {}; B: {}", text(command.first, first), text(command.second, second)));
    say(first, comparison, console);
    console.say(fmt::format("wrote {}/{}", command.output, written));
    return 0;
}

}  // namespace blockscope::cli
