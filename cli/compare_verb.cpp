#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/search/search_record.hpp"

#include "cli/compare_sources.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

int run(const CompareCommand& command, const Common& common, Console& console) {
    const bool first = is_search(command.first);
    if (first != is_search(command.second)) {
        throw Error(fmt::format(
            "'{}' is a directory of `search`, '{}' is none: they do not compare",
            first ? command.first : command.second, first ? command.second : command.first));
    }
    return first ? compare_two_searches(command, common, console)
                 : compare_two_spaces(command, common, console);
}

}  // namespace

void add_compare(Program& program) {
    const auto command = std::make_shared<CompareCommand>();
    CLI::App& verb = program.add_verb(
        "compare", "two searches or two spaces: differences with intervals and tests",
        "blockscope compare ofa-mbv3 ofa-mbv3-w1.0 --metric macs -o difference",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("A", command->first, "directory of `search -o`, or a space")->required();
    verb.add_option("B", command->second, "another")->required();
    verb.add_option("--metric", command->metrics, "of spaces: what their networks are compared by")
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
    verb.add_option("--level", command->level, "of all intervals")
        ->check(between(0, 1))
        ->capture_default_str();
    verb.add_option("-o,--output", command->output, "directory")->required();
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
