#include <cstdint>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/profile_reader.hpp"
#include "blockscope/search/search_record.hpp"
#include "blockscope/study/measured_set.hpp"
#include "blockscope/study/study_contents.hpp"

#include "cli/compare_sources.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

enum class Kind : std::uint8_t { search, profile, measurement, space };

Kind kind_of(const std::string& what) {
    if (is_search(what)) return Kind::search;
    if (is_profile(what)) return Kind::profile;
    return is_measured_set(what) || is_study(what) ? Kind::measurement : Kind::space;
}

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::search:
            return "a directory of `search`";
        case Kind::profile:
            return "a directory of `profile`";
        case Kind::measurement:
            return "a table of `measure` or a study";
        case Kind::space:
            return "neither a directory of `search` or `profile` nor a table of `measure` nor a "
                   "study";
    }
    return "";
}

int run(const CompareCommand& command, const Common& common, Console& console) {
    const Kind kind = kind_of(command.first);
    if (const Kind other = kind_of(command.second); other != kind) {
        throw Error(fmt::format("'{}' is {}, '{}' is {}: they do not compare", command.first,
                                name_of(kind), command.second, name_of(other)));
    }
    if (kind == Kind::measurement) return compare_two_measurements(command, common, console);
    if (!command.fail_if.empty() || !command.junit.empty()) {
        throw CLI::ValidationError(
            "--fail-if and --junit are of measurements: files of `measure -o FILE.csv`, or "
            "studies");
    }
    if (command.output.empty()) throw CLI::RequiredError("--output");
    if (kind == Kind::search) return compare_two_searches(command, common, console);
    if (kind == Kind::profile) return compare_two_profiles(command, common, console);
    return compare_two_spaces(command, common, console);
}

}  // namespace

void add_compare(Program& program) {
    const auto command = std::make_shared<CompareCommand>();
    CLI::App& verb = program.add_verb(
        "compare",
        "two measurements, profiles, searches or spaces: differences with intervals and tests",
        "blockscope compare ofa-mbv3 ofa-mbv3-w1.0 --metric macs -o difference",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option(
            "A", command->first,
            "base: FILE.csv of `measure -o`, a study, directory of `profile -o` or `search -o`, or "
            "a space")
        ->required();
    verb.add_option("B", command->second, "new: another")->required();
    verb.add_option("--fail-if", command->fail_if,
                    "of measurements: exit code 1 if 'slower>3%@99%' of any network (also "
                    "'faster>..', 'overall slower>..', 'lost'; several with commas)")
        ->expected(1)
        ->take_all();
    verb.add_option("--junit", command->junit, "of measurements: XML file of what --fail-if found");
    verb.add_option("--space", command->space,
                    "of studies and profiles: TOML file of the space, if not built in");
    verb.add_flag(
        "--cancel-drift", command->cancel_drift,
        "of measurements: each over its reference network, which also hides what hits all "
        "networks alike");
    verb.add_flag("--across-contexts", command->across_contexts,
                  "of measurements: even if machine, engine or their options differ; says which");
    verb.add_flag("--strict", command->strict,
                  "of measurements: exit with 6 if a network of either cannot be trusted");
    verb.add_option("--metric", command->metrics,
                    "of spaces: what their networks are compared by; of a study of several: which")
        ->expected(1)
        ->take_all();
    verb.add_option("-n", command->n, "of spaces: random networks of each")
        ->check(CLI::Range(std::size_t{2}, std::size_t{10000000}))
        ->capture_default_str();
    verb.add_option("--reference", command->reference,
                    "of searches: 'METRIC=NUMBER' of every objective, for hypervolumes; default "
                    "the worst on any front of both")
        ->expected(1)
        ->take_all();
    verb.add_option("--level", command->level, "of all intervals and verdicts")
        ->check(between(0, 1))
        ->capture_default_str();
    verb.add_option(
        "-o,--output", command->output,
        "directory; required but for measurements, whose table goes to standard output");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
