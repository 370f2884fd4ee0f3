#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/proportion.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"
#include "cli/study_at_hand.hpp"
#include "cli/team.hpp"

namespace blockscope::cli {
namespace {

struct EvaluateCommand {
    std::string space;
    std::string archs;
    std::vector<std::string> arch;
    std::vector<std::string> metrics;
    std::string output = "-";
    bool intervals = false;
    std::string shard;
};

bool has_interval(const MetricInfo& info) { return info.model || info.trials > 0; }

/// What a predictor says of itself, or what the number of trials says of a share.
Estimate interval_of(double value, const MetricInfo& info) {
    if (info.model) return plus_minus(value, info.model->half_width);
    if (std::isnan(value)) return {};
    const auto n = static_cast<double>(info.trials);
    const auto successes = static_cast<std::size_t>(std::lround(value / 100 * n));
    const Estimate share = proportion(std::min(successes, info.trials), info.trials);
    return {value, 100 * share.low, 100 * share.high};
}

std::string cells(double value, const MetricInfo& info, bool intervals) {
    std::string cell = "," + round_trip(value);
    if (!intervals || !has_interval(info)) return cell;
    const Estimate estimate = interval_of(value, info);
    return cell + "," + round_trip(estimate.low) + "," + round_trip(estimate.high);
}

int run(const EvaluateCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    std::vector<Architecture> archs;
    if (!command.archs.empty()) archs = read_architectures(space, command.archs);
    const int resolution = chosen_resolutions(space, common).front();
    for (const auto& text : command.arch) {
        archs.push_back(parse_architecture(space, text, resolution, "--arch"));
    }
    if (archs.empty()) throw Error("no architectures: give --archs FILE or --arch TEXT");
    const Part shard = parse_part(command.shard, "--shard");
    archs = shard_of(std::move(archs), shard);
    StudyAtHand study(common, study_beside(command.output, shard), console);
    std::vector<MetricColumn> columns;
    std::vector<MetricInfo> infos;
    std::string header = "arch,resolution";
    for (const auto& name : command.metrics) {
        auto metric = own_metric(name, space, common);
        MetricInfo& info = infos.emplace_back(metric->info());
        if (info.costly) {
            const auto costly =
                study.remember(std::move(metric), name, LatencyOptions().visits, space);
            columns.push_back(costly->evaluate(space, archs, &console));
            costly->rescale(space, archs, columns.back().values);
            info = costly->info();
            warn_of_remarks(*costly, console);
        } else {
            columns.push_back(metric->evaluate(space, archs, &console));
        }
        header += "," + csv_cell(info.column);
        if (command.intervals && has_interval(info)) {
            header += "," + csv_cell(info.column + "_low") + "," + csv_cell(info.column + "_high");
        }
        warn_of_failures(info.name, columns.back(), console);
    }
    std::string text = header + "\n";
    for (std::size_t i = 0; i < archs.size(); ++i) {
        text += body_text(space, archs[i]) + fmt::format(",{}", archs[i].resolution);
        for (std::size_t c = 0; c < columns.size(); ++c) {
            text += cells(columns[c].values[i], infos[c], command.intervals);
        }
        text += '\n';
    }
    write_output(command.output, text);
    return 0;
}

}  // namespace

void add_evaluate(Program& program) {
    const auto command = std::make_shared<EvaluateCommand>();
    CLI::App& verb =
        program.add_verb("evaluate", "numbers for given architectures, as CSV in their order",
                         "blockscope evaluate ofa-mbv3 --arch \"{'ks':5,'e':4,'d':3}\" "
                         "--metric macs --metric params",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--archs", command->archs,
                    "CSV with an arch column, a text file with one a line, or net.config");
    verb.add_option("--arch", command->arch, "one architecture; may be repeated")
        ->expected(1)
        ->allow_extra_args(false)  // a list of lists in brackets is one value
        ->take_all();
    verb.add_option("--metric", command->metrics, "see blockscope metrics; may be repeated")
        ->required()
        ->expected(1)
        ->take_all();
    verb.add_flag("--intervals", command->intervals,
                  "columns NAME_low and NAME_high: prediction intervals of predictors, 95 % "
                  "intervals of shares of images");
    program.add_team(verb);
    verb.add_option("--shard", command->shard,
                    "2/8: of the architectures every eighth from the second on, for the jobs of an "
                    "array; blockscope merge joins their studies");
    Program::add_output(verb, command->output);
    program.add_study(
        verb, "file that remembers costly evaluations; default study.sqlite beside -o FILE");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
