#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "blockscope/cluster/evaluator.hpp"
#include "blockscope/cluster/team.hpp"
#include "blockscope/cluster/wire.hpp"

namespace blockscope {

struct CrewOptions {
    double silence_s = 60;    ///< of a rank with work, until others get that work too
    double message_s = 0.05;  ///< of work that goes along with one message
    /// Told what happens to ranks, one line each, when it happens.
    std::function<void(const std::string&)> tell = [](const std::string&) {};
};

/// A team as rank 0 sees it, over all that it evaluates.
class Crew {
public:
    /// team: outlives this; of this process as rank 0.
    Crew(Team& team, CrewOptions options);

    int size() const { return team_.size(); }
    CrewOptions& options() { return options_; }

    std::uint32_t new_metric() { return ++metrics_; }
    std::uint64_t new_epoch() { return ++epochs_; }

    void send(int rank, const Telegram& telegram);
    void send_all(const Telegram& telegram);
    /// The next telegram with its sender, who is no longer silent.
    bool receive(int& from, Telegram& telegram);

    bool is_silent(int rank) const { return silent_[static_cast<std::size_t>(rank)]; }
    void set_silent(int rank) { silent_[static_cast<std::size_t>(rank)] = true; }

    /// Tells it, and keeps it for account().
    void tell(std::string line);
    /// What happened to ranks, in its order.
    const std::vector<std::string>& account() const { return account_; }

    /// A metric of this process does not come back: it cannot end as usual.
    void own_thread_hangs() { own_rests_ = false; }

    /// Lets all ranks go; those that hang are ended together with this process, which then does not
    /// return from here.
    void dismiss(int exit_code);

private:
    Team& team_;
    CrewOptions options_;
    std::uint32_t metrics_ = 0;
    std::uint64_t epochs_ = 0;
    std::vector<bool> silent_;
    std::vector<std::string> account_;
    bool own_rests_ = true;
};

/// What every other rank does: evaluates what rank 0 asks for until it is let go.
void serve(Team& team, const OpenMetric& open);

}  // namespace blockscope
