#include "blockscope/space/table_range.hpp"

#include <gtest/gtest.h>

#include "blockscope/base/random.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

/// Random terms, so that nothing about them is in order.
LayerTable random_table(const DesignSpace& space, LayerTable::Combine combine, Rng& rng) {
    LayerTable table(space, combine);
    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = rng.uniform();
    for (int u = 0; u < table.unit_count(); ++u) {
        for (int l = 0; l < space.units[static_cast<std::size_t>(u)].max_depth; ++l) {
            for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table.width_states(u); ++w) {
                    for (std::size_t b = 0; b < space.blocks.size(); ++b) {
                        table.term(u, l, i, w, static_cast<int>(b)) = rng.uniform();
                    }
                }
            }
        }
        if (u + 1 == table.unit_count()) {
            for (int w = 0; w < table.width_states(u); ++w) table.head(w) = rng.uniform();
        }
    }
    return table;
}

constexpr const char* small_space = R"(name = "small"
resolutions = [32]
[[block]]
kind = "mbconv"
expand = 2
kernel = 3
[[block]]
kind = "mbconv"
expand = 3
kernel = 3
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = [8, 16]
activation = "relu"
[[unit]]
channels = 24
widths = [0.5, 1.0]
depth = [1, 2]
[[unit]]
channels = 40
depth = 2
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)";

// 2 stems x 2 widths x (2 + 4) x 4: a sample of 20000 misses none of its 96 architectures.
TEST(TableRange, IsThatOfAllArchitectures) {
    const auto space = parse_space(small_space, "small");
    ASSERT_EQ(size(space).total, "96");
    const auto archs = sample(space, 20000, Rng(1), 32);
    Rng rng(7);
    for (int round = 0; round < 40; ++round) {
        const auto combine = round % 2 == 0 ? LayerTable::Combine::sum : LayerTable::Combine::max;
        const auto table = random_table(space, combine, rng);
        double least = 1e9;
        double most = -1e9;
        for (const auto& a : archs) {
            least = std::min(least, table.value(a));
            most = std::max(most, table.value(a));
        }
        EXPECT_DOUBLE_EQ(range(space, table).first, least);
        EXPECT_DOUBLE_EQ(range(space, table).second, most);
    }
}

TEST(TableRange, LeavesOutStemsAndBlocksThatARestrictionExcludes) {
    auto space = parse_space(small_space, "small");
    LayerTable table(space, LayerTable::Combine::sum);
    table.stem(0) = 100;
    EXPECT_EQ(range(space, table).second, 100);
    space.stem_choices.front().allowed = 2;
    EXPECT_EQ(range(space, table).second, 0);
    table.term(1, 0, 0, 0, 1) = 5;
    table.term(1, 0, 1, 0, 1) = 5;
    EXPECT_EQ(range(space, table).second, 5);
    space.units[1].blocks[0] = 1;
    EXPECT_EQ(range(space, table).second, 0);
}

}  // namespace
}  // namespace blockscope
