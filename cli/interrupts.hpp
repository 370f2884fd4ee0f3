#pragma once

namespace blockscope::cli {

/// While one of these lives, Ctrl-C asks running work to stop and save instead of ending the
/// process. Several may live at a time, in any threads.
class [[gnu::visibility("default")]] CatchInterrupts {
public:
    /// hosted: whoever had the signal before hears of it too; otherwise a second Ctrl-C ends the
    /// process at once.
    explicit CatchInterrupts(bool hosted);
    ~CatchInterrupts();
    CatchInterrupts(const CatchInterrupts&) = delete;
    CatchInterrupts& operator=(const CatchInterrupts&) = delete;
};

/// Whether work was asked to stop since the first of them began.
[[gnu::visibility("default")]] bool interrupted();

/// Asks it to, as Ctrl-C does.
[[gnu::visibility("default")]] void interrupt();

}  // namespace blockscope::cli
