#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/report/paper_check.hpp"

#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct CheckCommand {
    std::string what;
    PaperInputs inputs;
    std::string output = "-";
    bool json = false;
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

int run(const CheckCommand& command, const Common& common, Console& console) {
    PaperInputs inputs = command.inputs;
    inputs.seed = common.seed;
    inputs.threads = common.threads;
    PaperNumbers numbers(inputs);
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
    verb.add_flag("--json", command->json, "as JSON, with seed, level and version");
    verb.add_option("-o,--output", command->output,
                    "file, written as CSV (or JSON); - for a table on standard output")
        ->capture_default_str();
    program.add_common(verb);
}

}  // namespace blockscope::cli
