#pragma once

namespace blockscope::cli {

/// While one of these lives, Ctrl-C, and SIGTERM as `timeout`, `scancel` and service managers send
/// it, ask running work to stop and save instead of ending the process. Several may live at a time,
/// in any threads.
class [[gnu::visibility("default")]] CatchInterrupts {
public:
    /// hosted: whoever had Ctrl-C before hears of it too, and SIGTERM is theirs; otherwise a second
    /// signal ends the process at once.
    explicit CatchInterrupts(bool hosted);
    ~CatchInterrupts();
    CatchInterrupts(const CatchInterrupts&) = delete;
    CatchInterrupts& operator=(const CatchInterrupts&) = delete;

private:
    bool hosted_;
};

/// Whether work was asked to stop since the first of them began.
[[gnu::visibility("default")]] bool interrupted();

/// Asks it to, as Ctrl-C does.
[[gnu::visibility("default")]] void interrupt();

/// For ranks that end when rank 0 lets them go, which those signals reach too.
void leave_interrupts_to_rank_0();

}  // namespace blockscope::cli
