#include "blockscope/supernet/subnet_switch.hpp"

#include <gtest/gtest.h>

#include "blockscope/space/sampling.hpp"

#include "tests/supernet/fill.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

void expect_same_numbers(const Parameters& got, const Parameters& want) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_EQ(got[i] == nullptr, want[i] == nullptr);
        if (!want[i]) continue;
        EXPECT_EQ(got[i]->numbers().weight, want[i]->numbers().weight);
        EXPECT_EQ(got[i]->numbers().bias, want[i]->numbers().bias);
    }
}

TEST(SubnetSwitch, GivesWhatExtractionAndFoldingGive) {
    const auto net = make_supernet(tiny_space(), filled_file(tiny_space()));
    SubnetSwitch subnets(net);
    Rng rng(1);
    for (const auto& a : sample(net.space, 40, Rng(1), 16)) {
        subnets.to(a);
        Subnet alone = extract(net, a);
        ASSERT_EQ(subnets.subnet().weights.size(), alone.weights.size());
        for (Subnet* subnet : {&subnets.subnet(), &alone}) {  // as if calibrated
            Rng same = rng.fork(1);
            for (auto& weights : subnet->weights) {
                for (auto& mean : weights.batch_norm.mean) mean += same.uniform();
            }
        }
        for (std::size_t i = 0; i < alone.weights.size(); ++i) {
            EXPECT_EQ(subnets.subnet().weights[i].weight, alone.weights[i].weight);
            EXPECT_EQ(subnets.subnet().weights[i].bias, alone.weights[i].bias);
            EXPECT_EQ(subnets.subnet().weights[i].batch_norm, alone.weights[i].batch_norm);
        }
        expect_same_numbers(subnets.folded(), folded(alone));
    }
}

TEST(SubnetSwitch, KeepsEntriesOfWhatStaysTheSame) {
    const auto space = tiny_space();
    const auto net = make_supernet(space, filled_file(space));
    SubnetSwitch subnets(net);
    Architecture a = sample(space, 1, Rng(1), 16).front();
    a.depth[0] = 2;
    a.block[1] = 0;
    subnets.to(a);
    const Parameters before = subnets.folded();
    a.block[1] = 1;  // the same expansion, another kernel
    subnets.to(a);
    const Parameters after = subnets.folded();
    ASSERT_EQ(before.size(), after.size());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const bool same = before[i] == after[i];
        if (same) continue;
        ++changed;
        EXPECT_EQ(subnets.subnet().network.operators[i].role, Role::depthwise);
        EXPECT_EQ(subnets.subnet().network.operators[i].where.layer, 1);
    }
    EXPECT_EQ(changed, 1U);
    // other statistics are other numbers
    subnets.subnet().weights[0].batch_norm.mean[0] += 1;
    EXPECT_NE(subnets.folded()[0], after[0]);
}

}  // namespace
}  // namespace blockscope
