#include <map>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/commands.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {

int run_metrics(const MetricsCommand& command, Console&) {
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

int run_evaluate(const EvaluateCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    std::vector<Architecture> archs;
    if (!command.archs.empty()) archs = read_architectures(space, command.archs);
    const int resolution = chosen_resolutions(space, common).front();
    for (const auto& text : command.arch) {
        archs.push_back(parse_architecture(space, text, resolution, "--arch"));
    }
    if (archs.empty()) throw Error("no architectures: give --archs FILE or --arch TEXT");
    StudyAtHand study(common, study_beside(command.output));
    std::vector<MetricColumn> columns;
    std::string header = "arch,resolution";
    for (const auto& name : command.metrics) {
        auto metric = make_metric(name, space, common.seed, common.threads);
        if (metric->info().costly) {
            metric = study.remember(std::move(metric), LatencyOptions().visits);
        }
        columns.push_back(metric->evaluate(space, archs, &console));
        header += "," + csv_cell(metric->info().column);
        if (!columns.back().failures.empty()) {
            const auto& [index, reason] = columns.back().failures.front();
            console.say(
                fmt::format("warning: {}: {} of {} architectures have no value; the first is "
                            "row {}: {}",
                            name, columns.back().failures.size(), archs.size(), index + 1, reason));
        }
    }
    std::string text = header + "\n";
    for (std::size_t i = 0; i < archs.size(); ++i) {
        text += body_text(space, archs[i]) + fmt::format(",{}", archs[i].resolution);
        for (const auto& column : columns) text += "," + round_trip(column.values[i]);
        text += '\n';
    }
    write_output(command.output, text);
    return 0;
}

int run_measure(const MeasureCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    auto original = make_metric(command.metric, space, common.seed, common.threads);
    if (original->measured() == nullptr) {
        throw Error(fmt::format("'{}' is not measured; use blockscope evaluate", command.metric));
    }
    std::vector<Architecture> archs;
    if (!command.archs.empty()) {
        archs = read_architectures(space, command.archs);
    } else {
        for (const int resolution : chosen_resolutions(space, common)) {
            const auto drawn = sample(space, command.n, Rng(common.seed), resolution);
            archs.insert(archs.end(), drawn.begin(), drawn.end());
        }
    }
    StudyAtHand study(common, study_beside(command.output));
    const auto metric = study.remember(std::move(original), command.visits);
    const auto column = metric->evaluate(space, archs, &console);
    std::map<int, std::optional<MeasuringQuality>> qualities;
    for (const auto& a : archs) {
        const auto [at, first] = qualities.try_emplace(a.resolution);
        if (first) at->second = metric->quality(space, a.resolution);
    }
    std::vector<std::string> reasons(archs.size());
    for (const auto& [i, reason] : column.failures) reasons[i] = reason;
    std::string text =
        "arch,resolution," + metric->info().column + ",standard_error_ms,visits,trust,reason\n";
    bool trusted = true;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& quality = qualities[archs[i].resolution];
        const bool good = reasons[i].empty() && quality && quality->trusted;
        trusted = trusted && good;
        std::string why = reasons[i];
        if (why.empty() && quality) why = quality->reason;
        text += fmt::format("{},{},{},{},{},{},{}\n", body_text(space, archs[i]),
                            archs[i].resolution, round_trip(column.values[i]),
                            column.spread.empty() ? "" : round_trip(column.spread[i]),
                            command.visits, good, csv_cell(why));
    }
    write_output(command.output, text);
    console.say(fmt::format("{} architectures, {} visits each, {}; seed {}", archs.size(),
                            command.visits, metric->info().source, common.seed));
    if (Console::interrupted()) return 130;
    return command.strict && !trusted ? 6 : 0;
}

int run_export(const ExportCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto a = parse_architecture(space, command.arch,
                                      chosen_resolutions(space, common).front(), "--arch");
    const auto network = lower(space, a);
    const auto model = to_onnx(network, random_parameters(network, common.seed));
    if (const auto problem = check_onnx(model); !problem.empty()) {
        throw Error("the ONNX checker refuses the model: " + problem, Fault::runtime);
    }
    write_output(command.output, model);
    console.say(
        fmt::format("{}: ONNX opset 14, random weights of seed {}, batch norm folded, "
                    "input 1x3x{}x{}",
                    command.output, common.seed, a.resolution, a.resolution));
    return 0;
}

}  // namespace blockscope::cli
