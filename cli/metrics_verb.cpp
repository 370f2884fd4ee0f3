#include <memory>

#include <fmt/format.h>

#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct MetricsCommand {
    std::string space;
};

int run(const MetricsCommand& command) {
    if (!command.space.empty()) (void)load_space(command.space);
    std::string text = fmt::format("{:<34}{:<15}{}\n", "metric", "unit", "source");
    for (const auto& report : metric_reports()) {
        text += fmt::format("{:<34}{:<15}{}{}\n", report.info.name, report.info.unit,
                            report.info.source,
                            report.available ? (report.reason.empty() ? "" : "; " + report.reason)
                                             : "; not available here: " + report.reason);
    }
    write_output("-", text);
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
