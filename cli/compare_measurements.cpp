#include <algorithm>
#include <cmath>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/study/regression_files.hpp"
#include "blockscope/study/study_contents.hpp"

#include "cli/compare_sources.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

std::vector<RegressionLimit> limits_of(const CompareCommand& command) {
    std::vector<RegressionLimit> limits;
    for (const auto& text : command.fail_if) {
        try {
            const auto more = parse_limits(text, command.level, "--fail-if");
            limits.insert(limits.end(), more.begin(), more.end());
        } catch (const Error& e) {
            throw CLI::ValidationError(e.what());
        }
    }
    if (limits.empty() && !command.junit.empty()) {
        throw CLI::RequiredError("--fail-if, which --junit reports on,");
    }
    return limits;
}

MeasuredSet read_set(const std::string& path, const CompareCommand& command) {
    if (!is_study(path)) return read_measured_set(path);
    if (command.metrics.size() > 1) throw CLI::ValidationError("measurements have one --metric");
    return read_measured_study(
        path, command.level, command.metrics.empty() ? "" : command.metrics.front(), command.space);
}

/// Worst first; the rest is in networks.csv.
std::string table(const Regression& regression, const std::vector<LimitCheck>& checks) {
    constexpr std::size_t most = 20;
    Rows rows;
    rows.header = {
        "base_" + regression.unit, "new_" + regression.unit, "ratio", "low", "high", "verdict"};
    for (const auto& check : checks) {
        if (!check.limit.overall) rows.header.push_back(check.limit.text);
    }
    for (const auto* name : {"trust", "resolution", "arch"}) rows.header.emplace_back(name);
    const std::size_t n = std::min(most, regression.networks.size());
    for (std::size_t i = 0; i < n; ++i) {
        const auto& c = regression.networks[i];
        const auto number = [](double x) { return std::isnan(x) ? "" : significant(x); };
        std::vector<std::string> cells{number(c.base.value),  number(c.fresh.value),
                                       number(c.ratio.value), number(c.ratio.low),
                                       number(c.ratio.high),  std::string(to_string(c.verdict))};
        for (const auto& check : checks) {
            if (!check.limit.overall) cells.emplace_back(to_string(check.networks[i]));
        }
        cells.emplace_back(c.trusted ? "yes" : "no");
        cells.push_back(std::to_string(c.resolution));
        cells.push_back(c.arch);
        rows.cells.push_back(std::move(cells));
    }
    std::string text = as_table(rows);
    if (n < regression.networks.size()) {
        text += fmt::format("and {} networks more\n", regression.networks.size() - n);
    }
    return text;
}

std::size_t count(const Regression& regression, ChangeVerdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(regression.networks.begin(), regression.networks.end(),
                      [&](const NetworkChange& c) { return c.verdict == verdict; }));
}

void say(const Regression& r, const std::vector<LimitCheck>& checks, Console& console) {
    const std::string level = significant(100 * r.level, 3);
    for (const auto& difference : r.context_differences) {
        console.warn("compared across contexts (there: base, here: new): " + difference);
    }
    const auto doubtful = std::count_if(r.networks.begin(), r.networks.end(),
                                        [](const NetworkChange& c) { return !c.trusted; });
    if (doubtful > 0) {
        console.warn(fmt::format("{} of {} networks cannot be trusted; networks.csv says why",
                                 doubtful, r.networks.size()));
    }
    for (const auto& reference : r.references) {
        console.say(fmt::format(
            "reference network at {}: {} ms in base, {} in new, ratio {}; {}", reference.resolution,
            significant(reference.base.value), significant(reference.fresh.value),
            significant(reference.fresh.value / reference.base.value),
            r.drift_cancelled ? "cancelled" : "not cancelled (--cancel-drift does)"));
    }
    console.say(fmt::format(
        "{} networks: {} worse, {} better, {} undecided at {} %, family-wise; geometric mean of "
        "new / base {} ({} to {}, {} % over networks): {}",
        r.networks.size(), count(r, ChangeVerdict::worse), count(r, ChangeVerdict::better),
        count(r, ChangeVerdict::undecided), level, significant(r.overall_ratio.value),
        significant(r.overall_ratio.low), significant(r.overall_ratio.high), level,
        to_string(r.overall_verdict)));
    for (const auto& check : checks) {
        const std::string at =
            check.limit.what == RegressionLimit::What::lost
                ? ""
                : fmt::format(" at {} %", significant(100 * check.limit.level, 3));
        const auto number = [&](Passed passed) {
            return std::count(check.networks.begin(), check.networks.end(), passed);
        };
        std::string line =
            fmt::format("{}: {}{}", check.limit.text,
                        check.passed == Passed::yes ? "FAILED" : to_string(check.passed), at);
        if (!check.limit.overall) {
            line += fmt::format(", {} networks yes, {} undecided, {} no", number(Passed::yes),
                                number(Passed::undecided), number(Passed::no));
        }
        if (!std::isnan(check.found_8_in_10)) {
            line += fmt::format("; a change of {} % {} be found 8 times in 10",
                                significant(100 * check.found_8_in_10, 2),
                                check.limit.overall ? "would" : "of one network would");
        }
        console.say(line);
    }
}

void write_files(const CompareCommand& command, const RegressionNames& names, const Regression& r,
                 const std::vector<LimitCheck>& checks, Console& console) {
    if (!command.output.empty()) {
        make_output_directory(command.output);
        const std::filesystem::path folder(command.output);
        write_file(folder / "comparison.json", regression_json(names, r, checks));
        write_file(folder / "networks.csv", regression_csv(r, checks));
        console.say(fmt::format("wrote {}/comparison.json and networks.csv", command.output));
    }
    if (!command.junit.empty()) {
        write_file(command.junit, regression_junit(names, r, checks));
        console.say(fmt::format("wrote {}", command.junit));
    }
}

}  // namespace

int compare_two_measurements(const CompareCommand& command, const Common& common,
                             Console& console) {
    const auto limits = limits_of(command);
    const auto base = read_set(command.first, command);
    const auto fresh = read_set(command.second, command);
    RegressionOptions options;
    options.level = command.level;
    options.cancel_drift = command.cancel_drift;
    options.across_contexts = command.across_contexts;
    const Regression regression = compare_measured(base, fresh, options);
    const auto checks = check_limits(regression, limits);
    write_output("-", table(regression, checks));
    const RegressionNames names{command.first,
                                command.second,
                                base.space,
                                base.metric,
                                {{"tool", "blockscope"},
                                 {"version", BLOCKSCOPE_VERSION},
                                 {"command", common.command_line}}};
    say(regression, checks, console);
    write_files(command, names, regression, checks, console);
    const bool failed = std::any_of(checks.begin(), checks.end(), [](const LimitCheck& check) {
        return check.passed == Passed::yes;
    });
    if (failed) return 1;
    const bool trusted = std::all_of(regression.networks.begin(), regression.networks.end(),
                                     [](const NetworkChange& c) { return c.trusted; });
    return command.strict && !trusted ? 6 : 0;
}

}  // namespace blockscope::cli
