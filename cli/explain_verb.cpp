#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/metric/explanation.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/network/layer_cost.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/changes.hpp"
#include "cli/network_text.hpp"
#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct ExplainCommand {
    std::string space;
    std::string arch;
    std::vector<std::string> metrics{"macs"};
    std::string by = "layer";
    std::string output = "-";
    bool json = false;
};

Rows operator_rows(const DesignSpace& space, const Architecture& a, const NetworkGraph& network) {
    Rows rows{{"operator", "location", "block", "role", "kind", "kernel", "stride", "groups", "in",
               "out", "macs", "params", "activation_bytes", "alive_bytes"},
              {}};
    const auto costs = operator_costs(network);
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const Operator& op = network.operators[i];
        rows.cells.push_back(
            {std::to_string(i + 1), label(op.where), block_name(space, a, op.where),
             std::string(to_string(op.role)), std::string(to_string(op.kind)),
             std::to_string(op.kernel), std::to_string(op.stride), std::to_string(op.groups),
             text_of(op.in), text_of(op.out), std::to_string(costs[i].macs),
             std::to_string(costs[i].params), std::to_string(costs[i].activation_bytes_total),
             std::to_string(costs[i].activation_bytes_peak)});
    }
    return rows;
}

/// fitted: the metric is a prediction, whose sum's parts are known up to what others may make up
/// for.
Rows layer_rows(const DesignSpace& space, const NetworkGraph& network,
                const Explanation& explanation, bool fitted) {
    Rows rows{{"location", "block", "in", "out", "macs", "params", "activation_bytes",
               "alive_bytes", "value", "share_percent", "against_mean", "swap", "improvement"},
              {}};
    for (const auto& layer : layer_costs(network)) {
        std::vector<std::string> row{part_name(layer.where),
                                     "",
                                     text_of(layer.in),
                                     text_of(layer.out),
                                     std::to_string(layer.cost.macs),
                                     std::to_string(layer.cost.params),
                                     std::to_string(layer.cost.activation_bytes_total),
                                     std::to_string(layer.cost.activation_bytes_peak),
                                     "",
                                     "",
                                     "",
                                     "",
                                     ""};
        for (const auto& part : explanation.parts) {
            if (part.where != layer.where) continue;
            if (part.block >= 0) row[1] = space.blocks[static_cast<std::size_t>(part.block)].name;
            if (!fitted) row[8] = round_trip(part.value);
            if (explanation.is_sum && !fitted)
                row[9] = significant(100 * part.value / explanation.value, 3);
            row[10] = round_trip(part.against_mean);
            if (part.swap) {
                row[11] = space.blocks[static_cast<std::size_t>(part.swap->block)].name;
                row[12] = round_trip(part.swap->improvement);
            }
        }
        rows.cells.push_back(std::move(row));
    }
    return rows;
}

/// How the parts make the whole.
std::string rule(const Explanation& explanation, bool fitted) {
    if (!explanation.splits) return "does not split over layers";
    if (fitted) return "a fitted sum: a layer is known against other blocks, not by itself";
    return explanation.is_sum ? "sum of its parts" : "the largest of its parts";
}

/// "e6k3-...|... at 224x224".
std::string name_of(const DesignSpace& space, const Architecture& a) {
    return fmt::format("{} at {}x{}", to_text(space, a), a.resolution, a.resolution);
}

/// A whole number in full, else six digits.
std::string value_text(double value) {
    return value == std::floor(value) ? fmt::format("{:.0f}", value) : significant(value, 6);
}

/// The table without the units of measure in its header gets them.
Rows with_units(Rows rows, const std::vector<std::string>& columns, const std::string& unit) {
    for (auto& name : rows.header) {
        if (std::find(columns.begin(), columns.end(), name) != columns.end()) {
            name += " [" + unit + "]";
        }
    }
    return rows;
}

/// For people: what improves something for nothing, and trades on the front; of one metric at most
/// this many.
constexpr std::size_t most_shown = 20;

std::string changes_table(const ChangeRows& changes,
                          const std::vector<std::unique_ptr<Metric>>& metrics) {
    const bool rated = metrics.size() > 1;
    Rows shown{changes.rows.header, {}};
    for (std::size_t i = 0; i < changes.rows.cells.size(); ++i) {
        const bool wanted = changes.improves[i] || (rated && changes.on_front[i]);
        if (wanted && (rated || shown.cells.size() < most_shown)) {
            shown.cells.push_back(changes.rows.cells[i]);
        }
    }
    const std::size_t all = changes.rows.cells.size();
    if (shown.cells.empty()) {
        return fmt::format("none of {} single changes improves {}; all: -o FILE.csv\n", all,
                           rated ? "anything" : metrics[0]->info().name);
    }
    const std::string rate =
        rated ? metrics[0]->info().unit + "/" + metrics[1]->info().unit : std::string();
    return fmt::format(
        "{}\n\n{}\n{} of {} single changes; all: -o FILE.csv\n",
        rated ? "single changes that improve something and worsen nothing, then trades that no "
                "other change beats;\nwhat each adds, everything else as it is; rate: of the first "
                "by the second"
              : "single changes that improve it and what each adds, everything else as it is",
        as_table(with_units(rounded(shown), {"rate"}, rate)), shown.cells.size(), all);
}

/// What each single change buys.
int explain_changes(const ExplainCommand& command, const DesignSpace& space, const Architecture& a,
                    const std::vector<std::unique_ptr<Metric>>& metrics, Console& console) {
    const ChangeRows changes = change_rows(space, a, metrics);
    const Rows& rows = changes.rows;
    std::string text;
    auto values = nlohmann::ordered_json::array();
    for (const auto& metric : metrics) {
        const MetricInfo& info = metric->info();
        const double value = metric->evaluate(space, {&a, 1}).values.front();
        values.push_back({{"metric", info.name},
                          {"column", info.column},
                          {"unit_of_measure", info.unit},
                          {"value", std::isnan(value) ? nlohmann::ordered_json()
                                                      : nlohmann::ordered_json(value)}});
        text += fmt::format("{} of {}: {} {}\n", info.name, name_of(space, a), value_text(value),
                            info.unit);
    }
    if (command.json) {
        text = nlohmann::ordered_json{{"space", space.name},
                                      {"arch", to_text(space, a)},
                                      {"resolution", a.resolution},
                                      {"metrics", std::move(values)},
                                      {"changes", as_json(rows)}}
                   .dump(1) +
               "\n";
    } else if (command.output != "-") {
        text = as_csv(rows);
    } else {
        text += changes_table(changes, metrics);
    }
    write_output(command.output, text);
    if (command.output != "-") console.say(fmt::format("wrote {}", command.output));
    return 0;
}

int run(const ExplainCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto a = parse_architecture(space, command.arch,
                                      chosen_resolutions(space, common).front(), "--arch");
    std::vector<std::unique_ptr<Metric>> metrics;
    metrics.reserve(command.metrics.size());
    for (const auto& name : command.metrics) {
        metrics.push_back(make_metric(name, space, common.seed, common.threads));
    }
    if (command.by == "change") return explain_changes(command, space, a, metrics, console);
    if (metrics.size() > 1) throw CLI::ValidationError("several metrics need --by change");
    const auto& metric = metrics.front();
    const auto network = lower(space, a);
    const auto explanation = explain(space, a, *metric);
    const MetricInfo& info = metric->info();
    const bool fitted = info.model.has_value();
    const Rows layers = layer_rows(space, network, explanation, fitted);
    const Rows operators = operator_rows(space, a, network);
    std::string text;
    if (command.json) {
        const nlohmann::ordered_json value = std::isnan(explanation.value)
                                                 ? nlohmann::ordered_json()
                                                 : nlohmann::ordered_json(explanation.value);
        text = nlohmann::ordered_json{{"space", space.name},
                                      {"arch", to_text(space, a)},
                                      {"resolution", a.resolution},
                                      {"metric", info.name},
                                      {"unit_of_measure", info.unit},
                                      {"source", info.source},
                                      {"value", value},
                                      {"rule", rule(explanation, fitted)},
                                      {"layers", as_json(layers)},
                                      {"operators", as_json(operators)}}
                   .dump(1) +
               "\n";
    } else if (command.output != "-") {
        text = as_csv(command.by == "layer" ? layers : operators);
    } else {
        text = fmt::format(
            "{} of {}: {} {}\n  {}\n  {}\n"
            "activation_bytes: float32 results of one image; alive_bytes: of these, at once\n",
            info.name, name_of(space, a), value_text(explanation.value), info.unit, info.source,
            rule(explanation, fitted));
        if (command.by == "layer") {
            text +=
                "value: of the metric; against_mean: more than with the mean of the blocks allowed "
                "there;\nswap: the nearest better block, and what it improves; everything else as "
                "it is\n\n" +
                as_table(with_units(rounded(layers), {"value", "against_mean", "improvement"},
                                    info.unit));
        } else {
            text += "\n" + as_table(operators);
        }
    }
    write_output(command.output, text);
    if (command.output != "-") {
        console.say(fmt::format("wrote {}; seed {}", command.output, common.seed));
    }
    return 0;
}

}  // namespace

void add_explain(Program& program) {
    const auto command = std::make_shared<ExplainCommand>();
    CLI::App& verb =
        program.add_verb("explain", "what each layer and operator of an architecture contributes",
                         "blockscope explain ofa-mbv3 --arch \"{'ks':5,'e':4,'d':3}\" "
                         "--metric params",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--arch", command->arch, "architecture")->required();
    verb.add_option("--metric", command->metrics,
                    "see blockscope metrics; with --by change may be repeated")
        ->expected(1)
        ->take_all()
        ->capture_default_str();
    verb.add_option(
            "--by", command->by,
            "one row for each layer or operator, or for each single change and what it buys")
        ->check(CLI::IsMember({"layer", "operator", "change"}))
        ->capture_default_str();
    verb.add_flag("--json", command->json, "all of it, as JSON");
    verb.add_option("-o,--output", command->output,
                    "file, written as CSV (or JSON); - for a table on standard output")
        ->capture_default_str();
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
