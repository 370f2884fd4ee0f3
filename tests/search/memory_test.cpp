// What a search holds on to: the history and nothing else, which is its networks and their values.
#include <algorithm>

#include <gtest/gtest.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/search/row_index.hpp"
#include "blockscope/search/search.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

#if defined(__GLIBC__)
/// Bytes of the heap in use. A sanitizer's heap says 0.
double held() {
    const auto info = ::mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

struct MostHeld : Progress {
    void update(std::string_view, double, double) override { most = std::max(most, held()); }
    double most = 0;
};

TEST(SearchMemory, IsSomeBytesForEachNetworkInAHundredThousand) {
    const auto space = load_space("ofa-mbv3");
    const auto macs = make_count_metric("macs");
    const auto params = make_count_metric("params");
    const Problem problem{space,
                          {192, 224},
                          {params.get(), macs.get()},
                          {{0, Direction::larger_is_better}, {1}},
                          {{1, true, 500e6}}};
    for (const auto algorithm : {Algorithm::random_mutation, Algorithm::regularized_evolution}) {
        SearchOptions options;
        options.algorithm = algorithm;
        options.iterations = 50;
        options.children = 2000;
        const double before = held();
        MostHeld progress;
        const auto run = search(problem, options, &progress);
        const auto n = static_cast<double>(run.archs.size());
        EXPECT_GT(n, 4e4) << to_string(algorithm);
        // 64 of the architecture, two values, its iteration
        EXPECT_LT((held() - before) / n, 64 + 2 * 8 + 4 + 12) << to_string(algorithm);
        // reserved for 100,100: what was seen, costs, distances from the limits, the index
        EXPECT_LT((progress.most - before) / 100100, 64 + 2 * 8 + 4 + 2 * 8 + 16 + 16 + 12)
            << to_string(algorithm);
    }
}
#endif

TEST(RowIndex, FindsWhatWasAppended) {
    const auto space = load_space("ofa-mbv3");
    const auto drawn = sample(space, 5000, Rng(1), 224);
    RowIndex index;
    std::vector<Architecture> archs;
    EXPECT_EQ(index.find(archs, drawn[0]), RowIndex::none);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        EXPECT_EQ(index.find(archs, drawn[i]), RowIndex::none);
        const auto [row, is_new] = index.find_or_append(archs, drawn[i]);
        EXPECT_TRUE(is_new);
        EXPECT_EQ(row, i);
    }
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        EXPECT_EQ(index.find(archs, drawn[i]), i);
        EXPECT_FALSE(index.find_or_append(archs, drawn[i]).second);
    }
    EXPECT_EQ(archs, drawn);
}

}  // namespace
}  // namespace blockscope
