#pragma once

#include <memory>
#include <optional>
#include <string>

namespace blockscope {

struct Message {
    int from = 0;
    std::string bytes;
};

/// The processes that work on a command together, numbered from 0; one process alone is a team of
/// one. Rank 0 leads: it hands out work and alone writes anything. For one thread at a time, always
/// the same.
class Team {
public:
    virtual ~Team() = default;
    virtual int rank() const = 0;
    virtual int size() const = 0;
    /// Returns at once, also while `to` is not listening; messages to one rank keep their order.
    virtual void send(int to, std::string bytes) = 0;
    /// The next message, if one is there.
    virtual std::optional<Message> receive() = 0;
    /// The last call of a rank. everybody: every rank is about to call it or has ended in an
    /// orderly way. False ends ranks that hang with this process and does not return: the process
    /// ends with exit_code.
    virtual void leave(bool everybody, int exit_code) = 0;
};

/// launched: whether this process was started as one of several (by mpirun or srun); without it MPI
/// is not even initialised. Throws Error(Fault::runtime) where MPI cannot be.
std::unique_ptr<Team> join_team(bool launched);

/// "Open MPI v4.1.4"; without MPI why it is not there.
struct TeamSupport {
    bool built_in = false;
    std::string text;
};
TeamSupport team_support();

}  // namespace blockscope
