#include "blockscope/cluster/crew.hpp"

#include <chrono>
#include <thread>

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr double pause_s = 2e-3;  // between two looks for messages: 0.5 % of a core

}  // namespace

Crew::Crew(Team& team, CrewOptions options)
    : team_(team),
      options_(std::move(options)),
      silent_(static_cast<std::size_t>(team.size()), false) {}

void Crew::send(int rank, const Telegram& telegram) { team_.send(rank, packed(telegram)); }

void Crew::send_all(const Telegram& telegram) {
    for (int rank = 1; rank < size(); ++rank) send(rank, telegram);
}

bool Crew::receive(int& from, Telegram& telegram) {
    const auto message = team_.receive();
    if (!message) return false;
    from = message->from;
    telegram = unpacked(message->bytes);
    if (is_silent(from)) {
        silent_[static_cast<std::size_t>(from)] = false;
        tell("rank " + std::to_string(from) + " is heard again");
    }
    return true;
}

void Crew::tell(std::string line) {
    options_.tell(line);
    account_.push_back(std::move(line));
}

void Crew::dismiss(int exit_code) {
    if (size() == 1) return;
    Telegram leave;
    leave.kind = Telegram::Kind::leave;
    send_all(leave);
    int waiting = size() - 1;
    bool all_known = true;
    for (int rank = 1; rank < size(); ++rank) all_known = all_known && !is_silent(rank);
    const double patience_s = all_known ? 10 : 2;
    const auto start = Clock::now();
    while (waiting > 0 && seconds_since(start) < patience_s) {
        while (const auto message = team_.receive()) {
            if (unpacked(message->bytes).kind == Telegram::Kind::left) --waiting;
        }
        std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
    }
    const bool in_order = waiting == 0 && own_rests_;
    Telegram end;
    end.kind = Telegram::Kind::end;
    end.job.number = in_order ? 0 : 1;
    send_all(end);
    team_.leave(in_order, exit_code);
}

namespace {

/// Leaving MPI waits for every rank, dead ones too, so rank 0 says how to.
void leave_at_the_end(Team& team) {
    constexpr double patience_s = 30;
    const auto start = Clock::now();
    while (seconds_since(start) < patience_s) {
        const auto message = team.receive();
        if (!message.has_value()) {
            std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
            continue;
        }
        const Telegram telegram = unpacked(message->bytes);
        if (telegram.kind == Telegram::Kind::end) return team.leave(telegram.job.number == 0, 0);
    }
    team.leave(false, 1);
}

}  // namespace

void serve(Team& team, const OpenMetric& open) {
    Evaluator evaluator(open);
    std::uint64_t seen = 0;
    auto shown = Clock::now();
    constexpr double between_signs_s = 1;
    for (;;) {
        for (auto message = team.receive(); message.has_value(); message = team.receive()) {
            Telegram telegram = unpacked(message->bytes);
            if (telegram.kind == Telegram::Kind::job) evaluator.push(std::move(telegram.job));
            if (telegram.kind == Telegram::Kind::stop) {
                evaluator.stop(telegram.job.metric, telegram.job.epoch);
            }
            if (telegram.kind == Telegram::Kind::leave) {
                // a metric that does not come back keeps this rank from saying so: rank 0 ends it
                Telegram left;
                left.kind = Telegram::Kind::left;
                if (evaluator.end()) team.send(0, packed(left));
                return leave_at_the_end(team);
            }
        }
        for (auto done = evaluator.pop(); done.has_value(); done = evaluator.pop()) {
            Telegram telegram;
            telegram.kind = Telegram::Kind::done;
            telegram.done = std::move(*done);
            team.send(0, packed(telegram));
            shown = Clock::now();
        }
        const std::uint64_t signs = evaluator.signs();
        if (signs != seen && seconds_since(shown) > between_signs_s) {
            seen = signs;
            shown = Clock::now();
            team.send(0, packed(Telegram{}));
        }
        evaluator.wait(pause_s);
    }
}

}  // namespace blockscope
