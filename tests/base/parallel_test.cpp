#include "blockscope/base/parallel.hpp"

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

TEST(ParallelChunks, CoversEveryItemOnce) {
    for (const std::size_t n :
         {std::size_t{1}, std::size_t{99}, std::size_t{100}, std::size_t{10007}}) {
        std::vector<std::atomic<int>> seen(n);
        parallel_chunks(n, 100, 4, [&](std::size_t first, std::size_t last, std::size_t chunk) {
            EXPECT_EQ(first, chunk * 100);
            EXPECT_EQ(last, std::min(n, first + 100));
            for (std::size_t i = first; i < last; ++i) ++seen[i];
        });
        for (const auto& s : seen) ASSERT_EQ(s, 1);
    }
    parallel_chunks(0, 10, 4, [](std::size_t, std::size_t, std::size_t) { FAIL(); });
}

TEST(ParallelChunks, SeededByChunkGivesTheSameForAnyNumberOfThreads) {
    const Rng rng(11);
    const auto draw = [&](unsigned threads) {
        std::vector<std::uint64_t> values(5003);
        parallel_chunks(values.size(), 64, threads,
                        [&](std::size_t first, std::size_t last, std::size_t chunk) {
                            Rng own = rng.fork(chunk);
                            for (std::size_t i = first; i < last; ++i) values[i] = own.bits64();
                        });
        return values;
    };
    const auto one = draw(1);
    for (const unsigned threads : {0U, 2U, 3U, 8U, 200U}) EXPECT_EQ(draw(threads), one) << threads;
}

TEST(ParallelChunks, RethrowsAndStartsNoMoreChunks) {
    for (const unsigned threads : {1U, 4U}) {
        std::atomic<int> after{0};
        std::atomic<bool> thrown{false};
        try {
            parallel_chunks(100000, 1, threads, [&](std::size_t first, std::size_t, std::size_t) {
                if (thrown) ++after;
                if (first == 5) {
                    thrown = true;
                    throw Error("chunk 5");
                }
            });
            ADD_FAILURE() << "no error";
        } catch (const Error& e) {
            EXPECT_STREQ(e.what(), "chunk 5");
        }
        EXPECT_LT(after, 90000);  // others may finish what they began before they see it
    }
}

TEST(ThreadCount, IsWhatWasAskedForOrWhatThereIs) {
    EXPECT_EQ(thread_count(3), 3U);
    EXPECT_GE(thread_count(), 1U);
}

}  // namespace
}  // namespace blockscope
