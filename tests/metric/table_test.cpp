#include "blockscope/metric/table.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

TEST(Table, JoinsColumnsOverStartsOfOneSequenceAndLeavesUnknownCellsEmpty) {
    const auto space = load_space("resnet50");
    const auto archs = sample(space, 3, Rng(1), 224);
    const std::span all(archs);
    Table first;
    first.add("a", all.first(2), std::vector<double>{1, 2});
    first.add("b", all, std::vector<double>{3, std::nan(""), 0.1});
    first.add("a", all.first(1), std::vector<double>{7});
    Table second;
    second.add("c", all.first(1), std::vector<double>{5});
    const auto text = [&](std::size_t i) { return body_text(space, archs[i]) + ",224,"; };
    EXPECT_EQ(table_csv(space, std::vector{first, second}),
              "arch,resolution,a,b,c\n" + text(0) + "7,3,\n" + text(1) + ",,\n" + text(2) +
                  ",0.1,\n" + text(0) + ",,5\n");
}

}  // namespace
}  // namespace blockscope
