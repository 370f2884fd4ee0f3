#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace blockscope {

/// A shell command that runs beside us, in a process group of its own, with pipes to its standard
/// input, output and error. The end of this object is the end of the whole group.
class ChildProcess {
public:
    /// Starts `/bin/sh -c command`. Throws Error(Fault::runtime) if no process can be made.
    explicit ChildProcess(const std::string& command);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// False if it no longer reads.
    bool write(std::string_view text);
    void close_input();

    enum class Wait { output, closed, timed_out, stopped };
    /// Waits until there is more output, which is appended to `text`. closed: it will print nothing
    /// more. stop: asked every tenth of a second.
    Wait read(std::string& text, double seconds, const std::function<bool()>& stop);

    /// After Wait::closed: waits at most a second for its end. "" for exit code 0, else what
    /// happened ("ended with exit code 3", "was killed by signal 9").
    std::string how_it_ended();
    /// Last line it wrote to standard error, shortened; "" for none.
    std::string last_complaint() const;

private:
    void kill_group() const;

    pid_t pid_ = -1;
    bool reaped_ = false;
    int status_ = 0;
    int input_ = -1;
    int output_ = -1;
    int error_ = -1;
    std::string complaints_;
};

/// For the shell: one word, whatever it holds.
std::string shell_quoted(std::string_view word);

}  // namespace blockscope
