#pragma once

#include <array>
#include <cstdint>

namespace blockscope {

/// xoshiro256++ with splitmix64 seeding and our own bounded integers, because `std::` distributions
/// differ between standard libraries and a seed must give the same bytes everywhere.
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021).
class Rng {
public:
    explicit Rng(std::uint64_t seed) : seed_(seed) {
        std::uint64_t z = seed;
        for (auto& word : state_) word = splitmix(z);
    }

    /// An independent stream for part `index` of a job; does not advance this one, so the streams
    /// of a job are the same however many threads or processes share it.
    Rng fork(std::uint64_t index) const {
        std::uint64_t z = seed_ ^ 0x6a09e667f3bcc909ULL;
        const std::uint64_t key = splitmix(z);
        z = key + index;
        return Rng(splitmix(z) ^ index);
    }

    std::uint64_t bits64() {
        const std::uint64_t result = rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotl(state_[3], 45);
        return result;
    }

    /// Uniform in [0, n), unbiased; n >= 1.
    /// Source: Lemire, "Fast random integer generation in an interval" (2019).
    std::uint32_t below(std::uint32_t n) {
        std::uint64_t product = (bits64() >> 32) * n;
        auto low = static_cast<std::uint32_t>(product);
        if (low < n) {
            const std::uint32_t threshold = (0U - n) % n;
            while (low < threshold) {
                product = (bits64() >> 32) * n;
                low = static_cast<std::uint32_t>(product);
            }
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

    /// Uniform in [0, 1), 53 random bits.
    double uniform() { return static_cast<double>(bits64() >> 11) * 0x1.0p-53; }

private:
    static std::uint64_t rotl(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
    static std::uint64_t splitmix(std::uint64_t& z) {
        z += 0x9e3779b97f4a7c15ULL;
        std::uint64_t x = z;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31);
    }

    std::uint64_t seed_;
    std::array<std::uint64_t, 4> state_{};
};

/// Fisher-Yates; `Range` is random access.
template <typename Range>
void shuffle(Range& range, Rng& rng) {
    for (std::size_t i = range.size(); i > 1; --i) {
        std::swap(range[i - 1], range[rng.below(static_cast<std::uint32_t>(i))]);
    }
}

}  // namespace blockscope
