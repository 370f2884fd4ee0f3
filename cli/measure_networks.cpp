#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/repeated.hpp"
#include "blockscope/study/sustained.hpp"

#include "cli/measure_command.hpp"
#include "cli/session_json.hpp"
#include "cli/study_at_hand.hpp"
#include "cli/team.hpp"

namespace blockscope::cli {
namespace {

/// "1%" or "0.01" as a share; empty: 0.
double parse_spread(const std::string& text) {
    if (text.empty()) return 0;
    const bool percent = text.ends_with('%');
    double number = 0;
    if (!parse_number(percent ? text.substr(0, text.size() - 1) : text, number) || !(number > 0) ||
        number >= (percent ? 100 : 1)) {
        throw Error(fmt::format("--spread '{}' is no share such as 1%", text));
    }
    return percent ? number / 100 : number;
}

/// "10min", "90s" or "1h" in seconds; empty: 0.
double parse_duration(const std::string& text) {
    if (text.empty()) return 0;
    constexpr std::pair<const char*, double> units[] = {{"min", 60}, {"s", 1}, {"h", 3600}};
    for (const auto& [unit, seconds] : units) {
        if (!text.ends_with(unit)) continue;
        double number = 0;
        const auto digits = text.substr(0, text.size() - std::string(unit).size());
        if (parse_number(digits, number) && number > 0 && number < 1e6) return number * seconds;
    }
    throw Error(fmt::format("--sustain '{}' is no time such as 90s, 10min or 1h", text));
}

RepeatPlan plan_of(const MeasureCommand& command, const Common& common) {
    RepeatPlan plan;
    plan.spread = parse_spread(command.spread);
    constexpr int most_visits = 60;  // by which 1 % is reached where visits scatter by 4 %
    plan.visits = command.visits > 0 ? command.visits : plan.spread > 0 ? most_visits : 4;
    plan.budget_s = budget_seconds(command);
    plan.sustain_s = parse_duration(command.sustain);
    plan.level = command.level;
    plan.seed = common.seed;
    return plan;
}

using Qualities = std::map<int, std::optional<MeasuringQuality>>;

constexpr const char* header =
    "arch,resolution,{0},{0}_low,{0}_high,standard_error,visits,trust,reason,context\n";

/// One row for each architecture. all_good: becomes false if one cannot be trusted.
std::string rows_of(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const RepeatedLatency> results, const std::string& context,
                    bool& all_good) {
    std::string text;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& r = results[i];
        std::vector<std::string> why = r.doubts;
        if (!r.failure.empty()) why = {r.failure};
        all_good = all_good && why.empty();
        text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", body_text(space, archs[i]),
                            archs[i].resolution, round_trip(r.ms.value), round_trip(r.ms.low),
                            round_trip(r.ms.high), round_trip(r.standard_error), r.visits,
                            why.empty() ? "yes" : "no",
                            csv_cell(fmt::format("{}", fmt::join(why, "; "))), context);
    }
    return text;
}

nlohmann::ordered_json estimate_json(const Estimate& e) {
    return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}

nlohmann::ordered_json sustained_json(const SustainedLoad& load) {
    return {{"verdict", load.verdict},
            {"networks", load.networks},
            {"visits", load.visits},
            {"spearman", estimate_json(load.spearman)},
            {"kendall", estimate_json(load.kendall)},
            {"spearman_without_noise", estimate_json(load.without_noise.spearman)},
            {"kendall_without_noise", estimate_json(load.without_noise.kendall)},
            {"change_percent", 100 * load.change},
            {"changed_alone", load.changed_alone}};
}

/// Of all sessions at the resolutions; "" where the device does not tell.
std::string time_text(const RememberedMetric& metric, const DesignSpace& space,
                      const Qualities& qualities) {
    TimeSpent all;
    for (const auto& [resolution, quality] : qualities) {
        for (const auto& session : metric.sessions(space, resolution)) {
            const TimeSpent spent = time_spent(session);
            all.all += spent.all;
            all.networks += spent.networks;
            all.references += spent.references;
        }
    }
    if (!(all.networks > 0)) return "";
    return fmt::format(
        "of {:.1f} s of measuring {:.0f} % were timed runs of networks, {:.0f} % of the reference; "
        "{:.0f} % went into preparing, untimed runs and storing",
        all.all, 100 * all.networks / all.all, 100 * all.references / all.all,
        100 * (1 - (all.networks + all.references) / all.all));
}

using SustainedLoads = std::map<int, SustainedLoad>;

/// By resolution, from the visits that came after `before`.
SustainedLoads sustained_loads(const RememberedMetric& metric, const DesignSpace& space,
                               std::span<const Architecture> archs, const StoredVisits& before,
                               const RepeatPlan& plan) {
    const StoredVisits all = metric.visits(space);
    std::map<int, std::vector<std::vector<StoredVisit>>> visits;
    for (const auto& a : archs) {
        const auto found = all.find(a);
        if (found == all.end()) continue;
        const auto earlier = before.find(a);
        const auto skip =
            static_cast<std::ptrdiff_t>(earlier == before.end() ? 0 : earlier->second.size());
        visits[a.resolution].emplace_back(found->second.begin() + skip, found->second.end());
    }
    SustainedLoads loads;
    for (const auto& [resolution, of] : visits) {
        loads[resolution] = sustained_load(of, metric.by_cpu_time(), plan.level, plan.seed);
    }
    return loads;
}

/// What numbers rest on, beside FILE.csv as FILE.json.
void write_provenance(const MeasureCommand& command, const Common& common, const DesignSpace& space,
                      const RepeatPlan& plan, RememberedMetric& metric,
                      const std::vector<StoredContext>& others, const Qualities& qualities,
                      const SustainedLoads& loads) {
    if (study_beside(command.output).empty()) return;
    auto file = provenance(common, space, metric.info());
    file["estimator"] = "mean of the middle half of the visits, Student t";
    file["level"] = plan.level;
    file["context_key"] = metric.context().key;
    for (const auto& [name, value] : metric.context().facts) file["context"][name] = value;
    const auto joined = metric.contexts(space);
    for (std::size_t i = 0; joined.size() > 1 && i < joined.size(); ++i) {
        auto& entry = file["joined_contexts"][joined[i].key];
        for (const auto& [name, value] : joined[i].facts) entry[name] = value;
    }
    for (const auto& other : others) {
        auto& entry = file["other_contexts"][other.context.key];
        for (const auto& [name, value] : other.context.facts) entry[name] = value;
    }
    for (const auto& [resolution, quality] : qualities) {
        auto& at = file["measuring"][std::to_string(resolution)];
        if (quality) {
            at["quality"] = quality_text(*quality);
            at["reference"]["ms"] = quality->reference_ms;
            if (!std::isnan(quality->reference_error)) {
                at["reference"]["standard_error"] =
                    quality->reference_error * quality->reference_ms;
                at["reference"]["degrees_of_freedom"] = reference_parts - 1;
            }
        }
        for (const auto& session : metric.sessions(space, resolution)) {
            at["sessions"].push_back(session_json(session, metric.by_cpu_time()));
        }
    }
    for (const auto& [resolution, load] : loads) {
        auto& at = file["sustained"][std::to_string(resolution)];
        at = sustained_json(load);
        at["seconds"] = plan.sustain_s;
    }
    write_file(std::filesystem::path(command.output).replace_extension(".json"),
               file.dump(2) + "\n");
}

}  // namespace

int measure_networks(const MeasureCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    auto original = own_metric(command.metric, space, common);
    if (original->measured() == nullptr) {
        throw Error(fmt::format("'{}' is not measured; use blockscope evaluate", command.metric));
    }
    const RepeatPlan plan = plan_of(command, common);
    const auto archs = chosen_architectures(command, space, common, 20);
    const Part shard = parse_part(command.shard, "--shard");
    StudyAtHand study(common, study_beside(command.output, shard), console);
    const auto metric = study.remember(std::move(original), command.metric, 1, space);
    const StoredVisits before = plan.sustain_s > 0 ? metric->visits(space) : StoredVisits{};
    auto results = measure_repeatedly(*metric, space, archs, plan, &console);
    Qualities qualities;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto [at, first] = qualities.try_emplace(archs[i].resolution);
        if (first) at->second = metric->quality(space, archs[i].resolution);
        const auto& quality = at->second;
        if (quality && !quality->trusted) results[i].doubts.push_back(quality->reason);
    }
    bool all_good = true;
    std::string text = fmt::format(header, metric->info().column);
    text += rows_of(space, archs, results,
                    fmt::format("{}", fmt::join(metric->keys(space).keys, "+")), all_good);
    const auto others = study.others(*metric, space);
    for (const auto& other : others) {
        bool ignored = true;
        text += rows_of(space, archs, study.recall(*metric, space, other.context, archs, plan),
                        other.context.key, ignored);
    }
    write_output(command.output, text);
    SustainedLoads loads;
    if (plan.sustain_s > 0) loads = sustained_loads(*metric, space, archs, before, plan);
    write_provenance(command, common, space, plan, *metric, others, qualities, loads);
    std::size_t visits = 0;
    for (const auto& r : results) visits += static_cast<std::size_t>(r.visits);
    console.say(fmt::format("{} architectures, {} visits, {}; {} % intervals; seed {}",
                            archs.size(), visits, metric->info().source,
                            significant(100 * plan.level), common.seed));
    if (const double ms = metric->measured()->preparation_ms_per_visit(); !std::isnan(ms)) {
        console.say(fmt::format("preparing a network took {} ms on average, apart from its latency",
                                significant(ms, 3)));
    }
    for (const auto& [resolution, quality] : qualities) {
        if (const int runs = metric->measured()->runs_in_a_row(resolution); runs > 1) {
            console.say(
                fmt::format("at {}: a visit is the mean of {} runs in a row, one of which "
                            "would be too short for the clock",
                            resolution, runs));
        }
    }
    if (const auto time = time_text(*metric, space, qualities); !time.empty()) console.say(time);
    for (const auto& [resolution, quality] : qualities) {
        if (quality) console.say(fmt::format("at {}: {}", resolution, quality_text(*quality)));
    }
    for (const auto& [resolution, load] : loads) {
        console.say(fmt::format("at {}: {}", resolution, to_string(load)));
        all_good = all_good && load.verdict != "changed";
    }
    if (Console::interrupted()) return 130;
    return command.strict && !all_good ? 6 : 0;
}

}  // namespace blockscope::cli
