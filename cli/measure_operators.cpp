#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/context.hpp"
#include "blockscope/metric/host_latency.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/measure_command.hpp"
#include "cli/operator_rows.hpp"
#include "cli/study_at_hand.hpp"

namespace blockscope::cli {
namespace {

/// Architectures of one resolution and what was measured of them.
struct Timed {
    std::vector<Architecture> archs;
    OperatorTimes times;
};

OperatorView view_of(const DesignSpace& space, const Timed& part, const LatencyOptions& options,
                     double level) {
    return {space, part.archs, part.times.networks, part.times.peak_gflops, options.run.batch,
            level};
}

std::string with_interval(const Estimate& e) {
    return fmt::format("{} ({} to {})", significant(e.value), significant(e.low),
                       significant(e.high));
}

/// "sum of parts 9.2 ms (9.1 to 9.3), the network without looks at the clock 9.1 ms ..."
std::string sum_text(const TimedOperators& of, const OperatorView& view) {
    const Roofline sum = sum_of_parts(of, view.batch, view.level);
    const Estimate whole = whole_ms(of, view.level);
    return fmt::format(
        "sum of the parts {} ms, the network as a whole {} ms: {:+.1f} %; {} GFLOP/s, {:.0f} % of "
        "peak",
        with_interval(sum.ms), with_interval(whole), 100 * (sum.ms.value / whole.value - 1),
        significant(2e-6 * sum.macs / whole.value, 3),
        2e-4 * sum.macs / whole.value / view.peak_gflops);
}

nlohmann::ordered_json estimate_json(const Estimate& e) {
    return {{"value", e.value}, {"low", e.low}, {"high", e.high}};
}

std::filesystem::path beside(const std::string& output, const char* ending) {
    std::filesystem::path path(output);
    const std::string stem = path.stem().string();
    return path.replace_filename(stem + ending);
}

void append(Rows& rows, Rows more) {
    rows.header = std::move(more.header);
    for (auto& cells : more.cells) rows.cells.push_back(std::move(cells));
}

void write_files(const MeasureCommand& command, nlohmann::ordered_json file,
                 const DesignSpace& space, const LatencyOptions& options,
                 const std::map<int, Timed>& parts) {
    Rows steps;
    Rows layers;
    Rows shapes;
    for (const auto& [resolution, part] : parts) {
        const OperatorView view = view_of(space, part, options, command.level);
        append(steps, step_rows(view));
        append(layers, place_rows(view));
        append(shapes, shape_rows(view));
        auto& at = file["measuring"][std::to_string(resolution)];
        at["quality"] = quality_text(part.times.quality);
        at["peak_gflop_per_s"] = part.times.peak_gflops;
        at["look_at_the_clock_us"] = part.times.look_us;
        for (std::size_t n = 0; n < part.archs.size(); ++n) {
            const TimedOperators& of = part.times.networks[n];
            nlohmann::ordered_json network{{"arch", body_text(space, part.archs[n])}};
            if (!of.failure.empty()) {
                network["failure"] = of.failure;
            } else {
                network["visits"] = of.step_ms.size();
                network["sum_of_parts_ms"] =
                    estimate_json(sum_of_parts(of, view.batch, view.level).ms);
                network["whole_ms"] = estimate_json(whole_ms(of, view.level));
            }
            at["networks"].push_back(std::move(network));
        }
    }
    write_file(command.output, as_csv(steps));
    write_file(beside(command.output, "_layers.csv"), as_csv(layers));
    write_file(beside(command.output, "_shapes.csv"), as_csv(shapes));
    write_file(beside(command.output, ".json"), file.dump(2) + "\n");
}

std::string tables(const DesignSpace& space, const LatencyOptions& options, double level,
                   const std::map<int, Timed>& parts) {
    constexpr std::size_t most_shapes = 20;
    std::string text;
    for (const auto& [resolution, part] : parts) {
        const OperatorView view = view_of(space, part, options, level);
        for (std::size_t n = 0; n < part.archs.size(); ++n) {
            const TimedOperators& of = part.times.networks[n];
            text += fmt::format("{}@{}\n", body_text(space, part.archs[n]), resolution);
            if (!of.failure.empty()) {
                text += of.failure + "\n\n";
                continue;
            }
            text += as_table(place_table(view, n)) + sum_text(of, view) + "\n\n";
        }
        text += fmt::format(
            "operators by kind and shape at {}, time of a call, the {} that take "
            "most together\n",
            resolution, most_shapes);
        text += as_table(shape_table(view, most_shapes));
    }
    return text;
}

}  // namespace

int measure_operators(const MeasureCommand& command, const Common& common, Console& console) {
    if (!command.metric.starts_with("latency/host")) {
        throw Error(
            fmt::format("--by operator goes with latency/host, not with '{}'", command.metric));
    }
    if (!command.spread.empty() || !command.sustain.empty()) {
        throw Error("--spread and --sustain are of whole networks, not of --by operator");
    }
    const auto space = load_space(command.space);
    const HostLatency metric(command.metric, common.seed);
    LatencyOptions options = latency_options(command.metric);
    options.seed = common.seed;
    constexpr int usual_visits = 20;
    const int visits = command.visits > 0 ? command.visits : usual_visits;
    const auto archs = chosen_architectures(command, space, common, 1);

    std::map<int, Timed> parts;
    for (const auto& a : archs) parts[a.resolution].archs.push_back(a);
    const double budget_s = budget_seconds(command) / static_cast<double>(parts.size());
    bool all_good = true;
    for (auto& [resolution, part] : parts) {
        part.times = time_operators(space, part.archs, options, visits, budget_s, &console);
        const auto& quality = part.times.quality;
        all_good = all_good && quality.trusted;
        for (const auto& of : part.times.networks) all_good = all_good && of.failure.empty();
        console.say(fmt::format("at {}: {}", resolution, quality_text(quality)));
        console.say(
            fmt::format("peak {} GFLOP/s on {} thread(s), measured beside the networks "
                        "(2 FLOP a multiply-accumulate)",
                        significant(part.times.peak_gflops), options.run.threads));
    }
    if (study_beside(command.output).empty()) {
        write_output(command.output, tables(space, options, command.level, parts));
    } else {
        auto file = provenance(common, space, metric.info());
        file["estimator"] = "steps of whole runs; mean of the middle half of the visits, Student t";
        file["level"] = command.level;
        file["flop_convention"] = "2 FLOP for a multiply-accumulate; nothing else counts";
        file["bytes_convention"] =
            "float32 operands, weights, biases and results of a step, each once";
        const MachineContext context = read_machine_context(options);
        file["context_key"] = context.key();
        for (const auto& [name, value] : context.stable) file["context"][name] = value;
        write_files(command, std::move(file), space, options, parts);
        for (const auto& [resolution, part] : parts) {
            const OperatorView view = view_of(space, part, options, command.level);
            for (const auto& of : part.times.networks) {
                if (of.failure.empty()) console.say(sum_text(of, view));
            }
        }
    }
    if (Console::interrupted()) return 130;
    return command.strict && !all_good ? 6 : 0;
}

}  // namespace blockscope::cli
