#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <unistd.h>

#include "blockscope/base/error.hpp"
#include "blockscope/cluster/crew.hpp"
#include "blockscope/supernet/torch_library.hpp"

#include "cli/program.hpp"
#include "cli/team.hpp"

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

/// libgomp reads how its threads wait when it starts, so the variable must be there before the
/// process is: spinning threads made runs up to 40 times slower as soon as a neighbour wanted a
/// core.
void make_openmp_wait_passively(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    ::execv("/proc/self/exe", argv);  // comes back only where /proc is missing: go on as we are
}

int run(int argc, char** argv, Crew* crew) {
    ConsoleOptions options;
    for (int i = 1; i < argc; ++i) {
        options.json = options.json || std::string_view(argv[i]) == "--log-json";
    }
    Console console(options);
    try {
        Program program;
        add_spaces(program);
        add_space(program);
        add_metrics(program);
        add_sample(program);
        add_evaluate(program);
        add_measure(program);
        add_profile(program);
        add_explain(program);
        add_suggest(program);
        add_prune(program);
        add_search(program);
        add_compare(program);
        add_fit(program);
        add_export(program);
        add_merge(program);
        add_train(program);
        add_check(program);
        add_report(program);
        return program.run(argc, argv, crew);
    } catch (const Error& e) {
        return console.error(e.what(), exit_code(e.fault()));
    } catch (const std::bad_alloc&) {
        return console.error("out of memory", 1);
    } catch (const std::exception& e) {
        return console.error(e.what(), 1);
    }
}

/// Rank 0 does what was typed, the others what rank 0 asks for.
int run_team(int argc, char** argv) {
    if (const char* file = std::getenv("BLOCKSCOPE_TORCH")) use_torch_library(file);
    std::unique_ptr<Team> team;
    try {
        team = team_of_this_process();
    } catch (const Error& e) {
        return Console({}).error(e.what(), exit_code(e.fault()));
    }
    if (team->rank() > 0) {
        serve_team(*team);
        return 0;
    }
    if (team->size() == 1) {
        const int code = run(argc, argv, nullptr);
        team->leave(true, code);
        return code;
    }
    Crew crew(*team, {});
    const int code = run(argc, argv, &crew);
    crew.dismiss(code);
    return code;
}

}  // namespace
}  // namespace blockscope::cli

int main(int argc, char** argv) {
    blockscope::cli::make_openmp_wait_passively(argv);
    return blockscope::cli::run_team(argc, argv);
}
