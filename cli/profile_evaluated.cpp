#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"

#include "cli/architectures.hpp"
#include "cli/profile_sources.hpp"
#include "cli/team.hpp"

namespace blockscope::cli {
namespace {

/// The metric's table for each resolution, or nothing if it is no table.
std::optional<std::vector<LayerTable>> tables_of(Metric& metric, const DesignSpace& space,
                                                 const std::vector<int>& resolutions) {
    std::vector<LayerTable> tables;
    for (const int r : resolutions) {
        auto table = metric.additive(space, r);
        if (!table) return std::nullopt;
        tables.push_back(std::move(*table));
    }
    return tables;
}

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

bool runs_here(Metric& metric) {
    return metric.measured() != nullptr && metric.measured()->in_this_process();
}

/// What a profile of networks that ran in this program's processes does not know.
void note_processes(Profile& profile, const std::vector<int>& sessions) {
    const std::set<int> distinct(sessions.begin(), sessions.end());
    if (distinct.size() > 1) {
        profile.notes.push_back(fmt::format(
            "measured by {} processes, whose differences are in the intervals", distinct.size()));
    } else {
        profile.notes.emplace_back(
            "measured by one process: what lasts as long as a process is not in the intervals");
    }
}

/// Samples until the goal is settled.
Gathered settle(ProfileRun& run, Metric& metric, RememberedMetric* costly,
                const std::vector<int>& resolutions, const ProfileCommand& command,
                const Budget& budget, const Common& common, Console& console) {
    const auto start = std::chrono::steady_clock::now();
    double known_seconds = 0;
    AdaptiveOptions adaptive;
    adaptive.goal = parse_goal(command.until);
    adaptive.seed = common.seed;
    if (budget.networks > 0 && !command.budget.empty()) adaptive.most = budget.networks;
    const auto seconds = [&] {
        if (costly != nullptr) return known_seconds;  // those of earlier runs count too
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    adaptive.out_of_time = [&] {
        return Console::interrupted() || (budget.seconds > 0 && seconds() >= budget.seconds);
    };
    const auto evaluate = [&](std::span<const Architecture> archs) {
        MetricColumn column = metric.evaluate(run.space, archs, &console);
        if (costly != nullptr) {
            for (const double s : costly->seconds_of_tried(run.space, archs)) known_seconds += s;
        }
        return column;
    };
    auto result =
        adaptive_profile(run.space, evaluate, metric.info(), resolutions, adaptive, run.options);
    std::vector<int> sessions;
    if (costly != nullptr) sessions = costly->sessions_of(run.space, result.archs);
    const EvaluatedSample sample{result.archs, result.column.values, result.weights, unknown,
                                 sessions};
    if (costly != nullptr) {
        costly->rescale(run.space, result.archs, result.column.values);
        result.profile = pooled_profile(run.space, sample, metric.info(), resolutions, run.options);
    }
    add_shares(result.profile, run.space, sample);
    auto& notes = result.profile.notes;
    notes.push_back(fmt::format(
        "--until {}: {}, {} resolved and {} unresolved after {} evaluations in {} rounds",
        command.until, result.stopped, result.resolved, result.unresolved.size(),
        result.archs.size(), result.rounds));
    for (const auto& open : result.unresolved) notes.push_back("unresolved: " + open);
    console.say(fmt::format("{}: {}", metric.info().name, notes.front()));
    constexpr std::size_t shown = 10;
    for (std::size_t i = 0; i < std::min(shown, result.unresolved.size()); ++i) {
        console.say("  unresolved: " + result.unresolved[i]);
    }
    if (result.unresolved.size() > shown) {
        console.say(
            fmt::format("  and {} more, in profile.json", result.unresolved.size() - shown));
    }
    std::vector<Architecture> uniform;
    std::vector<double> uniform_values;
    for (std::size_t i = 0; i < result.archs.size(); ++i) {
        if (!result.uniform[i]) continue;
        uniform.push_back(result.archs[i]);
        uniform_values.push_back(result.column.values[i]);
    }
    run.add(std::move(result.profile), uniform, uniform_values);
    return {std::move(result.archs), std::move(result.column)};
}

void add_profile(ProfileRun& run, const std::string& name, const std::vector<int>& resolutions,
                 DrawnSequence& sequence, Table& table, const ProfileCommand& command,
                 const Common& common, StudyAtHand& study, Console& console) {
    const DesignSpace& space = run.space;
    const Part part = parse_part(command.part, "--part");
    const Budget budget = parse_budget(command.budget, command.n).share(part);
    auto metric = own_metric(name, space, common);
    const MetricInfo info = metric->info();
    if (!part.is_whole() && !runs_here(*metric)) return;
    if (command.estimator == "auto" || command.estimator == "exact") {
        if (const auto terms = tables_of(*metric, space, resolutions)) {
            const auto archs = sequence.first(command.metrics.size() > 1 ? command.n : 0);
            std::vector<double> values;
            values.reserve(archs.size());
            for (const auto& a : archs) {
                const auto r = std::find(resolutions.begin(), resolutions.end(), a.resolution);
                values.push_back((*terms)[r - resolutions.begin()].value(a));
            }
            run.add(exact_profile(space, *terms, info, resolutions, run.options), archs, values);
            return;
        }
        if (command.estimator == "exact") {
            throw Error(fmt::format("'{}' is not a sum over layers: no exact estimate", name));
        }
    }
    std::unique_ptr<RememberedMetric> costly;
    Metric* at_hand = metric.get();
    if (info.costly) {
        costly = study.remember(std::move(metric), name, 1, space);
        at_hand = costly.get();
    }
    Metric& asked = *at_hand;
    if (command.estimator == "fixed") {
        auto fixed = fixed_profile(space, asked, resolutions,
                                   {command.n, common.seed, common.threads}, run.options, &console);
        add_shares(fixed.profile, space, {fixed.base_archs, fixed.base_values});
        run.add(std::move(fixed.profile), fixed.base_archs, fixed.base_values);
        return;
    }
    Gathered pool;
    if (!command.until.empty()) {
        pool = settle(run, asked, costly.get(), resolutions, command, budget, common, console);
    } else {
        pool = costly ? gather(sequence, budget, *costly, space, resolutions, console)
                      : gather(sequence, command.n, asked, space, console);
        if (!part.is_whole()) return;
        const auto sessions = costly ? costly->sessions_of(space, pool.archs) : std::vector<int>();
        const EvaluatedSample sample{pool.archs, pool.column.values, {}, unknown, sessions};
        run.add(pooled_profile(space, sample, info, resolutions, run.options), sample.archs,
                sample.values);
        add_shares(run.profiles.back(), space, sample);
        if (costly && runs_here(asked)) note_processes(run.profiles.back(), sessions);
    }
    warn_of_failures(info.name, pool.column, console);
    warn_of_remarks(asked, console);
    for (const int r : resolutions) {
        if (!costly) break;
        StudyAtHand::describe(*costly, space, r, run.provenance);
        if (const auto quality = costly->quality(space, r)) {
            console.say(fmt::format("{}: {}", info.name, quality_text(*quality)));
            run.trusted = run.trusted && quality->trusted;
        }
    }
    if (command.until.empty()) {
        table.add(info.column, pool.archs, pool.column.values);
    } else {  // every metric's sample is its own
        Table own;
        own.add(info.column, pool.archs, pool.column.values);
        run.tables.push_back(std::move(own));
    }
}

}  // namespace

void add_shares(Profile& profile, const DesignSpace& space, const EvaluatedSample& sample) {
    const auto known = std::count_if(sample.values.begin(), sample.values.end(),
                                     [](double v) { return std::isfinite(v); });
    constexpr std::ptrdiff_t least = 20;  // of pooled_variance_shares
    VarianceOptions variance;
    variance.level = profile.options.level;
    variance.noisy = profile.metric.noisy;
    if (known >= least) profile.shares = pooled_variance_shares(space, sample, variance);
    if (profile.shares.empty()) {
        profile.notes.emplace_back("too few values for shares of the variance");
    }
}

int measuring_processes(const DesignSpace& space, const ProfileCommand& command,
                        const Common& common) {
    constexpr double seconds_worth_it = 40;
    constexpr int usual = 6;
    if (common.crew != nullptr) return 1;  // there are several already, all at once
    if (command.estimator == "fixed" || !command.until.empty()) return 1;
    const double seconds = parse_budget(command.budget, command.n).seconds;
    const int count = command.processes > 0
                          ? command.processes
                          : (seconds >= seconds_worth_it && processes_can_be_made() ? usual : 1);
    const auto here = [&](const std::string& name) {
        return runs_here(*make_metric(name, space, common.seed, common.threads));
    };
    return count > 1 && std::any_of(command.metrics.begin(), command.metrics.end(), here) ? count
                                                                                          : 1;
}

void ProfileRun::add(Profile profile, std::span<const Architecture> archs,
                     std::span<const double> of_archs) {
    if (const auto& model = profile.metric.model) {
        profile.notes.push_back(
            fmt::format("of a predictor: the intervals do not hold its own error ({})",
                        model->phrase.empty() ? "not stated with it" : model->phrase));
    }
    profiles.push_back(std::move(profile));
    const std::size_t n = std::min(archs.size(), most_architectures);
    values.push_back({{archs.begin(), archs.begin() + static_cast<std::ptrdiff_t>(n)},
                      {of_archs.begin(), of_archs.begin() + static_cast<std::ptrdiff_t>(n)}});
}

void add_evaluated_profiles(ProfileRun& run, const ProfileCommand& command, const Common& common,
                            StudyAtHand& study, Console& console) {
    const auto chosen = chosen_resolutions(run.space, common);
    std::vector<std::vector<int>> sets;
    if (command.mix_resolutions) {
        sets.push_back(chosen);
    } else {
        for (const int r : chosen) sets.push_back({r});
    }
    for (const auto& resolutions : sets) {
        DrawnSequence sequence(run.space, resolutions, common.seed, common.threads);
        Table table;
        for (const auto& name : command.metrics) {
            add_profile(run, name, resolutions, sequence, table, command, common, study, console);
        }
        if (!table.archs.empty()) run.tables.push_back(std::move(table));
    }
}

Goal parse_goal(const std::string& text) {
    const auto refuse = [&] {
        throw Error(
            fmt::format("--until '{}' is none of width=0.02 (in the metric's unit), width=1% "
                        "(of its mean), ranking, ranking@0.99",
                        text));
    };
    Goal goal;
    if (text.starts_with("width=")) {
        std::string number = text.substr(6);
        goal.relative = number.ends_with('%');
        if (goal.relative) number.pop_back();
        if (!parse_number(number, goal.width) || !(goal.width > 0)) refuse();
        if (goal.relative) goal.width /= 100;
        return goal;
    }
    goal.kind = Goal::Kind::ranking;
    if (text == "ranking") return goal;
    if (!text.starts_with("ranking@") || !parse_number(text.substr(8), goal.confidence) ||
        !(goal.confidence > 0) || !(goal.confidence < 1)) {
        refuse();
    }
    return goal;
}

}  // namespace blockscope::cli
