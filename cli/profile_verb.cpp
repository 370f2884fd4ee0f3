#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/machine.hpp"
#include "blockscope/metric/host_latency.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/architectures.hpp"
#include "cli/commands.hpp"

namespace blockscope::cli {
namespace {

/// Architectures and the metric columns evaluated on them; becomes table.csv.
struct EvaluatedTable {
    std::vector<Architecture> archs;
    std::vector<std::string> columns;
    std::vector<std::vector<double>> values;
};

std::string table_csv(const DesignSpace& space, const std::vector<EvaluatedTable>& tables) {
    std::vector<std::string> columns;
    for (const auto& table : tables) {
        for (const auto& c : table.columns) {
            if (std::find(columns.begin(), columns.end(), c) == columns.end()) columns.push_back(c);
        }
    }
    std::string text = "arch,resolution";
    for (const auto& c : columns) text += "," + csv_cell(c);
    text += '\n';
    for (const auto& table : tables) {
        for (std::size_t i = 0; i < table.archs.size(); ++i) {
            text +=
                body_text(space, table.archs[i]) + fmt::format(",{}", table.archs[i].resolution);
            for (const auto& c : columns) {
                const auto found = std::find(table.columns.begin(), table.columns.end(), c);
                text += ',';
                if (found != table.columns.end()) {
                    text += round_trip(table.values[found - table.columns.begin()][i]);
                }
            }
            text += '\n';
        }
    }
    return text;
}

ProfileOptions profile_options(const ProfileCommand& command, const Common& common) {
    ProfileOptions options;
    options.level = common.level;
    options.percentiles = command.percentiles;
    options.protocol = common.protocol == "published" ? Protocol::published : Protocol::definition;
    return options;
}

/// How much a measured metric may spend on one resolution.
struct Budget {
    double seconds = 0;        ///< 0: no limit
    std::size_t networks = 0;  ///< 0: no limit
};

Budget parse_budget(const std::string& text, std::size_t n) {
    if (text.empty()) return {0, n};
    double number = 0;
    const bool seconds = text.ends_with('s');
    const auto digits = seconds ? text.substr(0, text.size() - 1) : text;
    if (!parse_number(digits, number) || !(number > 0) || number > 1e9) {
        throw Error(fmt::format("--budget '{}' is neither seconds (60s) nor networks (500)", text));
    }
    return seconds ? Budget{number, 0} : Budget{0, static_cast<std::size_t>(number)};
}

/// Random architectures, measured batch by batch until the budget is spent.
void measure_pool(const DesignSpace& space, int resolution, HostLatency& metric,
                  const Budget& budget, const Common& common, Console& console,
                  EvaluatedTable& table, MetricColumn& column) {
    constexpr std::size_t batch_size = 256;  // about two seconds
    metric.set_visits(1);
    const Sampler sampler(space, resolution);
    Rng rng = Rng(common.seed).fork(static_cast<std::uint64_t>(resolution));
    const auto start = std::chrono::steady_clock::now();
    const auto spent = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    while (!Console::interrupted() && (budget.seconds <= 0 || spent() < budget.seconds) &&
           (budget.networks == 0 || table.archs.size() < budget.networks)) {
        std::size_t size = batch_size;
        if (budget.networks > 0) size = std::min(size, budget.networks - table.archs.size());
        if (budget.seconds > 0 && !table.archs.empty()) {
            const double rate = static_cast<double>(table.archs.size()) / spent();
            const double left = std::max(1.0, rate * (budget.seconds - spent()));
            size = std::min(size, static_cast<std::size_t>(left));
        }
        std::vector<Architecture> batch(size);
        for (auto& a : batch) a = sampler.draw(rng);
        const MetricColumn values = metric.evaluate(space, batch, nullptr);
        for (const auto& [i, reason] : values.failures) {
            column.failures.emplace_back(table.archs.size() + i, reason);
        }
        table.archs.insert(table.archs.end(), batch.begin(), batch.end());
        column.values.insert(column.values.end(), values.values.begin(), values.values.end());
        if (budget.seconds > 0) {
            console.update(fmt::format("measuring at {0}x{0}, seconds", resolution),
                           std::min(spent(), budget.seconds), budget.seconds);
        } else {
            console.update(fmt::format("measuring at {0}x{0}, networks", resolution),
                           static_cast<double>(table.archs.size()),
                           static_cast<double>(budget.networks));
        }
    }
}

void warn_of_failures(const std::string& name, const MetricColumn& column, std::size_t n,
                      Console& console) {
    if (column.failures.empty()) return;
    console.say(
        fmt::format("warning: {}: {} of {} architectures have no value, the first because: {}",
                    name, column.failures.size(), n, column.failures.front().second));
}

std::string quality_text(const MeasuringQuality& q) {
    return fmt::format(
        "{} networks in {:.0f} s; reference network {} ms, drift {:.2f} % (divided out), wall time "
        "{:.2f} of CPU time; {}",
        q.networks, q.seconds, significant(q.reference_ms), 100 * q.drift, q.wall_over_cpu,
        q.trusted ? "no reason for mistrust" : "NOT TRUSTWORTHY: " + q.reason);
}

}  // namespace

int run_profile(const ProfileCommand& command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    const auto options = profile_options(command, common);
    make_output_directory(command.output);
    const Budget budget = parse_budget(common.budget, command.n);
    Provenance provenance{{"tool", "blockscope"},
                          {"version", BLOCKSCOPE_VERSION},
                          {"command", common.command_line},
                          {"seed", std::to_string(common.seed)},
                          {"quantiles",
                           "exact: smallest value reaching the probability; pooled: the same over "
                           "the members of a cell"}};
    for (auto& entry : machine_description(common.no_host)) provenance.push_back(std::move(entry));
    bool interrupted = false;
    std::vector<Profile> profiles;
    std::vector<EvaluatedTable> tables;
    for (const int resolution : chosen_resolutions(space, common)) {
        EvaluatedTable table;
        for (const auto& name : command.metrics) {
            const auto metric = make_metric(name, space, common.seed, common.threads);
            const auto terms = metric->additive(space, resolution);
            if (command.estimator == "exact" && !terms) {
                throw Error(fmt::format("'{}' is not a sum over layers: no exact estimate", name));
            }
            if (terms && command.estimator != "pooled") {
                profiles.push_back(
                    exact_profile(space, *terms, metric->info(), resolution, options));
            } else if (auto* host = dynamic_cast<HostLatency*>(metric.get())) {
                EvaluatedTable measured;
                MetricColumn column;
                measure_pool(space, resolution, *host, budget, common, console, measured, column);
                if (const auto quality = host->quality(resolution)) {
                    console.say(fmt::format("{}: {}", name, quality_text(*quality)));
                    provenance.emplace_back(fmt::format("{} at {}", name, resolution),
                                            quality_text(*quality));
                }
                warn_of_failures(name, column, measured.archs.size(), console);
                if (Console::interrupted()) interrupted = true;
                profiles.push_back(pooled_profile(space, {measured.archs, column.values},
                                                  metric->info(), {resolution}, options));
                measured.columns.push_back(metric->info().column);
                measured.values.push_back(column.values);
                tables.push_back(std::move(measured));
            } else {
                if (table.archs.empty()) {
                    table.archs =
                        sample(space, command.n, Rng(common.seed), resolution, common.threads);
                }
                const auto column = metric->evaluate(space, table.archs, &console);
                warn_of_failures(name, column, table.archs.size(), console);
                profiles.push_back(pooled_profile(space, {table.archs, column.values},
                                                  metric->info(), {resolution}, options));
                table.columns.push_back(metric->info().column);
                table.values.push_back(column.values);
            }
        }
        if (!table.archs.empty()) tables.push_back(std::move(table));
    }
    write_profiles(command.output, space, profiles, provenance);
    write_file(command.output + "/table.csv", table_csv(space, tables));
    std::string text;
    for (const auto& profile : profiles) {
        text += terminal_heatmap(space, profile, Console::truecolour(1)) + "\n";
    }
    if (!common.quiet) write_output("-", text);
    console.say(
        fmt::format("wrote {0}/blocks.csv, placements.csv, depths.csv, table.csv and "
                    "profile.json; seed {1}",
                    command.output, common.seed));
    return interrupted ? 130 : 0;
}

}  // namespace blockscope::cli
