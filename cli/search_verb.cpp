#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/limit_search.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"
#include "cli/relation.hpp"
#include "cli/study_at_hand.hpp"
#include "cli/team.hpp"

namespace blockscope::cli {
namespace {

struct SearchCommand {
    std::string space;
    std::vector<std::string> maximize;
    std::vector<std::string> minimize;
    std::vector<std::string> limits;
    std::vector<std::string> reference;
    std::string algorithm = "random-mutation";
    std::string seeds;
    std::string start;        ///< file of networks to begin with
    std::size_t initial = 0;  ///< 0: the algorithm's default; so with the next two
    std::size_t iterations = 0;
    std::size_t children = 0;
    std::size_t fronts = 1;
    std::size_t top = 10;
    std::size_t chain = 1;
    double rate = 0;  ///< 0: the space's or the algorithm's
    bool give_up = false;
    std::string output;
};

[[noreturn]] void refuse(const std::string& why) { throw CLI::ValidationError(why); }

/// "1-5,8" as numbers.
std::vector<std::uint64_t> parse_seeds(const std::string& text) {
    std::vector<std::uint64_t> seeds;
    for (const auto part : split(text, ',')) {
        const auto dash = part.find('-');
        long long first = 0;
        long long last = 0;
        const bool read =
            parse_number(part.substr(0, dash), first) &&
            (dash == std::string_view::npos ? parse_number(part, last)
                                            : parse_number(part.substr(dash + 1), last));
        constexpr long long most = 10000;
        if (!read || first < 0 || last < first || last - first >= most) {
            refuse(fmt::format("--seeds '{}' is not like 1-5 or 1,3,8-10", text));
        }
        for (long long seed = first; seed <= last; ++seed) {
            seeds.push_back(static_cast<std::uint64_t>(seed));
        }
    }
    return seeds;
}

/// The metrics of a search, each once, and what is asked of them.
class Asked {
public:
    Asked(DesignSpace space, std::vector<int> resolutions, const Common& common, StudyAtHand& study)
        : common_(common), study_(study) {
        problem_.space = std::move(space);
        problem_.resolutions = std::move(resolutions);
    }

    std::size_t metric(const std::string& name) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == name) return i;
        }
        auto metric = own_metric(name, problem_.space, common_);
        if (metric->info().costly) {
            auto remembered =
                study_.remember(std::move(metric), name, LatencyOptions().visits, problem_.space);
            costly_.push_back(remembered.get());
            metric = std::move(remembered);
        }
        problem_.metrics.push_back(metric.get());
        metrics_.push_back(std::move(metric));
        names_.push_back(name);
        return names_.size() - 1;
    }

    Problem& problem() { return problem_; }
    const std::vector<RememberedMetric*>& costly() const { return costly_; }

private:
    const Common& common_;
    StudyAtHand& study_;
    std::vector<std::string> names_;
    std::vector<std::unique_ptr<Metric>> metrics_;
    std::vector<RememberedMetric*> costly_;
    Problem problem_;
};

/// Of a file's networks those that the search may ask for.
std::vector<Architecture> start_of(const std::string& file, const Problem& problem,
                                   Console& console) {
    if (file.empty()) return {};
    auto archs = read_architectures(problem.space, file);
    const auto& sides = problem.resolutions;
    const auto outside = std::erase_if(archs, [&](const Architecture& a) {
        return std::find(sides.begin(), sides.end(), a.resolution) == sides.end() ||
               !contains(problem.space, a);
    });
    console.say(fmt::format("{} networks of {} to start with{}", archs.size(), file,
                            outside == 0
                                ? std::string()
                                : fmt::format(", {} left out: not of {} at {}", outside,
                                              problem.space.name, resolutions_text(sides))));
    return archs;
}

void add_questions(Asked& asked, const SearchCommand& command) {
    Problem& problem = asked.problem();
    for (const auto& name : command.maximize) {
        problem.objectives.push_back({asked.metric(name), Direction::larger_is_better});
    }
    for (const auto& name : command.minimize) {
        problem.objectives.push_back({asked.metric(name), Direction::smaller_is_better});
    }
    for (std::size_t k = 0; k < problem.objectives.size(); ++k) {
        for (std::size_t i = 0; i < k; ++i) {
            if (problem.objectives[i].metric == problem.objectives[k].metric) {
                refuse(fmt::format("'{}' is an objective twice",
                                   problem.metrics[problem.objectives[k].metric]->info().name));
            }
        }
    }
    for (const auto& text : command.limits) {
        const auto relation = parse_relation("--limit", text, {"<=", ">="});
        problem.limits.push_back(
            {asked.metric(relation.metric), relation.sign == "<=", relation.value});
    }
}

void check_gives_up(const Problem& problem) {
    for (const auto& [metric, direction] : problem.objectives) {
        const auto& info = problem.metrics[metric]->info();
        if (info.give_up_error > 0 && info.direction == direction) return;
    }
    refuse("--give-up needs an objective that can: supernet:... with repeats=1, to be maximised");
}

std::vector<std::string> objectives_of(const SearchCommand& command) {
    auto names = command.maximize;
    names.insert(names.end(), command.minimize.begin(), command.minimize.end());
    return names;
}

SearchOptions search_options(const SearchCommand& command) {
    auto options = paper_options(algorithm_named(command.algorithm));
    if (command.initial > 0) options.initial = command.initial;
    if (command.iterations > 0) options.iterations = command.iterations;
    if (command.children > 0) options.children = command.children;
    options.fronts = command.fronts;
    options.top = command.top;
    options.chain = command.chain;
    options.give_up = command.give_up;
    return options;
}

/// A whole number in full, else six digits.
std::string number_text(double value) {
    return value == std::floor(value) ? fmt::format("{:.0f}", value) : significant(value, 6);
}

void say_limits(const Problem& problem, const std::vector<LimitReach>& limits, Console& console) {
    for (std::size_t l = 0; l < limits.size(); ++l) {
        const auto text = to_string(problem, problem.limits[l]);
        const auto& range = limits[l].range;
        if (!range) {
            console.detail(text + ": costly and no sum over layers, so its range is not known");
            continue;
        }
        const auto known =
            fmt::format("{} {} to {} {}", limits[l].exact ? "the space has" : "a search found",
                        number_text(range->first), number_text(range->second),
                        problem.metrics[problem.limits[l].metric]->info().unit);
        if (limits[l].excludes_nothing) {
            console.warn(fmt::format("{}: excludes nothing, {}", text, known));
        } else {
            console.detail(fmt::format("{}: {}", text, known));
        }
    }
}

/// "accuracy 75.6 to 79.2 %, latency/host 2.9 to 8.2 ms" of the best of a run; of one row its
/// values in full.
std::string values_text(const Problem& problem, const SearchRun& run,
                        const std::vector<std::size_t>& rows) {
    std::string text;
    for (const auto& objective : problem.objectives) {
        const auto& info = problem.metrics[objective.metric]->info();
        const auto& column = run.values[objective.metric];
        double least = column[rows.front()];
        double most = least;
        for (const auto row : rows) {
            least = std::min(least, column[row]);
            most = std::max(most, column[row]);
        }
        text += fmt::format("{}{} {}{} {}", text.empty() ? "" : ", ", info.name, number_text(least),
                            least == most ? "" : " to " + number_text(most), info.unit);
    }
    return text;
}

void say_run(const Problem& problem, const SearchOptions& options, std::uint64_t seed,
             const SearchRun& run, Console& console) {
    std::string found = "nothing within the limits";
    if (!run.best.empty()) {
        const bool front = options.algorithm != Algorithm::max_accuracy;
        found = problem.objectives.size() == 1 ? "best: "
                                               : fmt::format("{} on the front: ", run.best.size());
        if (!front) found = fmt::format("best {}: ", run.best.size());
        found += values_text(problem, run, run.best);
    }
    console.say(fmt::format("seed {}: {} networks at {} asked for, {} different; {}{}", seed,
                            run.asked, resolutions_text(problem.resolutions), run.archs.size(),
                            found,
                            run.stopped.empty() ? std::string() : "; ended early: " + run.stopped));
    if (const auto text = given_up_text(problem, run); !text.empty()) {
        console.say(fmt::format("seed {}: {}", seed, text));
    }
    if (run.failures > 0) {
        console.warn(fmt::format("seed {}: {} evaluations failed, first: {}", seed, run.failures,
                                 run.first_failure));
    }
}

/// The best network of all seeds; with several objectives the knee of the first seed's front.
void say_pick(const Problem& problem, const SearchReport& report, Console& console) {
    const auto& first = problem.objectives.front();
    const double sign = first.direction == Direction::larger_is_better ? 1 : -1;
    const auto value = [&](const SearchRun& run) {
        return sign * run.values[first.metric][run.best.front()];
    };
    const SearchRun* pick = nullptr;
    std::uint64_t seed = 0;
    for (std::size_t r = 0; r < report.runs.size(); ++r) {
        const auto& run = report.runs[r];
        if (run.best.empty()) continue;
        if (pick != nullptr && (problem.objectives.size() > 1 || !(value(run) > value(*pick)))) {
            continue;
        }
        pick = &run;
        seed = report.seeds[r];
    }
    if (pick == nullptr) return;
    const auto row = pick->best[knee_of(problem, *pick)];
    const char* what =
        problem.objectives.size() > 1 ? "knee, where the front bulges most" : "best network";
    const auto whose = report.runs.size() > 1 ? fmt::format(", of seed {}", seed) : std::string();
    console.say(fmt::format("{}{}: {}: {}", what, whose, to_text(problem.space, pick->archs[row]),
                            values_text(problem, *pick, {row})));
}

void say_hypervolumes(const Problem& problem, const SearchReport& report, Console& console) {
    std::string volumes;
    for (const auto& run : report.runs) {
        volumes += (volumes.empty() ? "" : ", ") +
                   significant(hypervolume_of(problem, run, report.reference), 6);
    }
    std::string reference;
    for (std::size_t k = 0; k < problem.objectives.size(); ++k) {
        const auto& info = problem.metrics[problem.objectives[k].metric]->info();
        reference += fmt::format("{}{} {} {}", k == 0 ? "" : ", ", info.name,
                                 number_text(report.reference[k]), info.unit);
    }
    console.say(
        fmt::format("hypervolume {} {}, from {}", volumes, hypervolume_unit(problem), reference));
}

/// Throws for runs of which none found a network within the limits.
void check_found(const Problem& problem, const std::vector<SearchRun>& runs) {
    const SearchRun* last = nullptr;
    std::size_t asked = 0;
    for (const auto& run : runs) {
        if (!run.best.empty()) return;
        asked += run.asked;
        if (!run.archs.empty()) last = &run;
    }
    if (last == nullptr || Console::interrupted()) return;
    if (problem.limits.empty() || last->keeps_limits[last->nearest]) {
        throw Error(
            fmt::format("no network could be evaluated; first failure: {}", last->first_failure),
            Fault::runtime);
    }
    std::string values;
    for (const auto& limit : problem.limits) {
        values += fmt::format("{}{} for {}", values.empty() ? "" : ", ",
                              round_trip(last->values[limit.metric][last->nearest]),
                              to_string(problem, limit));
    }
    throw Error(fmt::format("none of {} networks keeps all limits; nearest: {} with {}", asked,
                            to_text(problem.space, last->archs[last->nearest]), values),
                Fault::infeasible);
}

int run(const SearchCommand& command, const Common& common, Console& console) {
    if (command.maximize.empty() && command.minimize.empty()) {
        throw CLI::RequiredError("--maximize or --minimize");
    }
    if (command.algorithm == "max-accuracy" &&
        command.maximize.size() + command.minimize.size() > 1) {
        refuse("max-accuracy has one objective; give the others as --limit");
    }
    auto space = load_space(command.space);
    auto resolutions = chosen_resolutions(space, common);
    std::sort(resolutions.begin(), resolutions.end());
    resolutions.erase(std::unique(resolutions.begin(), resolutions.end()), resolutions.end());
    SearchReport report;
    report.options = search_options(command);
    if (command.rate > 0) report.options.rates.units.assign(space.units.size(), command.rate);
    report.seeds = command.seeds.empty() ? std::vector{common.seed} : parse_seeds(command.seeds);
    make_output_directory(command.output);
    StudyAtHand study(common, study_in(command.output), console);
    Asked asked(std::move(space), std::move(resolutions), common, study);
    add_questions(asked, command);
    const Problem& problem = asked.problem();
    if (command.give_up) check_gives_up(problem);
    report.reference = parse_reference(command.reference, objectives_of(command));
    report.options.start = start_of(command.start, problem, console);
    report.limits = reach(problem);
    search_limits(problem, report.limits, common.seed);
    say_limits(problem, report.limits, console);
    for (const auto seed : report.seeds) {
        if (Console::interrupted()) break;
        report.options.seed = seed;
        report.runs.push_back(search(problem, report.options, &console));
        say_run(problem, report.options, seed, report.runs.back(), console);
    }
    check_found(problem, report.runs);
    if (report.reference.empty()) report.reference = worst_of(problem, report.runs);
    report.provenance = {{"tool", "blockscope"},
                         {"version", BLOCKSCOPE_VERSION},
                         {"command", common.command_line},
                         {"metrics_seed", std::to_string(common.seed)}};
    for (auto* metric : asked.costly()) {
        warn_of_remarks(*metric, console);
        for (const int r : problem.resolutions) {
            StudyAtHand::describe(*metric, problem.space, r, report.provenance);
            if (const auto quality = metric->quality(problem.space, r)) {
                const auto text =
                    fmt::format("{} at {}: {}", metric->info().name, r, quality_text(*quality));
                quality->trusted ? console.say(text) : console.warn(text);
            }
        }
    }
    write_search(command.output, problem, report);
    say_pick(problem, report, console);
    if (!report.reference.empty() && problem.objectives.size() > 1) {
        say_hypervolumes(problem, report, console);
    }
    console.say(fmt::format("wrote {0}/front.csv, history.csv and summary.json", command.output));
    return Console::interrupted() ? 130 : 0;
}

}  // namespace

void add_search(Program& program) {
    const auto command = std::make_shared<SearchCommand>();
    CLI::App& verb =
        program.add_verb("search", "fronts of several metrics, or the networks best in one",
                         "blockscope search ofa-mbv3 --maximize params --minimize macs "
                         "--limit 'macs<=400e6' --seeds 1-3 -o front",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    const auto several = [&](const char* name, std::vector<std::string>& values, const char* what) {
        verb.add_option(name, values, what)->expected(1)->take_all();
    };
    constexpr std::size_t most = 100000000;
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    several("--maximize", command->maximize, "a metric to be large; may be repeated");
    several("--minimize", command->minimize, "a metric to be small; may be repeated");
    several("--limit", command->limits,
            "'METRIC<=NUMBER' or '>=', in the metric's unit; may be repeated");
    verb.add_option("--algorithm", command->algorithm,
                    "random-mutation, max-accuracy, nsga2, regularized-evolution, surrogate (few "
                    "evaluations) or random")
        ->check(CLI::IsMember({"random-mutation", "max-accuracy", "nsga2", "regularized-evolution",
                               "surrogate", "random"}))
        ->capture_default_str();
    verb.add_option("--seeds", command->seeds, "one search each: 1-5 or 1,3,8; default --seed");
    verb.add_option(
            "--initial", command->initial,
            "random networks to start with; default 100, of max-accuracy 20, of surrogate 60")
        ->check(CLI::Range(std::size_t{1}, most));
    verb.add_option("--iterations", command->iterations,
                    "default 10, of max-accuracy 4, of surrogate 20")
        ->check(CLI::Range(std::size_t{1}, most));
    verb.add_option("--children", command->children,
                    "networks of an iteration; default 200, of max-accuracy 50, of surrogate 20")
        ->check(CLI::Range(std::size_t{1}, most));
    verb.add_option("--start", command->start,
                    "file of networks to begin with, such as another search's front.csv; filled up "
                    "to --initial at random");
    verb.add_option("--fronts", command->fronts, "random-mutation: how many fronts are parents")
        ->check(CLI::Range(std::size_t{1}, most))
        ->capture_default_str();
    verb.add_option("--top", command->top, "max-accuracy: how many are parents, and the result")
        ->check(CLI::Range(std::size_t{1}, most))
        ->capture_default_str();
    verb.add_option("--chain", command->chain, "mutations in a row, of the same two")
        ->check(CLI::Range(std::size_t{1}, most))
        ->capture_default_str();
    verb.add_option("--rate", command->rate,
                    "probability that a unit is mutated, for all of them; default that of the "
                    "space's file, or 0.5, of nsga2 one over the number of units")
        ->check(CLI::Range(1e-6, 1.0));
    verb.add_flag(
        "--give-up", command->give_up,
        "stop evaluating images for a network once it is behind the front (random-mutation: "
        "--fronts, max-accuracy: --top) with a probability of 0.9999");
    several("--reference", command->reference,
            "'METRIC=NUMBER' of every objective, for hypervolumes; default the worst seen");
    verb.add_option("-o,--output", command->output, "directory")->required();
    program.add_team(verb);
    program.add_study(verb, "file that remembers costly evaluations; default study.sqlite in -o");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
