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
#include "blockscope/measure/warm_up.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/repeated.hpp"

#include "cli/measure_command.hpp"
#include "cli/study_at_hand.hpp"

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

RepeatPlan plan_of(const MeasureCommand& command, const Common& common) {
    RepeatPlan plan;
    plan.spread = parse_spread(command.spread);
    constexpr int most_visits = 60;  // by which 1 % is reached where visits scatter by 4 %
    plan.visits = command.visits > 0 ? command.visits : plan.spread > 0 ? most_visits : 4;
    plan.budget_s = budget_seconds(command);
    plan.level = command.level;
    plan.seed = common.seed;
    return plan;
}

using Qualities = std::map<int, std::optional<MeasuringQuality>>;

/// One row for each architecture. all_good: becomes false if one cannot be trusted.
std::string rows_of(const DesignSpace& space, std::span<const Architecture> archs,
                    std::span<const RepeatedLatency> results, const Qualities& qualities,
                    const std::string& column, bool& all_good) {
    std::string text = fmt::format(
        "arch,resolution,{0},{0}_low,{0}_high,standard_error,visits,trust,reason\n", column);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& r = results[i];
        const auto& quality = qualities.at(archs[i].resolution);
        std::vector<std::string> why = r.doubts;
        if (!r.failure.empty()) why = {r.failure};
        if (r.failure.empty() && quality && !quality->trusted) why.push_back(quality->reason);
        all_good = all_good && why.empty();
        text += fmt::format("{},{},{},{},{},{},{},{},{}\n", body_text(space, archs[i]),
                            archs[i].resolution, round_trip(r.ms.value), round_trip(r.ms.low),
                            round_trip(r.ms.high), round_trip(r.standard_error), r.visits,
                            why.empty() ? "yes" : "no",
                            csv_cell(fmt::format("{}", fmt::join(why, "; "))));
    }
    return text;
}

/// What numbers rest on, beside FILE.csv as FILE.json.
void write_provenance(const MeasureCommand& command, const Common& common, const DesignSpace& space,
                      const RepeatPlan& plan, RememberedMetric& metric,
                      const Qualities& qualities) {
    if (study_beside(command.output).empty()) return;
    auto file = provenance(common, space, metric.info());
    file["estimator"] = "mean of the middle half of the visits, Student t";
    file["level"] = plan.level;
    file["context_key"] = metric.context().key;
    for (const auto& [name, value] : metric.context().facts) file["context"][name] = value;
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
            const WarmUp warm_up = warm_up_of(session.warm_up, metric.by_cpu_time());
            at["sessions"].push_back({{"started", session.started},
                                      {"visits", session.networks},
                                      {"seconds", session.seconds},
                                      {"warm_up_runs", warm_up.runs},
                                      {"settled", warm_up.settled},
                                      {"conditions", session.conditions}});
        }
    }
    write_file(std::filesystem::path(command.output).replace_extension(".json"),
               file.dump(2) + "\n");
}

}  // namespace

int measure_networks(const MeasureCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    auto original = make_metric(command.metric, space, common.seed, common.threads);
    if (original->measured() == nullptr) {
        throw Error(fmt::format("'{}' is not measured; use blockscope evaluate", command.metric));
    }
    const RepeatPlan plan = plan_of(command, common);
    const auto archs = chosen_architectures(command, space, common, 20);
    StudyAtHand study(common, study_beside(command.output), console);
    const auto metric = study.remember(std::move(original), 1);
    const auto results = measure_repeatedly(*metric, space, archs, plan, &console);
    Qualities qualities;
    for (const auto& a : archs) {
        const auto [at, first] = qualities.try_emplace(a.resolution);
        if (first) at->second = metric->quality(space, a.resolution);
    }
    bool all_good = true;
    write_output(command.output,
                 rows_of(space, archs, results, qualities, metric->info().column, all_good));
    write_provenance(command, common, space, plan, *metric, qualities);
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
        if (quality) console.say(fmt::format("at {}: {}", resolution, quality_text(*quality)));
    }
    if (Console::interrupted()) return 130;
    return command.strict && !all_good ? 6 : 0;
}

}  // namespace blockscope::cli
