#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/report/paper_check.hpp"
#include "blockscope/report/paper_searches.hpp"

#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct CheckCommand {
    std::string what;
    PaperInputs inputs;
    std::string output = "-";
    bool json = false;
    bool searches = false;
    bool equal_budget = false;
    PaperSearchOptions search_options;
};

/// For people: digits that differ from the printed ones are seen, noise is not.
std::string number(double value, bool exact) {
    if (std::isnan(value)) return "";
    return exact ? round_trip(value) : significant(value, 5);
}

Rows table_of(const std::vector<PaperResult>& results, bool exact) {
    Rows rows{{"source", "what", "unit_of_measure", "resolution", "protocol", "estimator",
               "printed", "ours", "low", "high", "tolerance", "verdict", "why"},
              {}};
    for (const auto& [row, ours, verdict, reason] : results) {
        const bool estimated = *row.metric.id != '\0';
        rows.cells.push_back(
            {row.source, row.what, row.unit, estimated ? std::to_string(row.metric.resolution) : "",
             row.measure ? std::string(to_string(row.metric.protocol)) : "",
             estimated ? paper_estimator(row.metric) : "", printed_text(row),
             number(ours.value, exact), number(ours.low, exact), number(ours.high, exact),
             row.measure ? number(row.tolerance, exact) : "", std::string(to_string(verdict)),
             reason.empty() ? row.why : reason});
    }
    return rows;
}

std::size_t count(const std::vector<PaperResult>& results, Verdict verdict) {
    return static_cast<std::size_t>(std::count_if(
        results.begin(), results.end(), [&](const auto& r) { return r.verdict == verdict; }));
}

Rows table_of(const std::vector<PaperSearchRow>& rows, bool exact) {
    Rows table{{"panel", "resolution", "first", "second", "what", "unit_of_measure", "first_mean",
                "second_mean", "difference", "low", "high", "p_value", "claimed", "verdict", "why"},
               {}};
    for (const auto& row : rows) {
        table.cells.push_back({row.panel, std::to_string(row.resolution), row.first, row.second,
                               row.what, row.unit, number(row.first_mean, exact),
                               number(row.second_mean, exact), number(row.difference.value, exact),
                               number(row.difference.low, exact),
                               number(row.difference.high, exact),
                               exact || std::isnan(row.p_value) ? round_trip(row.p_value)
                                                                : significant(row.p_value, 2),
                               row.claimed, std::string(to_string(row.claim)), row.why});
    }
    return table;
}

std::size_t count(const std::vector<PaperSearchRow>& rows, const std::string& by, Claim claim) {
    return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& r) {
        return r.claim == claim && r.claimed.starts_with(by);
    }));
}

/// Only what blockscope claims can make the command fail: the paper's claims are the paper's.
int run_searches(const CheckCommand& command, const Common& common, PaperNumbers& numbers,
                 Console& console) {
    auto options = command.search_options;
    if (command.equal_budget) options.more_evaluations = command.inputs.n;
    const auto rows = paper_searches(numbers, options, &console);
    const auto summary = [&](const std::string& by) {
        return fmt::format("{}: {} hold, {} do not, {} undecided", by,
                           count(rows, by, Claim::holds), count(rows, by, Claim::fails),
                           count(rows, by, Claim::undecided));
    };
    std::string text;
    if (command.json) {
        text = nlohmann::ordered_json{{"tool", "blockscope"},
                                      {"version", BLOCKSCOPE_VERSION},
                                      {"command", common.command_line},
                                      {"search_seeds", options.seeds},
                                      {"first_search_seed", options.first_seed},
                                      {"more_evaluations_of_originals", options.more_evaluations},
                                      {"strength", options.strength},
                                      {"level", options.level},
                                      {"profile_networks", command.inputs.n},
                                      {"profile_level", command.inputs.level},
                                      {"profile_seed", common.seed},
                                      {"rows", as_json(table_of(rows, true))}}
                   .dump(1) +
               "\n";
    } else if (command.output != "-") {
        text = as_csv(table_of(rows, true));
    } else {
        text = as_table(table_of(rows, false));
    }
    write_output(command.output, text);
    console.say(fmt::format(
        "claims of the {}; of {}; {} panels not checkable; seeds {} to {}, "
        "{} % intervals over seeds; spaces derived at strength {:g} from "
        "profiles of {} networks, seed {}",
        summary("paper"), summary("blockscope"), count(rows, "", Claim::not_checkable),
        options.first_seed, options.first_seed + options.seeds - 1,
        significant(100 * options.level, 3), options.strength, command.inputs.n, common.seed));
    if (Console::interrupted()) return 130;
    return count(rows, "blockscope", Claim::fails) > 0 ? 1 : 0;
}

int run(const CheckCommand& command, const Common& common, Console& console) {
    PaperInputs inputs = command.inputs;
    inputs.seed = common.seed;
    inputs.threads = common.threads;
    PaperNumbers numbers(inputs);
    if (command.searches) return run_searches(command, common, numbers, console);
    const auto results = check_paper(paper_rows(), numbers);
    const std::size_t failed = count(results, Verdict::fail);
    const std::string summary = fmt::format(
        "{} pass, {} FAIL, {} not checkable; {} rows, {} random networks a predictor and "
        "resolution, {} % intervals, seed {}",
        count(results, Verdict::pass), failed, count(results, Verdict::not_checkable),
        results.size(), inputs.n, significant(100 * inputs.level, 3), inputs.seed);
    std::string text;
    if (command.json) {
        text = nlohmann::ordered_json{{"tool", "blockscope"},
                                      {"version", BLOCKSCOPE_VERSION},
                                      {"command", common.command_line},
                                      {"networks", inputs.n},
                                      {"level", inputs.level},
                                      {"seed", inputs.seed},
                                      {"pass", count(results, Verdict::pass)},
                                      {"fail", failed},
                                      {"not_checkable", count(results, Verdict::not_checkable)},
                                      {"rows", as_json(table_of(results, true))}}
                   .dump(1) +
               "\n";
    } else if (command.output != "-") {
        text = as_csv(table_of(results, true));
    } else {
        text = as_table(table_of(results, false));
    }
    write_output(command.output, text);
    console.say(summary);
    return failed > 0 ? 1 : 0;
}

}  // namespace

void add_check(Program& program) {
    const auto command = std::make_shared<CheckCommand>();
    CLI::App& verb = program.add_verb(
        "check", "recomputes the paper's numbers and claims: pass, FAIL or why not",
        "blockscope check paper", [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("WHAT", command->what, "paper: Mills et al., CIKM 2021")
        ->required()
        ->check(CLI::IsMember({"paper"}));
    verb.add_option("--predictors", command->inputs.predictors,
                    "folder with the published predictors, recognised by their weights; without "
                    "it their rows are not checkable");
    verb.add_option("--lut", command->inputs.lut,
                    "OFA's Note10 tables, a file or folder; without them their rows are not "
                    "checkable");
    verb.add_option("-n", command->inputs.n,
                    "random networks for each predictor, space and resolution")
        ->check(CLI::Range(std::size_t{100}, std::size_t{10000000}))
        ->capture_default_str();
    auto* searches = verb.add_flag(
        "--searches", command->searches,
        "the searches of Figure 8 and Table 2 instead: in the original spaces, in the "
        "paper's smaller ones and in those that prune derives");
    verb.add_option("--search-seeds", command->search_options.seeds, "how many of each search")
        ->needs(searches)
        ->check(CLI::Range(std::size_t{2}, std::size_t{1000}))
        ->capture_default_str();
    verb.add_option("--first-search-seed", command->search_options.first_seed,
                    "the others follow it")
        ->needs(searches)
        ->capture_default_str();
    verb.add_flag("--equal-budget", command->equal_budget,
                  "the original spaces are searched with -n more evaluations, those of a profile")
        ->needs(searches);
    verb.add_option("--strength", command->search_options.strength, "of prune")
        ->needs(searches)
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    verb.add_flag("--json", command->json, "as JSON, with seed, level and version");
    verb.add_option("-o,--output", command->output,
                    "file, written as CSV (or JSON); - for a table on standard output")
        ->capture_default_str();
    program.add_common(verb);
}

}  // namespace blockscope::cli
