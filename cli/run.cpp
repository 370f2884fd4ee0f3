#include "cli/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>

#include "blockscope/base/error.hpp"
#include "blockscope/cluster/crew.hpp"
#include "blockscope/supernet/torch_library.hpp"

#include "cli/description.hpp"
#include "cli/interrupts.hpp"
#include "cli/program.hpp"
#include "cli/team.hpp"

namespace blockscope::cli {
namespace {

Host* running_host = nullptr;
thread_local bool runs_here = false;

/// Never destroyed: a thread may wait when the process ends.
std::mutex*& one_at_a_time() {
    static auto* mutex = new std::mutex;
    return mutex;
}

/// The command's place in this process.
class Turn {
public:
    explicit Turn(Host* host) : lock_(*one_at_a_time()) {
        runs_here = true;
        running_host = host;
    }
    ~Turn() {
        runs_here = false;
        running_host = nullptr;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    std::unique_lock<std::mutex> lock_;
};

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

/// crew: of the processes that share the work; null: there is none.
int run(std::vector<std::string> arguments, Crew* crew = nullptr) {
    ConsoleOptions options;
    options.json = std::find(arguments.begin(), arguments.end(), "--log-json") != arguments.end();
    Console console(options);
    const CatchInterrupts catching(host() != nullptr);
    try {
        Program program;
        add_verbs(program);
        return program.run(std::move(arguments), crew);
    } catch (...) {
        if (host() != nullptr) host()->failed(std::current_exception());
        try {
            throw;
        } catch (const Error& e) {  // Ctrl-C may have left too little to go on with
            return console.error(e.what(), interrupted() ? 130 : exit_code(e.fault()));
        } catch (const std::bad_alloc&) {
            return console.error("out of memory", 1);
        } catch (const std::exception& e) {
            return console.error(e.what(), 1);
        }
    }
}

/// Rank 0 does what was typed, the others what rank 0 asks for.
int run_team(std::vector<std::string> arguments) {
    std::unique_ptr<Team> team;
    try {
        team = team_of_this_process();
    } catch (const Error& e) {
        return Console({}).error(e.what(), exit_code(e.fault()));
    }
    if (team->rank() > 0) {
        leave_interrupts_to_rank_0();
        serve_team(*team);
        return 0;
    }
    if (team->size() == 1) {
        const int code = run(std::move(arguments));
        team->leave(true, code);
        return code;
    }
    Crew crew(*team, {});
    const int code = run(std::move(arguments), &crew);
    crew.dismiss(code);
    return code;
}

}  // namespace

Host* host() { return running_host; }

int run_command(std::vector<std::string> arguments, Host* host) {
    if (runs_here) {
        constexpr const char* why = "a command cannot be run within a command";
        if (host == nullptr) return Console({}).error(why, 1);
        host->say("error", why);
        return 1;
    }
    const Turn turn(host);
    if (const char* file = std::getenv("BLOCKSCOPE_TORCH")) use_torch_library(file);
    return host == nullptr ? run_team(std::move(arguments)) : run(std::move(arguments));
}

void after_fork() { one_at_a_time() = new std::mutex; }

std::string description_json() {
    Program program;
    add_verbs(program);
    return description_json(describe(program.app()));
}

}  // namespace blockscope::cli
