#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/given_table.hpp"
#include "blockscope/model/fit.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/model/training_state.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct FitCommand {
    std::string space;
    std::string data;
    std::string column;
    std::string unit;
    std::string holdout = "20%";
    std::string test;
    std::string about;
    FitOptions options;
    std::string output = "model.json";
};

/// "20%" or "0.2".
double parse_share(std::string text) {
    const std::string typed = text;
    const bool percent = text.ends_with('%');
    if (percent) text.pop_back();
    double share = 0;
    const bool number = parse_number(text, share);
    if (percent) share /= 100;
    if (!number || !(share >= 0) || share > 0.9) {
        throw Error(fmt::format("--holdout '{}' is no share from 0 to 90%", typed));
    }
    return share;
}

/// Unit and direction: the column's name says them, or --unit does.
void name_quantity(MetricInfo& info, const std::string& unit, const std::string& path) {
    const bool said = info.unit != "unit of the column";
    if (!unit.empty() && said && unit != info.unit) {
        throw Error(fmt::format("column '{}' is in {}, not in {}", info.column, info.unit, unit),
                    path);
    }
    if (!unit.empty()) info.unit = unit;
    if (unit.empty() && !said) {
        throw Error(
            fmt::format("column '{}' does not say its unit; give it as --unit ms", info.column),
            path);
    }
}

/// The column's architectures that can be fitted: of the space, at the resolutions asked for.
struct Usable {
    std::vector<Architecture> archs;
    std::vector<double> values;
    std::size_t elsewhere = 0;  ///< outside of the space
};

Usable usable(const DesignSpace& space, const GivenColumn& column, const std::vector<int>& asked) {
    Usable rows;
    for (std::size_t i = 0; i < column.archs.size(); ++i) {
        Architecture body = column.archs[i];
        if (!asked.empty() && std::find(asked.begin(), asked.end(), body.resolution) == asked.end())
            continue;
        // a model may know resolutions that the space does not list
        body.resolution = static_cast<std::uint16_t>(space.default_resolution);
        if (!contains(space, body)) {
            ++rows.elsewhere;
            continue;
        }
        rows.archs.push_back(column.archs[i]);
        rows.values.push_back(column.values[i]);
    }
    return rows;
}

std::string shown(double v) { return std::isnan(v) ? "" : significant(v, 4); }

std::string shown(const Estimate& e, const char* unit) {
    if (std::isnan(e.value)) return "not known";
    return fmt::format("{}{} ({} to {})", significant(e.value, 4), unit, significant(e.low, 4),
                       significant(e.high, 4));
}

void say_curve(const FitResult& result, Console& console) {
    const FittedCard& card = result.model.card;
    if (card.curve.empty()) return;
    console.say(fmt::format(
        "learning curve: mean absolute error in {} on the held-out rows, by rows fitted to",
        card.unit));
    Rows rows{{"rows", "subsets", "ridge", "hierarchical", "kernel", "mlp", "boosted", "gru"}, {}};
    for (const auto& point : card.curve) {
        rows.cells.push_back({fmt::format("{}", point.rows), fmt::format("{}", point.subsets),
                              shown(point.error.ridge), shown(point.error.hierarchical),
                              shown(point.error.kernel), shown(point.error.mlp),
                              shown(point.error.boosted), shown(point.error.gru)});
    }
    const std::string table = as_table(rows);
    for (const auto line : split(trim(table), '\n')) console.say(fmt::format("  {}", line));
}

void say(const FitResult& result, Console& console) {
    const FittedCard& card = result.model.card;
    const auto error_of = [&](const char* name, double error) {
        return std::isnan(error) ? std::string()
                                 : fmt::format(", {} {}", name, significant(error, 4));
    };
    const auto& errors = result.cross_validated;
    const auto& [rival, rival_error] = result.yardstick;
    const std::string chosen = "; chosen: " + card.kind;
    console.say(fmt::format(
        "root-mean-square error in cross-validation, {}: {}{}", card.unit,
        (error_of("ridge", errors.ridge) + error_of("hierarchical", errors.hierarchical) +
         error_of("kernel", errors.kernel))
            .substr(2),
        rival.empty() ? chosen : ""));
    if (!rival.empty()) {
        console.say(fmt::format("of the rows that learned kinds are judged by: {}{}{}{}{}",
                                error_of(rival.c_str(), rival_error).substr(2),
                                error_of("boosted", errors.boosted), error_of("mlp", errors.mlp),
                                error_of("gru", errors.gru), chosen));
    }
    for (const auto& [kind, reason] : result.left_out) {
        console.say(fmt::format("not tried: {} ({})", kind, reason));
    }
    say_curve(result, console);
    const std::string unit = " " + card.unit;
    const auto& e = card.error;
    console.say(
        fmt::format("error on {} {}, {:g}% intervals:", e.rows, card.error_from, 100 * card.level));
    console.say("  mean absolute error    " + shown(e.mean_absolute, unit.c_str()));
    console.say("  root mean square error " + shown(e.root_mean_square, unit.c_str()));
    console.say("  absolute, of the truth " + shown(e.mean_percent, "%"));
    console.say("  within 5%              " + shown(e.within_5, "% of rows"));
    console.say("  within 10%             " + shown(e.within_10, "% of rows"));
    console.say("  Spearman               " + shown(e.spearman, ""));
    console.say("  Kendall                " + shown(e.kendall, ""));
    console.say(fmt::format("prediction interval at {:g}%: +-{} {}{}", 100 * card.level,
                            significant(card.half_width, 4), card.unit,
                            std::isnan(result.covered.value)
                                ? ""
                                : "; share of held-out rows inside: " + shown(result.covered, "")));
}

/// Says so when a training goes on.
class KeptTrainings : public TrainingFolder {
public:
    KeptTrainings(const std::string& folder, Console& console)
        : TrainingFolder(folder), where_(folder), console_(console) {}

    std::string find(const std::string& key) override {
        std::string state = TrainingFolder::find(key);
        if (!state.empty()) console_.say("a training goes on as it was kept in " + where_);
        return state;
    }

private:
    std::string where_;
    Console& console_;
};

int run(const FitCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    FitOptions options = command.options;
    options.holdout = parse_share(command.holdout);
    options.seed = common.seed;
    const auto& asked = common.resolutions;
    const GivenTable table =
        read_given_table(space, command.data, {command.column},
                         asked.size() == 1 ? asked.front() : space.default_resolution);
    GivenColumn column = given_column(table, command.column);
    name_quantity(column.info, command.unit, command.data);
    const Usable rows = usable(space, column, asked);
    Usable test;
    if (!command.test.empty()) {
        options.holdout = 0;
        test = usable(space,
                      given_column(read_given_table(space, command.test, {command.column},
                                                    asked.size() == 1 ? asked.front()
                                                                      : space.default_resolution),
                                   command.column),
                      asked);
        if (test.archs.empty()) {
            throw Error(fmt::format("column '{}': no architecture with a value", command.column),
                        command.test);
        }
        options.test_archs = test.archs;
        options.test_values = test.values;
    }
    if (rows.elsewhere > 0) {
        console.warn(fmt::format("{} architectures of the table are outside of '{}': left out",
                                 rows.elsewhere, space.name));
    }
    KeptTrainings trainings(command.output + ".training", console);
    if (command.output != "-") options.states = &trainings;
    FitResult result = [&] {
        try {
            return fit_model(space, rows.archs, rows.values, options, &console);
        } catch (const Error& e) {
            throw Error(fmt::format("column '{}': {}", command.column, e.what()), command.data,
                        e.fault());
        }
    }();
    FittedCard& card = result.model.card;
    card.tool = "blockscope " BLOCKSCOPE_VERSION;
    card.name = column.info.column;
    card.unit = column.info.unit;
    card.direction = to_string(column.info.direction);
    card.data_hash = content_hash(read_file(command.data));
    if (!command.about.empty()) card.about = parse_about(read_file(command.about), command.about);
    if (Console::interrupted()) return 130;
    console.say(fmt::format(
        "{}: {} rows with a value, {} architectures at resolution {}; fitted to {}, seed {}",
        card.name, table.archs.size() - column.rows_without_value, rows.archs.size(),
        fmt::join(result.model.resolutions, ", "), card.rows, card.seed));
    say(result, console);
    write_output(command.output, to_text(result.model, space));
    if (command.output != "-") trainings.remove();
    if (command.output != "-") {
        console.say(fmt::format("use it as --metric model:{}", command.output));
    }
    return 0;
}

}  // namespace

void add_fit(Program& program) {
    const auto command = std::make_shared<FitCommand>();
    CLI::App& verb = program.add_verb(
        "fit", "a predictor from any table, with its error on rows it never saw",
        "blockscope fit ofa-mbv3 --data table.csv --column latency_ms -o model.json",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--data", command->data,
                    "CSV with an arch column; resolution and space are minded")
        ->required();
    verb.add_option("--column", command->column, "the numbers to predict")->required();
    verb.add_option("--unit", command->unit, "of the column, if its name does not say it");
    verb.add_option("--model", command->options.kind,
                    "ridge: coefficients by themselves; hierarchical: they share strength; "
                    "kernel: what a sum over layers leaves, too; mlp: a network for that; boosted: "
                    "trees for that; gru: the paper's predictor, which takes minutes; auto: by "
                    "cross-validation, with a small gru")
        ->check(CLI::IsMember({"auto", "ridge", "hierarchical", "kernel", "mlp", "boosted", "gru"}))
        ->capture_default_str();
    verb.add_option("--holdout", command->holdout,
                    "share of rows that the model never sees and its error is taken from; 0: none")
        ->capture_default_str();
    verb.add_option("--test", command->test,
                    "CSV of rows that the error is taken from instead of held-out ones");
    verb.add_option(
            "--steps", command->options.steps,
            "of a network's training, or how often a GRU sees the table; 0: a hundred times "
            "through it, at most 60,000 steps; a GRU 200 times, in auto 600,000 rows")
        ->check(CLI::Range(std::size_t{0}, std::size_t{10000000}))
        ->capture_default_str();
    verb.add_option("--window", command->options.window,
                    "of a network: layers that are seen together")
        ->check(CLI::Range(std::size_t{1}, std::size_t{8}))
        ->capture_default_str();
    verb.add_option("--widths", command->options.widths, "of a network's layers, at least two")
        ->check(CLI::Range(std::size_t{1}, std::size_t{4096}))
        ->expected(2, 8)
        ->delimiter(',')
        ->capture_default_str();
    verb.add_option("--hidden", command->options.hidden,
                    "width of each half of a GRU; 0: 512, in auto 64")
        ->check(CLI::Range(std::size_t{0}, std::size_t{4096}))
        ->capture_default_str();
    verb.add_option("--about", command->about,
                    "JSON with texts for the model's card: quantity, source, citation, licence, "
                    "source_error");
    verb.add_option("--level", command->options.level, "of all intervals")
        ->check(between(0, 1))
        ->capture_default_str();
    Program::add_output(verb, command->output);
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
