#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace blockscope {

/// Weights that an engine holds for networks to come, and which of them were longest not asked for.
/// A key made of a parameter entry holds the entry itself, so that its address stays its own.
template <typename Key, typename Weights>
class WeightCache {
public:
    struct Kept {
        Weights weights;
        std::size_t bytes = 0;
        std::uint64_t last_use = 0;
    };

    /// What is kept under `key`, empty at first; from now on the last that was asked for.
    Kept& use(const Key& key) {
        Kept& kept = kept_[key];
        kept.last_use = ++uses_;
        return kept;
    }

    /// `kept` came to hold `bytes` more.
    void count(Kept& kept, std::size_t bytes) {
        kept.bytes += bytes;
        bytes_ += bytes;
    }

    std::size_t bytes() const { return bytes_; }

    /// Lets go of what was longest not asked for, until at most `most` bytes are held.
    void drop_beyond(std::size_t most) {
        if (bytes_ <= most) return;
        std::map<std::uint64_t, typename std::map<Key, Kept>::iterator> oldest_first;
        for (auto i = kept_.begin(); i != kept_.end(); ++i) oldest_first[i->second.last_use] = i;
        for (const auto& [use, oldest] : oldest_first) {
            if (bytes_ <= most) return;
            bytes_ -= oldest->second.bytes;
            kept_.erase(oldest);
        }
    }

private:
    std::map<Key, Kept> kept_;
    std::size_t bytes_ = 0;
    std::uint64_t uses_ = 0;
};

}  // namespace blockscope
