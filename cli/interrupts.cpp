#include "cli/interrupts.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>

namespace blockscope::cli {
namespace {

/// Threads read what a handler writes: so no sig_atomic_t.
std::atomic<bool> interrupt_seen = false;
static_assert(std::atomic<bool>::is_always_lock_free);

struct sigaction before;             // whose Ctrl-C it was
struct sigaction before_terminated;  // and whose SIGTERM

void end_on_the_second(int) {
    if (interrupt_seen) std::_Exit(130);  // does not wait
    interrupt_seen = true;
}

void tell_the_one_before(int signal) {
    interrupt_seen = true;
    if ((before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler != SIG_DFL &&
        before.sa_handler != SIG_IGN) {
        before.sa_handler(signal);
    }
}

std::mutex mutex;
int alive = 0;

}  // namespace

CatchInterrupts::CatchInterrupts(bool hosted) : hosted_(hosted) {
    const std::scoped_lock lock(mutex);
    if (alive++ > 0) return;
    interrupt_seen = false;
    struct sigaction ours = {};
    ours.sa_handler = hosted ? tell_the_one_before : end_on_the_second;
    ours.sa_flags = SA_RESTART;  // files are written to their end
    ::sigaction(SIGINT, nullptr, &before);
    ::sigaction(SIGINT, &ours, nullptr);
    ::sigaction(SIGTERM, nullptr, &before_terminated);
    if (!hosted) ::sigaction(SIGTERM, &ours, nullptr);
}

CatchInterrupts::~CatchInterrupts() {
    const std::scoped_lock lock(mutex);
    if (--alive > 0) return;
    ::sigaction(SIGINT, &before, nullptr);
    if (!hosted_) ::sigaction(SIGTERM, &before_terminated, nullptr);
}

bool interrupted() { return interrupt_seen; }

void interrupt() { interrupt_seen = true; }

void leave_interrupts_to_rank_0() {
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
}

}  // namespace blockscope::cli
