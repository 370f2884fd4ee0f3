#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "blockscope/cluster/crew.hpp"
#include "blockscope/cluster/team.hpp"

namespace blockscope {

/// Ranks that are threads of this process.
class LocalRanks {
public:
    explicit LocalRanks(int size) : inboxes_(size), deaf_(size) {}
    int size() const { return static_cast<int>(inboxes_.size()); }

    void put(int from, int to, std::string bytes) {
        if (deaf_[from] || deaf_[to]) return;
        const std::lock_guard lock(mutex_);
        inboxes_[to].push_back({from, std::move(bytes)});
    }
    std::optional<Message> take(int rank) {
        const std::lock_guard lock(mutex_);
        if (inboxes_[rank].empty()) return std::nullopt;
        Message first = std::move(inboxes_[rank].front());
        inboxes_[rank].pop_front();
        return first;
    }
    /// From now on nothing reaches it and nothing comes from it: it hangs or is dead.
    void silence(int rank) { deaf_[rank] = true; }
    bool is_silent(int rank) const { return deaf_[rank]; }

    std::atomic<bool> left_without = false;  ///< rank 0 did not wait for everybody

private:
    std::mutex mutex_;
    std::vector<std::deque<Message>> inboxes_;
    std::vector<std::atomic<bool>> deaf_;
};

class LocalTeam : public Team {
public:
    LocalTeam(LocalRanks& ranks, int rank) : ranks_(ranks), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return ranks_.size(); }
    void send(int to, std::string bytes) override { ranks_.put(rank_, to, std::move(bytes)); }
    std::optional<Message> receive() override {
        if (rank_ > 0 && ranks_.is_silent(rank_)) {  // so that its thread ends
            Telegram last;
            last.kind = told_to_leave_ ? Telegram::Kind::end : Telegram::Kind::leave;
            told_to_leave_ = true;
            return Message{0, packed(last)};
        }
        return ranks_.take(rank_);
    }
    void leave(bool everybody, int) override {
        if (!everybody) ranks_.left_without = true;
    }

private:
    LocalRanks& ranks_;
    int rank_;
    bool told_to_leave_ = false;
};

}  // namespace blockscope
