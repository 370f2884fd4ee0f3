#include "blockscope/measure/context.hpp"

#include <gtest/gtest.h>

namespace blockscope {
namespace {

TEST(MachineContext, KeyIgnoresWhatPassesAndMindsWhatMatters) {
    LatencyOptions options;
    auto context = read_machine_context(options);
    const auto key = context.key();
    ASSERT_FALSE(context.passing.empty());
    for (auto& [name, value] : context.passing) value += " changed";
    EXPECT_EQ(context.key(), key);
    options.run.threads = 2;
    EXPECT_NE(read_machine_context(options).key(), key);
    options.run.threads = 1;
    options.visits += 1;
    EXPECT_NE(read_machine_context(options).key(), key);
    options.visits -= 1;
    EXPECT_EQ(read_machine_context(options).key(), key);
}

TEST(MachineContext, KeyKeepsNamesAndValuesApart) {
    const MachineContext a{{{"engine", "x=y"}}, {}};
    const MachineContext b{{{"engine=x", "y"}}, {}};
    EXPECT_NE(a.key(), b.key());
    EXPECT_NE(a.key(), MachineContext().key());
}

}  // namespace
}  // namespace blockscope
