#include "blockscope/search/search_files.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/front_noise.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Direction> directions_of(const Problem& problem) {
    std::vector<Direction> directions;
    directions.reserve(problem.objectives.size());
    for (const auto& objective : problem.objectives) directions.push_back(objective.direction);
    return directions;
}

/// Costs of some rows of a run.
Costs costs_of_rows(const Problem& problem, const SearchRun& run,
                    const std::vector<std::size_t>& rows) {
    std::vector<std::vector<double>> columns;
    for (const auto& objective : problem.objectives) {
        auto& column = columns.emplace_back();
        for (const auto row : rows) {
            const double value = run.values[objective.metric][row];
            const bool usable = run.keeps_limits[row] && std::isfinite(value);
            column.push_back(usable ? value : std::nan(""));
        }
    }
    return costs_of(columns, directions_of(problem));
}

/// Names of the metrics' columns; a metric whose column another has too goes by its full name.
std::vector<std::string> columns_of(const Problem& problem) {
    std::vector<std::string> columns;
    std::multiset<std::string> all;
    for (const auto* metric : problem.metrics) all.insert(metric->info().column);
    for (const auto* metric : problem.metrics) {
        const auto& info = metric->info();
        columns.push_back(all.count(info.column) > 1 ? info.name : info.column);
    }
    return columns;
}

/// "arch,resolution,values" of one row.
std::string cells(const Problem& problem, const SearchRun& run, std::size_t row) {
    std::string text =
        body_text(problem.space, run.archs[row]) + fmt::format(",{}", run.archs[row].resolution);
    for (const auto& column : run.values) text += "," + round_trip(column[row]);
    return text;
}

/// Of each metric that a search may give up on, what its column of values at best is called.
std::vector<std::pair<std::size_t, std::string>> parts_of(const Problem& problem,
                                                          const SearchReport& report) {
    std::vector<std::pair<std::size_t, std::string>> columns;
    if (!report.options.give_up) return columns;
    const auto all = columns_of(problem);
    for (std::size_t m = 0; m < all.size(); ++m) {
        if (problem.metrics[m]->info().give_up_error > 0)
            columns.emplace_back(m, all[m] + "_at_best");
    }
    return columns;
}

/// ",76.2" or "," for each of those metrics; next: the run's first value given up on from `row` on.
std::string part_cells(const std::vector<std::pair<std::size_t, std::string>>& columns,
                       const SearchRun& run, std::size_t row, std::size_t& next) {
    std::string text;
    while (next < run.given_up.size() && run.given_up[next].row < row) ++next;
    for (const auto& [metric, name] : columns) {
        text += ',';
        for (std::size_t i = next; i < run.given_up.size() && run.given_up[i].row == row; ++i) {
            if (run.given_up[i].metric == metric) text += round_trip(run.given_up[i].at_best);
        }
    }
    return text;
}

/// Standard error of a metric's value in a row; NaN where none is known.
double error_of(const Problem& problem, const SearchRun& run, std::size_t metric, std::size_t row) {
    const auto& own = run.errors[metric];
    return own.empty() ? stated_error(problem.metrics[metric]->info()) : own[row];
}

/// By metric: whether any run knows errors.
std::vector<bool> with_errors(const Problem& problem, const SearchReport& report) {
    std::vector<bool> with;
    for (std::size_t m = 0; m < problem.metrics.size(); ++m) {
        bool any = std::isfinite(stated_error(problem.metrics[m]->info()));
        for (const auto& run : report.runs) any = any || !run.errors[m].empty();
        with.push_back(any);
    }
    return with;
}

/// ",low,high" of each metric with errors, one row: 95 % intervals, normal.
std::string bounds(const Problem& problem, const SearchRun& run, const std::vector<bool>& with,
                   std::size_t row) {
    std::string text;
    for (std::size_t m = 0; m < with.size(); ++m) {
        if (!with[m]) continue;
        const double half = normal_quantile(0.975) * error_of(problem, run, m, row);
        const double value = run.values[m][row];
        text += "," + round_trip(value - half) + "," + round_trip(value + half);
    }
    return text;
}

/// history.csv: everything that every run saw.
void write_history(const std::filesystem::path& path, const Problem& problem,
                   const SearchReport& report) {
    std::string text = "seed,iteration,arch,resolution";
    for (const auto& column : columns_of(problem)) text += "," + csv_cell(column);
    text += ",keeps_limits";
    const auto parts = parts_of(problem, report);
    for (const auto& [metric, name] : parts) text += "," + csv_cell(name);
    text += "\n";
    std::size_t r = 0;
    std::size_t i = 0;
    std::size_t part = 0;
    std::string piece;
    write_file(path, [&]() -> std::string_view {
        piece = std::exchange(text, {});
        constexpr std::size_t enough = 1 << 16;
        for (; r < report.runs.size() && piece.size() < enough; ++r, i = 0, part = 0) {
            const auto& run = report.runs[r];
            for (; i < run.archs.size() && piece.size() < enough; ++i) {
                piece += fmt::format("{},{},{},{}{}\n", report.seeds[r], run.iteration[i],
                                     cells(problem, run, i), run.keeps_limits[i] ? "yes" : "no",
                                     part_cells(parts, run, i, part));
            }
            if (i < run.archs.size()) break;
        }
        return piece;
    });
}

/// Of each run, for each of its best: is it on the front of all runs' best?
std::vector<std::vector<bool>> on_joint_front(const Problem& problem, const SearchReport& report) {
    Costs all{problem.objectives.size(), {}};
    std::vector<std::vector<bool>> on_front;
    for (const auto& run : report.runs) {
        const auto costs = costs_of_rows(problem, run, run.best);
        all.values.insert(all.values.end(), costs.values.begin(), costs.values.end());
        on_front.emplace_back(run.best.size(), false);
    }
    const auto members = front(all);
    auto member = members.begin();
    std::size_t point = 0;
    for (auto& own : on_front) {
        for (std::size_t i = 0; i < own.size(); ++i, ++point) {
            own[i] = member != members.end() && *member == point;
            if (own[i]) ++member;
        }
    }
    return on_front;
}

/// Hypervolume of everything seen up to each iteration.
std::vector<double> progress_of(const Problem& problem, const SearchRun& run,
                                const std::vector<double>& reference) {
    std::vector<double> volumes;
    std::vector<std::size_t> rows;  // the front so far, then what an iteration added
    for (std::size_t row = 0; row < run.archs.size();) {
        const auto iteration = run.iteration[row];
        for (; row < run.archs.size() && run.iteration[row] == iteration; ++row) {
            rows.push_back(row);
        }
        const auto members = front(costs_of_rows(problem, run, rows), Ties::keep_first);
        std::vector<std::size_t> kept;
        kept.reserve(members.size());
        for (const auto i : members) kept.push_back(rows[i]);
        rows = std::move(kept);
        volumes.resize(iteration, volumes.empty() ? 0 : volumes.back());  // that found nothing new
        volumes.push_back(hypervolume(costs_of_rows(problem, run, rows), reference));
    }
    return volumes;
}

Json json(const Problem& problem, const SearchRun& run, std::size_t row) {
    Json j;
    j["arch"] = body_text(problem.space, run.archs[row]);
    j["resolution"] = run.archs[row].resolution;
    for (std::size_t m = 0; m < problem.metrics.size(); ++m) {
        const double value = run.values[m][row];
        j[problem.metrics[m]->info().name] = std::isnan(value) ? Json() : Json(value);
    }
    return j;
}

Json json(const Problem& problem, std::uint64_t seed, const SearchRun& run,
          const std::vector<double>& reference) {
    Json j;
    j["seed"] = seed;
    j["asked"] = run.asked;
    j["distinct"] = run.archs.size();
    j["beyond_limits"] = std::count(run.keeps_limits.begin(), run.keeps_limits.end(), false);
    if (!run.given_up.empty()) j["given_up"] = given_up_text(problem, run);
    j["failures"] = run.failures;
    if (run.failures > 0) j["first_failure"] = run.first_failure;
    j["fruitless_passes"] = run.fruitless;
    if (!run.stopped.empty()) j["stopped"] = run.stopped;
    j["found"] = run.best.size();
    if (run.best.empty()) {
        if (!run.archs.empty()) j["nearest_to_limits"] = json(problem, run, run.nearest);
        return j;
    }
    const auto volumes = progress_of(problem, run, costs_of(reference, directions_of(problem)));
    j["hypervolume"] = volumes.back();
    j["hypervolume_after_iterations"] = volumes;
    j["best_of_first_objective"] = json(problem, run, run.best.front());
    if (problem.objectives.size() > 1) {
        j["knee"] = json(problem, run, run.best[knee_of(problem, run)]);
    }
    return j;
}

Json json(const SearchOptions& options) {
    Json j{{"name", to_string(options.algorithm)},
           {"initial", options.initial},
           {"iterations", options.iterations},
           {"children", options.children}};
    if (options.give_up) j["gives_up"] = true;
    if (!options.start.empty()) j["started_with"] = options.start.size();
    if (!options.rates.units.empty()) j["mutation_rates"] = options.rates.units;
    if (options.algorithm == Algorithm::random_mutation) j["fronts"] = options.fronts;
    if (options.algorithm == Algorithm::max_accuracy) j["top"] = options.top;
    if (options.algorithm == Algorithm::random_mutation ||
        options.algorithm == Algorithm::max_accuracy) {
        j["chain"] = options.chain;
    }
    if (options.algorithm == Algorithm::regularized_evolution) {
        j["tournament"] = options.tournament;
        j["at_once"] = options.at_once;
    }
    return j;
}

Json json(const Problem& problem, const Limit& limit, const LimitReach& known) {
    const auto& info = problem.metrics[limit.metric]->info();
    Json j{{"text", to_string(problem, limit)},
           {"metric", info.name},
           {"unit", info.unit},
           {"is", limit.at_most ? "at most" : "at least"},
           {"value", limit.value}};
    const bool exact = known.exact || !known.range;
    j[exact ? "smallest_of_space" : "smallest_found"] =
        known.range ? Json(known.range->first) : Json();
    j[exact ? "largest_of_space" : "largest_found"] =
        known.range ? Json(known.range->second) : Json();
    j["excludes_nothing"] = known.range ? Json(known.excludes_nothing) : Json();
    return j;
}

}  // namespace

Costs costs_of_run(const Problem& problem, const SearchRun& run) {
    std::vector<std::size_t> rows(run.archs.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return costs_of_rows(problem, run, rows);
}

std::vector<double> worst_of(const Problem& problem, const std::vector<SearchRun>& runs) {
    Costs all{problem.objectives.size(), {}};
    for (const auto& run : runs) {
        const auto costs = costs_of_run(problem, run);
        all.values.insert(all.values.end(), costs.values.begin(), costs.values.end());
    }
    auto point = worst(all);
    for (const double cost : point) {
        if (!std::isfinite(cost)) return {};
    }
    return costs_of(point, directions_of(problem));  // negating twice is nothing
}

double hypervolume_of(const Problem& problem, const SearchRun& run,
                      const std::vector<double>& reference) {
    if (run.best.empty()) return 0;
    return hypervolume(costs_of_rows(problem, run, run.best),
                       costs_of(reference, directions_of(problem)));
}

std::size_t knee_of(const Problem& problem, const SearchRun& run) {
    if (problem.objectives.size() < 2) return 0;
    std::vector<std::size_t> members(run.best.size());
    std::iota(members.begin(), members.end(), std::size_t{0});
    const auto bulge = bulges(costs_of_rows(problem, run, run.best), members);
    return static_cast<std::size_t>(std::max_element(bulge.begin(), bulge.end()) - bulge.begin());
}

std::string given_up_text(const Problem& problem, const SearchRun& run) {
    if (run.given_up.empty()) return "";
    double seen = 0;
    double all = 0;
    double error = 0;
    for (const auto& part : run.given_up) {
        const auto& info = problem.metrics[part.metric]->info();
        seen += static_cast<double>(part.trials);
        all += static_cast<double>(info.trials);
        error = info.give_up_error;
    }
    return fmt::format(
        "{} of {} networks given up on, after {} % of their images: their values are estimates, "
        "and "
        "lie behind with a probability of {} each",
        run.given_up.size(), run.archs.size(), significant(100 * seen / all, 2),
        round_trip(1 - error));
}

std::vector<double> front_probability(const Problem& problem, const SearchRun& run) {
    const std::size_t d = problem.objectives.size();
    Costs errors{d, std::vector(run.archs.size() * d, 0.0)};
    bool any = false;
    for (std::size_t k = 0; k < d; ++k) {
        const auto& own = run.errors[problem.objectives[k].metric];
        any = any || !own.empty();
        for (std::size_t i = 0; i < own.size(); ++i) errors.values[i * d + k] = own[i];
    }
    if (!any) return {};
    return non_dominated_probability(costs_of_run(problem, run), errors, run.best);
}

std::string hypervolume_unit(const Problem& problem) {
    std::string unit;
    for (const auto& objective : problem.objectives) {
        unit += (unit.empty() ? "" : " x ") + problem.metrics[objective.metric]->info().unit;
    }
    return unit;
}

std::string front_csv(const Problem& problem, const SearchReport& report) {
    std::string text = "seed,arch,resolution";
    for (const auto& column : columns_of(problem)) text += "," + csv_cell(column);
    text += ",contribution,on_joint_front,probability";
    const auto with = with_errors(problem, report);
    const auto columns = columns_of(problem);
    for (std::size_t m = 0; m < with.size(); ++m) {
        if (!with[m]) continue;
        for (const char* end : {"_low", "_high"}) text += "," + csv_cell(columns[m] + end);
    }
    text += "\n";
    const auto joint = on_joint_front(problem, report);
    for (std::size_t r = 0; r < report.runs.size(); ++r) {
        const auto& run = report.runs[r];
        if (run.best.empty()) continue;
        const auto added = contributions(costs_of_rows(problem, run, run.best),
                                         costs_of(report.reference, directions_of(problem)));
        const auto likely = front_probability(problem, run);
        for (std::size_t i = 0; i < run.best.size(); ++i) {
            text +=
                fmt::format("{},{},{},{},{}{}\n", report.seeds[r], cells(problem, run, run.best[i]),
                            round_trip(added[i]), joint[r][i] ? "yes" : "no",
                            likely.empty() ? "" : round_trip(likely[i]),
                            bounds(problem, run, with, run.best[i]));
        }
    }
    return text;
}

std::string summary_json(const Problem& problem, const SearchReport& report) {
    Json document;
    document["provenance"] = Json::object();
    for (const auto& [name, value] : report.provenance) document["provenance"][name] = value;
    document["space"] = problem.space.name;
    document["fingerprint"] = problem.space.fingerprint();
    document["resolutions"] = problem.resolutions;
    document["algorithm"] = json(report.options);
    document["objectives"] = Json::array();
    const auto columns = columns_of(problem);
    for (std::size_t k = 0; k < problem.objectives.size(); ++k) {
        const auto& [metric, direction] = problem.objectives[k];
        const auto& info = problem.metrics[metric]->info();
        const bool larger = direction == Direction::larger_is_better;
        Json j{{"metric", info.name}, {"column", columns[metric]},
               {"unit", info.unit},   {"source", info.source},
               {"noisy", info.noisy}, {"is", larger ? "maximised" : "minimised"}};
        j["reference"] = report.reference.empty() ? Json() : Json(report.reference[k]);
        document["objectives"].push_back(j);
    }
    document["hypervolume_unit"] = hypervolume_unit(problem);
    document["limits"] = Json::array();
    for (std::size_t l = 0; l < problem.limits.size(); ++l) {
        document["limits"].push_back(json(problem, problem.limits[l], report.limits[l]));
    }
    document["runs"] = Json::array();
    for (std::size_t r = 0; r < report.runs.size(); ++r) {
        document["runs"].push_back(
            json(problem, report.seeds[r], report.runs[r], report.reference));
    }
    return document.dump(2) + "\n";
}

void write_search(const std::filesystem::path& directory, const Problem& problem,
                  const SearchReport& report) {
    write_file(directory / "front.csv", front_csv(problem, report));
    write_history(directory / "history.csv", problem, report);
    write_file(directory / "summary.json", summary_json(problem, report));
}

}  // namespace blockscope
