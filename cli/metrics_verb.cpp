#include <memory>
#include <optional>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct MetricsCommand {
    std::string space;
};

/// Whether a metric listed by its own name can be evaluated on a space; "" if it can.
std::string why_not(const MetricReport& report, const DesignSpace& space) {
    const bool needs_a_file =
        report.info.name.find("FILE") != std::string::npos || report.info.name == "run:COMMAND";
    if (!report.available) return report.reason;
    if (needs_a_file) return "";
    try {
        const auto metric = make_metric(report.info.name, space);
        (void)metric->additive(space, space.default_resolution);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

/// What a model's file says of its error, for the space if one is given; empty: no model.
std::string error_of(const MetricReport& report, const std::optional<DesignSpace>& space) {
    if (!report.info.model) return "";
    if (!space) return report.info.model->phrase;
    try {
        return make_metric(report.info.name, *space)->info().model->phrase;
    } catch (const Error&) {
        return "";
    }
}

int run(const MetricsCommand& command) {
    std::optional<DesignSpace> space;
    if (!command.space.empty()) space = load_space(command.space);
    Rows rows{{"metric", "unit", "available", "source", "error of the model"}, {}};
    for (const auto& report : metric_reports()) {
        std::string available = report.available ? "yes" : "no";
        std::string source = report.info.source;
        if (!report.available) {
            source += "; " + report.reason;
        } else if (const auto reason = space ? why_not(report, *space) : ""; !reason.empty()) {
            available = "no";
            source += "; " + reason;
        } else if (!report.reason.empty()) {
            source += "; " + report.reason;
        }
        rows.cells.push_back(
            {report.info.name, report.info.unit, available, source, error_of(report, space)});
    }
    write_output("-", as_table(rows));
    return 0;
}

}  // namespace

void add_metrics(Program& program) {
    const auto command = std::make_shared<MetricsCommand>();
    CLI::App& verb =
        program.add_verb("metrics", "lists what can be evaluated", "blockscope metrics ofa-mbv3",
                         [command](const Common&, Console&) { return run(*command); });
    verb.add_option("SPACE", command->space, "name or TOML file");
    program.add_common(verb);
}

}  // namespace blockscope::cli
