#include <memory>

#include <fmt/format.h>

#include "blockscope/study/merge.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct MergeCommand {
    std::vector<std::string> studies;
    std::string output;
};

int run(const MergeCommand& command, const Common&, Console& console) {
    const auto report = merge_studies(command.studies, command.output);
    console.say(
        fmt::format("{}: {} evaluations of {} sessions from {} studies; {} that were in "
                    "several of them stand there once",
                    command.output, report.evaluations, report.sessions, command.studies.size(),
                    report.repeated));
    if (report.disagreeing > 0) {
        console.warn(
            fmt::format("{} architectures have two values where one was to be expected, "
                        "and the youngest session's counts; the first: {}",
                        report.disagreeing, report.first_disagreement));
    }
    return 0;
}

}  // namespace

void add_merge(Program& program) {
    const auto command = std::make_shared<MergeCommand>();
    CLI::App& verb =
        program.add_verb("merge", "joins studies of several machines or jobs into one",
                         "blockscope merge study-1-of-2.sqlite study-2-of-2.sqlite -o all.sqlite",
                         [command](const Common& common, Console& console) {
                             return run(*command, common, console);
                         });
    verb.add_option("STUDY", command->studies, "files of studies; they are only read")
        ->required()
        ->take_all();
    verb.add_option("-o,--output", command->output,
                    "file of the study with everything; if it is there, what it holds stays")
        ->required();
    program.add_common(verb);
}

}  // namespace blockscope::cli
