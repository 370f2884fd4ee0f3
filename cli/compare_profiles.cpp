#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/profile/profile_comparison.hpp"
#include "blockscope/profile/profile_reader.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/compare_sources.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

using Verdict = ProfileDifference::Verdict;

std::string resolution(const ProfileComparison& c) {
    return c.resolution == 0 ? "mixed" : std::to_string(c.resolution);
}

/// "U3 L2 MBConv6-7", "MBConv6-7", "U3 depth 4", "mean".
std::string name_of(const ProfileDifference& d) {
    if (d.of == ProfileDifference::Of::mean) return "mean";
    if (d.of == ProfileDifference::Of::block) return d.block;
    if (d.of == ProfileDifference::Of::depth)
        return fmt::format("U{} depth {}", d.unit + 1, d.depth);
    return fmt::format("U{} L{} {}", d.unit + 1, d.layer + 1, d.block);
}

std::string cells(const Estimate& e) {
    return round_trip(e.value) + "," + round_trip(e.low) + "," + round_trip(e.high);
}

/// A number that counts from 0, from 1; empty for none.
std::string counted(int i) { return i < 0 ? "" : std::to_string(i + 1); }

std::string differences_csv(const std::vector<ProfileComparison>& comparisons) {
    std::string text =
        "first_metric,second_metric,unit_of_measure,resolution,of,unit,layer,depth,block,first,"
        "first_low,first_high,second,second_low,second_high,difference,difference_low,"
        "difference_high,p_value,verdict\n";
    for (const auto& c : comparisons) {
        for (const auto& d : c.differences) {
            text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                                csv_cell(c.first_metric), csv_cell(c.second_metric),
                                csv_cell(c.unit), resolution(c), to_string(d.of), counted(d.unit),
                                counted(d.layer), d.depth == 0 ? "" : std::to_string(d.depth),
                                csv_cell(d.block), cells(d.first), cells(d.second),
                                cells(d.difference), round_trip(d.p_value), to_string(d.verdict));
        }
    }
    return text;
}

std::size_t count(const ProfileComparison& c, ProfileDifference::Of of, Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(c.differences.begin(), c.differences.end(),
                      [&](const auto& d) { return d.of == of && d.verdict == verdict; }));
}

constexpr ProfileDifference::Of kinds[] = {
    ProfileDifference::Of::mean, ProfileDifference::Of::block, ProfileDifference::Of::placement,
    ProfileDifference::Of::depth};

nlohmann::ordered_json summary(const ProfileComparison& c) {
    nlohmann::ordered_json j;
    j["first_metric"] = c.first_metric;
    j["second_metric"] = c.second_metric;
    j["unit_of_measure"] = c.unit;
    j["resolution"] = resolution(c);
    for (const auto of : kinds) {
        auto& counts = j["verdicts"][std::string(to_string(of))];
        for (const auto verdict : {Verdict::lower, Verdict::undecided, Verdict::higher}) {
            counts[std::string(to_string(verdict))] = count(c, of, verdict);
        }
    }
    return j;
}

/// The clearest differences of each kind, the largest of them first.
void say(const ProfileComparison& c, Console& console) {
    constexpr std::size_t shown = 5;
    const std::string what =
        c.first_metric == c.second_metric
            ? c.first_metric
            : fmt::format("{} (first) and {} (second)", c.first_metric, c.second_metric);
    console.say(fmt::format("{} at {}, second - first in {}:", what, resolution(c), c.unit));
    for (const auto of : kinds) {
        std::vector<const ProfileDifference*> clear;
        std::size_t all = 0;
        for (const auto& d : c.differences) {
            all += d.of == of ? 1 : 0;
            if (d.of == of && d.verdict != Verdict::undecided) clear.push_back(&d);
        }
        if (all == 0) continue;
        console.say(fmt::format("  {}: {} higher, {} lower, {} undecided", to_string(of),
                                count(c, of, Verdict::higher), count(c, of, Verdict::lower),
                                count(c, of, Verdict::undecided)));
        std::stable_sort(clear.begin(), clear.end(), [](const auto* a, const auto* b) {
            return std::abs(a->difference.value) > std::abs(b->difference.value);
        });
        for (std::size_t i = 0; i < std::min(shown, clear.size()); ++i) {
            const Estimate& e = clear[i]->difference;
            console.say(fmt::format("    {}: {} ({} to {})", name_of(*clear[i]),
                                    significant(e.value, 4), significant(e.low, 4),
                                    significant(e.high, 4)));
        }
    }
}

}  // namespace

int compare_two_profiles(const CompareCommand& command, const Common& common, Console& console) {
    const std::string name = command.space.empty() ? profiled_space(command.first) : command.space;
    const DesignSpace space = load_space(name);
    const auto first = read_profiles(command.first, space);
    const auto second = read_profiles(command.second, space);
    std::vector<ProfileComparison> comparisons;
    for (const auto& [i, j] : matching_profiles(first, second)) {
        comparisons.push_back(compare_profiles(space, first[i], second[j], command.level));
        say(comparisons.back(), console);
    }
    make_output_directory(command.output);
    nlohmann::ordered_json document;
    document["schema"] = "blockscope comparison of profiles 1";
    document["first"] = command.first;
    document["second"] = command.second;
    document["space"] = space.name;
    document["level"] = command.level;
    document["provenance"] = {
        {"tool", "blockscope"}, {"version", BLOCKSCOPE_VERSION}, {"command", common.command_line}};
    for (const auto& c : comparisons) document["comparisons"].push_back(summary(c));
    const std::filesystem::path folder(command.output);
    write_file(folder / "comparison.json", document.dump(1) + "\n");
    write_file(folder / "differences.csv", differences_csv(comparisons));
    console.say(fmt::format(
        "{} % intervals; verdicts hold for all numbers of a kind at once; profiles count as "
        "independent; wrote {}/comparison.json and differences.csv",
        significant(100 * command.level, 3), command.output));
    return 0;
}

}  // namespace blockscope::cli
