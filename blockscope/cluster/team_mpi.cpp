#include <array>
#include <chrono>
#include <limits>
#include <list>

#include <mpi.h>

#include "blockscope/base/error.hpp"
#include "blockscope/cluster/team_of_one.hpp"

namespace blockscope {
namespace {

constexpr int tag = 1;

// Requests wait in a list, where the checker does not follow them.
// NOLINTBEGIN(clang-analyzer-optin.mpi.MPI-Checker)
class MpiTeam : public Team {
public:
    MpiTeam() {
        int provided = 0;
        // metrics run on other threads, but only one thread ever calls MPI
        if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
            provided < MPI_THREAD_FUNNELED) {
            throw Error("MPI cannot be initialised for a process with threads", Fault::runtime);
        }
        // a rank that died is the watchdog's business, not the end of this one
        MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &size_);
    }

    int rank() const override { return rank_; }
    int size() const override { return size_; }

    void send(int to, std::string bytes) override {
        forget_sent();
        if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
            throw Error("a message of more than 2 GiB", Fault::runtime);
        }
        // the request and the bytes stay where they are until the other side has them
        auto& sent = sent_.emplace_back();
        sent.bytes = std::move(bytes);
        if (MPI_Isend(sent.bytes.data(), static_cast<int>(sent.bytes.size()), MPI_BYTE, to, tag,
                      MPI_COMM_WORLD, &sent.request) != MPI_SUCCESS) {
            sent_.pop_back();
        }
    }

    std::optional<Message> receive() override {
        forget_sent();
        int there = 0;
        MPI_Status status;
        if (MPI_Iprobe(MPI_ANY_SOURCE, tag, MPI_COMM_WORLD, &there, &status) != MPI_SUCCESS ||
            there == 0) {
            return std::nullopt;
        }
        int size = 0;
        MPI_Get_count(&status, MPI_BYTE, &size);
        Message message{status.MPI_SOURCE, std::string(static_cast<std::size_t>(size), '\0')};
        if (MPI_Recv(message.bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, tag, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE) != MPI_SUCCESS) {
            return std::nullopt;
        }
        return message;
    }

    void leave(bool everybody, int exit_code) override {
        if (!everybody) {
            // the last words to those that listen, not for ever to those that do not
            const auto start = std::chrono::steady_clock::now();
            while (!sent_.empty() &&
                   std::chrono::steady_clock::now() - start < std::chrono::seconds(1)) {
                forget_sent();
            }
            MPI_Abort(MPI_COMM_WORLD, exit_code);
        }
        for (auto& sent : sent_) MPI_Wait(&sent.request, MPI_STATUS_IGNORE);
        MPI_Finalize();
    }

private:
    struct Sent {
        std::string bytes;
        MPI_Request request = MPI_REQUEST_NULL;
    };

    /// A message that a hanging rank does not take holds no other one up.
    void forget_sent() {
        std::erase_if(sent_, [](Sent& sent) {
            int done = 0;
            return MPI_Test(&sent.request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS || done != 0;
        });
    }

    int rank_ = 0;
    int size_ = 1;
    std::list<Sent> sent_;  // whose addresses stay
};
// NOLINTEND(clang-analyzer-optin.mpi.MPI-Checker)

}  // namespace

std::unique_ptr<Team> join_team(bool launched) {
    if (!launched) return std::make_unique<TeamOfOne>();
    return std::make_unique<MpiTeam>();
}

TeamSupport team_support() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int size = 0;
    MPI_Get_library_version(text.data(), &size);  // allowed before MPI is initialised
    const std::string version(text.data(), static_cast<std::size_t>(size));
    return {true, version.substr(0, version.find(','))};
}

}  // namespace blockscope
