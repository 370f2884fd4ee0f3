#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// Numbers of processor cores as the system counts them, ascending, each once.
using Cores = std::vector<int>;

/// "0", "0+2", "4-7", "0+4-7". Throws Error for anything else.
Cores parse_cores(std::string_view text);
/// The same, runs of cores in short: "0+4-7".
std::string to_string(const Cores& cores);

/// Keeps the threads of this process on some cores while it lives, then lets each go back to where
/// it was allowed. Threads that are started meanwhile stay on the cores. With several threads a
/// library's team may be there already, so all threads of the process are moved.
class KeptOnCores {
public:
    /// cores: empty for no change. all_threads: else the calling one alone. Throws
    /// Error(Fault::runtime) for a core that is not there or that this process may not use.
    KeptOnCores(const Cores& cores, bool all_threads);
    ~KeptOnCores();
    KeptOnCores(const KeptOnCores&) = delete;
    KeptOnCores& operator=(const KeptOnCores&) = delete;

private:
    struct Thread {
        int id = 0;
        Cores before;
    };
    std::vector<Thread> threads_;
};

}  // namespace blockscope
