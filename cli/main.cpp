#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

#include "cli/commands.hpp"

namespace blockscope::cli {
namespace {

int exit_code(Fault fault) {
    switch (fault) {
        case Fault::runtime:
            return 1;
        case Fault::input:
            return 3;
        case Fault::infeasible:
            return 4;
        case Fault::device:
            return 5;
    }
    return 1;
}

std::string in_range(double value, double low, double high) {
    return value > low && value < high ? "" : fmt::format("must lie between {} and {}", low, high);
}

void add_common(CLI::App& verb, Common& common, bool sampling) {
    verb.add_option("--resolution", common.resolutions, "input side in pixels; several allowed")
        ->delimiter(',')
        ->take_all();
    verb.add_option("--seed", common.seed, "of everything random")->capture_default_str();
    verb.add_option("--threads", common.threads, "0: all cores")->capture_default_str();
    verb.add_flag("--quiet", common.quiet, "no progress, no summary");
    verb.add_flag("--no-host", common.no_host, "leave host names out of what is written");
    if (sampling) {
        verb.add_option("--protocol", common.protocol,
                        "definition (the paper's text) or published (its code)")
            ->check(CLI::IsMember({"definition", "published"}))
            ->capture_default_str();
        verb.add_option("--level", common.level, "of every interval")
            ->check([](const std::string& text) {
                double value = 0;
                return parse_number(text, value) ? in_range(value, 0, 1) : "not a number";
            })
            ->capture_default_str();
    }
}

std::string whole_command_line(int argc, char** argv) {
    std::string line = "blockscope";
    for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
    return line;
}

int run(int argc, char** argv) {
    CLI::App app{"Profiles design spaces of mobile neural networks for a device.", "blockscope"};
    app.set_version_flag("--version", "blockscope " BLOCKSCOPE_VERSION);
    app.require_subcommand(1);
    Common common;
    common.command_line = whole_command_line(argc, argv);
    std::function<int(Console&)> work;
    const auto verb = [&app](const char* name, const char* what, const char* example) {
        CLI::App* sub = app.add_subcommand(name, what);
        sub->footer(std::string("Example:\n  ") + example);
        sub->set_config("--config", "", "file with options as keys; options win");
        sub->allow_config_extras(CLI::config_extras_mode::error);
        // said twice, the last one counts: scripts give defaults that people override
        sub->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
        return sub;
    };

    auto* spaces = verb("spaces", "lists the built-in design spaces", "blockscope spaces");
    spaces->callback([&] { work = [](Console& c) { return run_spaces(c); }; });

    SpaceCommand space;
    auto* space_verb = verb("space", "shows one design space", "blockscope space ofa-mbv3");
    space_verb->add_option("SPACE", space.space, "name or TOML file")->required();
    space_verb->add_flag("--json", space.json, "as JSON");
    add_common(*space_verb, common, false);
    space_verb->callback([&] { work = [&](Console& c) { return run_space(space, common, c); }; });

    MetricsCommand metrics;
    auto* metrics_verb =
        verb("metrics", "lists what can be evaluated", "blockscope metrics ofa-mbv3");
    metrics_verb->add_option("SPACE", metrics.space, "name or TOML file");
    metrics_verb->callback([&] { work = [&](Console& c) { return run_metrics(metrics, c); }; });

    SampleCommand sample;
    auto* sample_verb = verb("sample", "draws random architectures, as CSV",
                             "blockscope sample ofa-mbv3 -n 10 --seed 7");
    sample_verb->add_option("SPACE", sample.space, "name or TOML file")->required();
    sample_verb->add_option("-n", sample.n, "how many")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100000000}))
        ->capture_default_str();
    sample_verb->add_option("-o", sample.output, "file, - for standard output")
        ->capture_default_str();
    add_common(*sample_verb, common, false);
    sample_verb->callback(
        [&] { work = [&](Console& c) { return run_sample(sample, common, c); }; });

    EvaluateCommand evaluate;
    auto* evaluate_verb = verb("evaluate", "numbers for given architectures, as CSV in their order",
                               "blockscope evaluate ofa-mbv3 --arch \"{'ks':5,'e':4,'d':3}\" "
                               "--metric macs --metric params");
    evaluate_verb->add_option("SPACE", evaluate.space, "name or TOML file")->required();
    evaluate_verb->add_option(
        "--archs", evaluate.archs,
        "CSV with an arch column, a text file with one a line, or net.config");
    evaluate_verb->add_option("--arch", evaluate.arch, "one architecture; may be repeated")
        ->expected(1)
        ->take_all();
    evaluate_verb
        ->add_option("--metric", evaluate.metrics, "see blockscope metrics; may be repeated")
        ->required()
        ->expected(1)
        ->take_all();
    evaluate_verb->add_option("-o", evaluate.output, "file, - for standard output")
        ->capture_default_str();
    evaluate_verb->add_option(
        "--study", common.study,
        "file of a study to remember costly evaluations in; default study.sqlite beside -o FILE");
    add_common(*evaluate_verb, common, false);
    evaluate_verb->callback(
        [&] { work = [&](Console& c) { return run_evaluate(evaluate, common, c); }; });

    MeasureCommand measure;
    auto* measure_verb =
        verb("measure", "measures latency of architectures on this machine, as CSV",
             "blockscope measure ofa-mbv3 -n 3 --visits 2");
    measure_verb->add_option("SPACE", measure.space, "name or TOML file")->required();
    measure_verb->add_option("--archs", measure.archs,
                             "CSV with an arch column; else -n random ones");
    measure_verb->add_option("-n", measure.n, "random architectures at each resolution")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}))
        ->capture_default_str();
    measure_verb
        ->add_option("--metric", measure.metric, "latency/host[:engine=..,threads=..,batch=..]")
        ->capture_default_str();
    measure_verb->add_option("--visits", measure.visits, "timed runs of each, spread over the time")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    measure_verb->add_flag("--strict", measure.strict, "exit with 6 if a result cannot be trusted");
    measure_verb->add_option("-o", measure.output, "file, - for standard output")
        ->capture_default_str();
    measure_verb->add_option("--study", common.study,
                             "file of the study; default study.sqlite beside -o FILE");
    add_common(*measure_verb, common, false);
    measure_verb->callback(
        [&] { work = [&](Console& c) { return run_measure(measure, common, c); }; });

    ProfileCommand profile;
    auto* profile_verb =
        verb("profile", "which blocks, where, help or hurt a metric (Equations 1 to 3)",
             "blockscope profile ofa-mbv3 --metric macs -o macs-profile");
    profile_verb->add_option("SPACE", profile.space, "name or TOML file")->required();
    profile_verb->add_option("--metric", profile.metrics, "see blockscope metrics; may be repeated")
        ->required()
        ->expected(1)
        ->take_all();
    profile_verb
        ->add_option("-n", profile.n, "architectures to sample where the estimate is not exact")
        ->check(CLI::Range(std::size_t{20}, std::size_t{100000000}))
        ->capture_default_str();
    profile_verb->add_option(
        "--budget", common.budget,
        "of measured metrics at each resolution: 60s, or 500 networks; default -n");
    profile_verb->add_option("--estimator", profile.estimator, "auto, exact or pooled")
        ->check(CLI::IsMember({"auto", "exact", "pooled"}))
        ->capture_default_str();
    profile_verb->add_option("--percentiles", profile.percentiles, "of Equation 3, in per cent")
        ->take_all()
        ->delimiter(',')
        ->check([](const std::string& text) {
            double value = 0;
            return parse_number(text, value) ? in_range(value, 0, 100) : "not a number";
        })
        ->capture_default_str();
    profile_verb->add_option("-o", profile.output, "directory to write")->capture_default_str();
    profile_verb->add_option("--study", common.study,
                             "file of the study; default DIR/study.sqlite");
    add_common(*profile_verb, common, true);
    profile_verb->callback(
        [&] { work = [&](Console& c) { return run_profile(profile, common, c); }; });

    ExportCommand export_command;
    auto* export_verb =
        verb("export", "writes an architecture as ONNX with random weights",
             "blockscope export ofa-mbv3 --arch \"{'ks':3,'e':3,'d':2}\" -o small.onnx");
    export_verb->add_option("SPACE", export_command.space, "name or TOML file")->required();
    export_verb->add_option("--arch", export_command.arch, "architecture")->required();
    export_verb->add_option("-o", export_command.output, "file")->required();
    add_common(*export_verb, common, false);
    export_verb->callback(
        [&] { work = [&](Console& c) { return run_export(export_command, common, c); }; });

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& e) {
        return app.exit(e);
    } catch (const CLI::CallForAllHelp& e) {
        return app.exit(e);
    } catch (const CLI::CallForVersion& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        std::string hint;
        if (argc > 1 && app.get_subcommands().empty()) {
            std::vector<std::string> names;
            for (const auto* sub : app.get_subcommands(nullptr)) names.push_back(sub->get_name());
            hint = did_you_mean(argv[1], names);
        }
        fmt::print(stderr, "blockscope: {}{}\n", e.what(), hint);
        return 2;
    }
    Console console(common.quiet);
    Console::catch_interrupts();
    return work(console);
}

/// libgomp reads how its threads wait when it starts, so the variable must be there before the
/// process is: spinning threads made runs up to 40 times slower as soon as a neighbour wanted a
/// core.
void make_openmp_wait_passively(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    ::execv("/proc/self/exe", argv);  // comes back only where /proc is missing: go on as we are
}

}  // namespace
}  // namespace blockscope::cli

int main(int argc, char** argv) {
    blockscope::cli::make_openmp_wait_passively(argv);
    try {
        return blockscope::cli::run(argc, argv);
    } catch (const blockscope::Error& e) {
        fmt::print(stderr, "blockscope: {}\n", e.what());
        return blockscope::cli::exit_code(e.fault());
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "blockscope: out of memory\n");
    } catch (const std::exception& e) {
        fmt::print(stderr, "blockscope: {}\n", e.what());
    }
    return 1;
}
