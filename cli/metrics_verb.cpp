#include <memory>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/engine_comparison.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct MetricsCommand {
    std::string space;
    bool engines = false;
};

/// Whether a metric listed by its own name can be evaluated on a space; "" if it can.
std::string why_not(const MetricReport& report, const DesignSpace& space) {
    const bool needs_a_file = report.info.name.find("FILE") != std::string::npos ||
                              report.info.name == "run:COMMAND" ||
                              report.info.name.starts_with("supernet:");
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
        const auto metric = make_metric(report.info.name, *space);
        const auto& model = metric->info().model;
        return model ? model->phrase : "";
    } catch (const Error&) {
        return "";
    }
}

/// Every engine of this machine; with a space, how much of the processor each uses.
int list_engines(const MetricsCommand& command, const Common& common, Console& console) {
    if (command.space.empty()) {
        Rows rows{{"engine", "available", "version", "reason"}, {}};
        for (const auto& e : engine_reports()) {
            rows.cells.push_back({e.name, e.available ? "yes" : "no", e.version, e.reason});
        }
        write_output("-", as_table(rows));
        return 0;
    }
    const auto space = load_space(command.space);
    const int resolution = chosen_resolutions(space, common).front();
    LatencyOptions options;
    options.seed = common.seed;
    constexpr int rounds = 60;
    constexpr double level = 0.95;
    const auto comparison = compare_engines(space, median_network(space, resolution, common.seed),
                                            options, rounds, level, &console);
    Rows rows{{"engine", "available", "version", "ms", "low", "high", "of_default", "GFLOP/s",
               "% of peak", "reason"},
              {}};
    for (const auto& share : comparison.engines) {
        const bool ran = share.gflop_per_s > 0;
        const auto shown = [&](double number) { return ran ? significant(number) : ""; };
        rows.cells.push_back({share.engine.name, share.engine.available ? "yes" : "no",
                              share.engine.version, shown(share.ms.value), shown(share.ms.low),
                              shown(share.ms.high), shown(share.of_default.value),
                              shown(share.gflop_per_s),
                              ran ? fmt::format("{:.0f}", 100 * share.peak_share) : "",
                              share.engine.available ? share.failure : share.engine.reason});
    }
    write_output("-", as_table(rows));
    console.say(fmt::format(
        "the median network of {} at {} by MACs ({:.0f} million), one thread, CPU time, {} % "
        "intervals; peak {} GFLOP/s of multiply-adds in registers (2 FLOP each)",
        space.name, resolution, 1e-6 * comparison.macs, 100 * level,
        significant(comparison.peak_gflops)));
    console.say(verdict_on_default(comparison));
    return Console::interrupted() ? 130 : 0;
}

int run(const MetricsCommand& command, const Common& common, Console& console) {
    if (command.engines) return list_engines(command, common, console);
    std::optional<DesignSpace> space;
    if (!command.space.empty()) space = load_space(command.space);
    Rows rows{{"metric", "unit", "available", "source", "error of the model"}, {}};
    for (const auto& report : metric_reports()) {
        std::string remark = report.reason;
        bool available = report.available;
        if (available && space) {
            const auto reason = why_not(report, *space);
            available = reason.empty();
            if (!available) remark = reason;
        }
        const std::string source = report.info.source + (remark.empty() ? "" : "; " + remark);
        rows.cells.push_back({report.info.name, report.info.unit, available ? "yes" : "no", source,
                              error_of(report, space)});
    }
    write_output("-", as_table(rows));
    return 0;
}

}  // namespace

void add_metrics(Program& program) {
    const auto command = std::make_shared<MetricsCommand>();
    CLI::App& verb =
        program.add_verb("metrics", "lists what can be evaluated", "blockscope metrics ofa-mbv3",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file");
    verb.add_flag(
        "--engines", command->engines,
        "the engines of latency/host instead; with SPACE, how much of this processor each "
        "uses on its median network");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
