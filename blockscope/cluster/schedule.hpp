#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace blockscope {

struct ScheduleOptions {
    double message_s = 0.05;   ///< of work that goes along with one message: it costs about 50 us
    std::size_t at_first = 1;  ///< tasks of a rank's first message, before their cost is known
    std::size_t least = 1;     ///< tasks that a rank needs to be busy: its devices
    int ahead = 2;             ///< messages that a rank has at hand, so that it never waits
    double silence_s = 60;     ///< of a rank with work, until others get that work too
};

/// Tasks first, ..., last - 1 on their way to a rank.
struct Handout {
    std::uint64_t number = 0;
    std::size_t first = 0;
    std::size_t last = 0;
};

/// Which rank does which of many tasks when: numbers in, numbers out, so that tests and simulations
/// drive it as MPI does. A rank gets as many tasks as keep it busy for message_s by what its last
/// ones cost, and less towards the end, so that fast and slow ranks finish together. What a silent
/// rank had is handed out again, and whoever answers first counts: suspecting a rank that is only
/// slow costs work, never results. Times are seconds of one clock.
class Schedule {
public:
    /// borders: sorted; no message goes across them.
    Schedule(std::size_t tasks, int ranks, const ScheduleOptions& options,
             std::vector<std::size_t> borders = {});

    /// More work for a rank, if it has room and there is some.
    std::optional<Handout> next(int rank, double now);

    /// Takes an answer; seconds: that the rank took. Returns which of its tasks are answered for
    /// the first time.
    std::vector<std::size_t> answered(int rank, std::uint64_t number, double seconds, double now);

    /// A sign of life.
    void heard(int rank, double now);

    /// The rank gets nothing until it is heard.
    void suspend(int rank);

    /// The rank gets nothing more, and others what it had.
    void lose(int rank);

    /// Ranks that are silent for too long since they were last asked about; others get what they
    /// had. They get nothing more until they are heard again.
    std::vector<int> suspects(double now);

    bool done() const { return open_ == 0; }
    std::size_t open() const { return open_; }
    /// Ranks that are not lost.
    int left() const;
    /// Ranks that get work now.
    int active() const;

private:
    struct Rank {
        std::vector<Handout> has;  ///< in the order it was sent
        double heard = 0;
        double cost_s = 0;     ///< of a task; 0: not known
        std::size_t size = 0;  ///< of its last message
        bool lost = false;
        bool silent = false;
    };
    using Range = std::pair<std::size_t, std::size_t>;

    void take_back(Rank& rank);
    std::size_t wanted(const Rank& rank) const;

    ScheduleOptions options_;
    std::vector<std::size_t> borders_;
    std::vector<Rank> ranks_;
    std::deque<Range> waiting_;
    std::size_t waiting_tasks_ = 0;
    std::vector<bool> answered_;
    std::size_t open_ = 0;
    std::uint64_t numbers_ = 0;
};

}  // namespace blockscope
