#include "blockscope/base/random.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace blockscope {
namespace {

// Seed 0 through splitmix64 into xoshiro256++: the vector in the tests of Rust's rand_xoshiro.
// Seed 2026: from the two reference programs, written again in another language.
TEST(Rng, GivesTheNumbersOfTheReferenceProgram) {
    Rng zero(0);
    for (const std::uint64_t expected :
         {5987356902031041503ULL, 7051070477665621255ULL, 6633766593972829180ULL,
          211316841551650330ULL, 9136120204379184874ULL}) {
        EXPECT_EQ(zero.bits64(), expected);
    }
    Rng other(2026);
    EXPECT_EQ(other.bits64(), 7876778575317408663ULL);
    EXPECT_EQ(other.bits64(), 11327947559129167783ULL);
}

/// Pearson's chi-square of draws below n against the uniform.
double chi_square(Rng& rng, std::uint32_t n, int draws) {
    std::vector<double> seen(n);
    for (int i = 0; i < draws; ++i) ++seen[rng.below(n)];
    const double expected = static_cast<double>(draws) / n;
    double sum = 0;
    for (const double s : seen) sum += (s - expected) * (s - expected) / expected;
    return sum;
}

TEST(Rng, IsUnbiasedBelowEveryBound) {
    Rng rng(1);
    // 99.99 % points of chi-square with n - 1 degrees of freedom
    EXPECT_LT(chi_square(rng, 2, 700000), 15.2);
    EXPECT_LT(chi_square(rng, 3, 700000), 18.5);
    EXPECT_LT(chi_square(rng, 7, 700000), 27.9);
    EXPECT_LT(chi_square(rng, 64, 700000), 114.9);
    EXPECT_EQ(rng.below(1), 0U);
}

// Without rejection, below(3 * 2^30) gives every third number twice as often as the others.
TEST(Rng, RejectsWhatWouldFavourSomeNumbersOfALargeBound) {
    Rng rng(2);
    int third = 0;
    const int draws = 300000;
    for (int i = 0; i < draws; ++i) third += rng.below(3U << 30) % 3 == 0 ? 1 : 0;
    EXPECT_NEAR(static_cast<double>(third) / draws, 1.0 / 3, 0.004);  // 4.6 standard deviations
}

RC_GTEST_PROP(Rng, StaysBelowItsBound, (std::uint64_t seed, std::uint32_t bound)) {
    Rng rng(seed);
    const std::uint32_t n = std::max(1U, bound);
    for (int i = 0; i < 100; ++i) RC_ASSERT(rng.below(n) < n);
    for (int i = 0; i < 100; ++i) {
        const double x = rng.uniform();
        RC_ASSERT(x >= 0 && x < 1);
    }
}

TEST(Rng, UniformHasMeanAndVarianceOfTheUniform) {
    Rng rng(3);
    const int n = 200000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; ++i) {
        const double x = rng.uniform() - 0.5;
        sum += x;
        squares += x * x;
    }
    EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(squares / n, 1.0 / 12, 5 * std::sqrt(1.0 / 180 / n));
}

TEST(Fork, DependsOnSeedAndIndexOnlyAndLeavesItsParentAlone) {
    Rng parent(9);
    Rng before = parent.fork(3);
    (void)parent.fork(4);
    Rng same(9);
    EXPECT_EQ(parent.bits64(), same.bits64());  // forking drew nothing
    Rng after = parent.fork(3);                 // drawing changed no fork
    for (int i = 0; i < 10; ++i) EXPECT_EQ(before.bits64(), after.bits64());
}

// Worked out from the header's formula in another language: other streams would be other results
// for every seed that somebody wrote down.
TEST(Fork, KeepsItsStreamsFromVersionToVersion) {
    const Rng root(2026);
    EXPECT_EQ(root.fork(0).bits64(), 15850824411932224758ULL);
    EXPECT_EQ(root.fork(3).bits64(), 16917905046403719141ULL);
    EXPECT_EQ(root.fork(3).fork(1).bits64(), 7443695475472498170ULL);
}

TEST(Fork, GivesStreamsThatShareNothing) {
    const Rng root(0);
    std::set<std::uint64_t> first;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        first.insert(root.fork(i).bits64());
        first.insert(root.fork(i).fork(7).bits64());  // a fork's fork
        first.insert(root.fork(7).fork(i).bits64());  // the other way round
        first.insert(Rng(i).bits64());                // neighbouring seeds
        first.insert(root.fork(~i).bits64());         // indices at the far end
    }
    EXPECT_EQ(first.size(), 5000U - 1U);  // fork(7).fork(7) is counted twice
    // Bits of neighbouring streams agree half of the time.
    double agreeing = 0;
    const int words = 20000;
    for (int i = 0; i < words; ++i) {
        agreeing += std::popcount(root.fork(i).bits64() ^ root.fork(i + 1).bits64());
    }
    EXPECT_NEAR(agreeing / words, 32, 5 * 4 / std::sqrt(words));  // sigma of 64 coins: 4
}

TEST(Fork, FirstDrawsOfManyForksAreAsUniformAsOneStream) {
    const Rng root(5);
    std::vector<double> seen(10);
    const int forks = 100000;
    for (int i = 0; i < forks; ++i) {
        Rng fork = root.fork(i);
        ++seen[fork.below(10)];
    }
    double sum = 0;
    for (const double s : seen) sum += (s - forks / 10.0) * (s - forks / 10.0) / (forks / 10.0);
    EXPECT_LT(sum, 33.7);  // 99.99 %, 9 degrees of freedom
}

TEST(Shuffle, ReachesEveryOrderEquallyOften) {
    Rng rng(4);
    std::vector<int> order{0, 1, 2};
    std::vector<double> seen(27);
    const int n = 60000;
    for (int i = 0; i < n; ++i) {
        std::iota(order.begin(), order.end(), 0);
        shuffle(order, rng);
        ++seen[order[0] * 9 + order[1] * 3 + order[2]];
    }
    double sum = 0;
    int orders = 0;
    for (const double s : seen) {
        if (s == 0) continue;
        ++orders;
        sum += (s - n / 6.0) * (s - n / 6.0) / (n / 6.0);
    }
    EXPECT_EQ(orders, 6);
    EXPECT_LT(sum, 25.7);  // 99.99 %, 5 degrees of freedom
}

RC_GTEST_PROP(Shuffle, KeepsWhatItOrders, (std::uint64_t seed, std::vector<int> items)) {
    Rng rng(seed);
    auto shuffled = items;
    shuffle(shuffled, rng);
    RC_ASSERT(std::is_permutation(items.begin(), items.end(), shuffled.begin()));
}

}  // namespace
}  // namespace blockscope
