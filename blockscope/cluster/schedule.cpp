#include "blockscope/cluster/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

namespace blockscope {

Schedule::Schedule(std::size_t tasks, int ranks, const ScheduleOptions& options,
                   std::vector<std::size_t> borders)
    : options_(options),
      borders_(std::move(borders)),
      ranks_(static_cast<std::size_t>(ranks)),
      waiting_tasks_(tasks),
      answered_(tasks, false),
      open_(tasks) {
    if (tasks > 0) waiting_.emplace_back(0, tasks);
}

int Schedule::left() const {
    return static_cast<int>(
        std::count_if(ranks_.begin(), ranks_.end(), [](const Rank& r) { return !r.lost; }));
}

int Schedule::active() const {
    return static_cast<int>(std::count_if(ranks_.begin(), ranks_.end(),
                                          [](const Rank& r) { return !r.lost && !r.silent; }));
}

/// By what the rank's tasks cost, at most half of an equal share of what is left, and no more than
/// 16 times as many as before: one task's cost is no fair sample.
std::size_t Schedule::wanted(const Rank& rank) const {
    const auto share = waiting_tasks_ / (2 * static_cast<std::size_t>(std::max(1, active())));
    std::size_t size = options_.at_first;
    if (rank.cost_s > 0) {
        const double fitting = std::floor(options_.message_s / rank.cost_s);
        size = static_cast<std::size_t>(std::min(fitting, 16.0 * static_cast<double>(rank.size)));
    }
    return std::max({std::min(size, share), options_.least, std::size_t{1}});
}

std::optional<Handout> Schedule::next(int number, double now) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    // beside long work the way of a message is nothing, and what lies ready waits for one rank
    constexpr double long_s = 0.5;
    const bool is_short = rank.cost_s > 0 && rank.cost_s * static_cast<double>(rank.size) < long_s;
    const int ahead = is_short ? options_.ahead : 1;
    if (rank.lost || rank.silent || static_cast<int>(rank.has.size()) >= ahead) return std::nullopt;
    while (!waiting_.empty()) {
        auto& [first, last] = waiting_.front();
        // what came back may have been answered since
        while (first < last && answered_[first]) {
            ++first;
            --waiting_tasks_;
        }
        if (first == last) {
            waiting_.pop_front();
            continue;
        }
        std::size_t end = std::min(last, first + wanted(rank));
        const auto border = std::upper_bound(borders_.begin(), borders_.end(), first);
        if (border != borders_.end()) end = std::min(end, *border);
        const Handout handout{++numbers_, first, end};
        waiting_tasks_ -= end - first;
        first = end;
        if (first == last) waiting_.pop_front();
        if (rank.has.empty()) rank.heard = now;  // silence counts from when it had something to say
        rank.has.push_back(handout);
        rank.size = handout.last - handout.first;
        return handout;
    }
    return std::nullopt;
}

std::vector<std::size_t> Schedule::answered(int number, std::uint64_t handout, double seconds,
                                            double now) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    heard(number, now);
    const auto found = std::find_if(rank.has.begin(), rank.has.end(),
                                    [&](const Handout& h) { return h.number == handout; });
    if (found == rank.has.end()) return {};
    const Handout done = *found;
    rank.has.erase(found);
    rank.cost_s = std::max(seconds, 1e-9) / static_cast<double>(done.last - done.first);
    std::vector<std::size_t> fresh;
    for (std::size_t i = done.first; i < done.last; ++i) {
        if (answered_[i]) continue;
        answered_[i] = true;
        fresh.push_back(i);
    }
    open_ -= fresh.size();
    return fresh;
}

void Schedule::heard(int number, double now) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    rank.heard = now;
    rank.silent = false;
}

void Schedule::suspend(int rank) { ranks_[static_cast<std::size_t>(rank)].silent = true; }

void Schedule::take_back(Rank& rank) {
    for (const Handout& h : std::views::reverse(rank.has)) {
        waiting_.emplace_front(h.first, h.last);
        waiting_tasks_ += h.last - h.first;
    }
}

void Schedule::lose(int number) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    if (rank.lost) return;
    if (!rank.silent) take_back(rank);
    rank.lost = true;
}

std::vector<int> Schedule::suspects(double now) {
    std::vector<int> found;
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
        Rank& rank = ranks_[i];
        if (rank.lost || rank.silent || rank.has.empty()) continue;
        const auto& oldest = rank.has.front();
        const double usual = rank.cost_s * static_cast<double>(oldest.last - oldest.first);
        constexpr double slower = 10;  // than its last tasks, before that is suspicious
        if (now - rank.heard <= std::max(options_.silence_s, slower * usual)) continue;
        rank.silent = true;
        take_back(rank);
        found.push_back(static_cast<int>(i));
    }
    return found;
}

}  // namespace blockscope
