#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/insight/count_excess.hpp"
#include "blockscope/insight/insight.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/table_range.hpp"

#include "synthetic.hpp"

namespace blockscope {
namespace {

/// Larger blocks are better: 1 % for each unit of expansion, 0.1 % for each of kernel.
double usual_benefit(int, int, const Block& b) { return b.expand + 0.1 * b.kernel; }

std::vector<const Insight*> of_kind(const Pruning& p, Insight::Kind kind) {
    std::vector<const Insight*> found;
    for (const auto& i : p.insights) {
        if (i.kind == kind) found.push_back(&i);
    }
    return found;
}

bool has_kernel(const DesignSpace& space, int kernel) {
    for (const auto& unit : space.units) {
        for (const auto mask : unit.blocks) {
            for (const int b : allowed(mask)) {
                if (space.blocks[b].kernel == kernel) return true;
            }
        }
    }
    return false;
}

TEST(Prune, FindsAKernelThatADeviceHasNoFastCodeFor) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    // as many milliseconds as taps, but a kernel of 7 costs 100 more
    const auto price_table = table_of(space, [](int, int, const Block& b) {
        return b.expand + 0.01 * b.kernel * b.kernel + (b.kernel == 7 ? 100 : 0);
    });
    const Profile price = exact_of(space, price_table, "t", "ms");
    const Pruning p = prune(space, benefit, &price);
    const auto found = of_kind(p, Insight::Kind::unfriendly);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]->subject, "kernel 7");
    EXPECT_EQ(found[0]->status, Insight::Status::applied);
    EXPECT_EQ(found[0]->driver, Insight::Driver::price);
    EXPECT_NEAR(found[0]->benefit.value, 0.2, 1e-9);   // of 5 to 7, by definition
    EXPECT_NEAR(found[0]->price.value, 100.24, 1e-9);  // 100 + 0.01 (49 - 25)
    EXPECT_NEAR(found[0]->rate.value, 0.2 / 100.24, 1e-9);
    EXPECT_EQ(found[0]->cuts.size(), 3U * 4 * 3);
    // each unit: 9^2 + 9^3 + 9^4 becomes 6^2 + 6^3 + 6^4
    EXPECT_NEAR(found[0]->removed, 1 - std::pow(1548.0 / 7371, 3), 1e-9);
    EXPECT_FALSE(has_kernel(p.space, 7));
    EXPECT_TRUE(has_kernel(space, 7));
}

// taps grow by 24 after 16, expansions by 2 after 1
TEST(CountExcesses, AreWhatTapsAndChannelsDoNotExplain) {
    const DesignSpace space = grid_space();
    const auto price_of = [&](double odd) {
        const auto table = table_of(space, [&](int u, int, const Block& b) {
            return b.expand + 0.01 * b.kernel * b.kernel +
                   (b.kernel == 7 ? odd * (u == 1 ? 4 : 1) : 0);
        });
        return exact_of(space, table, "t", "ms");
    };
    const Profile price = price_of(100);
    const auto found = count_excesses(space, price);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].axis, Axis::kernel);
    EXPECT_EQ(found[0].third, 7);
    EXPECT_NEAR(found[0].growth, 1.5, 1e-9);
    EXPECT_NEAR(found[0].step_before.value, 0.16, 1e-9);
    EXPECT_NEAR(found[0].excess.value, 200, 1e-9) << "100, 400 and 100 in the three units";
    EXPECT_NEAR(found[0].excess_in(space, OptionEffects(space, &price), 1).value, 400, 1e-9);
    EXPECT_TRUE(found[0].unfriendly);
    EXPECT_NEAR(found[1].excess.value, 0, 1e-9);
    EXPECT_FALSE(found[1].unfriendly);
    EXPECT_FALSE(count_excesses(space, price_of(0))[0].unfriendly);
}

TEST(Prune, LeavesAKernelThatCostsWhatItsTapsDo) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    const Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.kernel * b.kernel; }), "t",
        "ms");
    EXPECT_TRUE(of_kind(prune(space, benefit, &price), Insight::Kind::unfriendly).empty());
}

TEST(Prune, CutsBlocksForTheBenefitAloneWhereOnlyDepthCosts) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    const double of_unit[] = {1, 5, 5.2};
    const Profile price = exact_of(
        space, table_of(space, [&](int u, int, const Block&) { return of_unit[u]; }), "t", "ms");
    const Pruning p = prune(space, benefit, &price);
    for (const auto& insight : p.insights) {
        if (insight.status != Insight::Status::applied || insight.cuts.empty()) continue;
        EXPECT_EQ(insight.driver, Insight::Driver::benefit) << insight.subject;
    }
    for (const auto& unit : p.space.units) {
        for (const auto mask : unit.blocks) {
            ASSERT_EQ(allowed(mask).size(), 1U);
            EXPECT_EQ(space.blocks[allowed(mask)[0]].name, "MBConv6-7");
        }
    }
    const auto costliest = of_kind(p, Insight::Kind::costliest);
    ASSERT_EQ(costliest.size(), 1U);
    EXPECT_EQ(costliest[0]->subject, "last layers of units 2 and 3");
    EXPECT_EQ(costliest[0]->status, Insight::Status::observed);
    // 6.7 % a layer on average of all blocks: unit 1 sells it cheapest
    EXPECT_EQ(p.purchases[p.purchases.size() - 1].unit, 2);
}

TEST(Prune, CutsLayersThatBringNextToNothing) {
    const DesignSpace space = grid_space();
    const auto benefit_table = table_of(
        space, [](int u, int l, const Block& b) { return u == 1 && l == 3 ? 0.001 : b.expand; });
    const Profile benefit = exact_of(space, benefit_table, "a", "%");
    const Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.expand; }), "t", "ms");
    const Pruning p = prune(space, benefit, &price);
    const auto found = of_kind(p, Insight::Kind::poor_buy);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0]->subject, "depth 4 of unit 2");
    EXPECT_EQ(found[0]->status, Insight::Status::applied);
    EXPECT_EQ(allowed(p.space.units[1].depths), (std::vector<int>{2, 3}));
    EXPECT_EQ(allowed(p.space.units[0].depths), (std::vector<int>{2, 3, 4}));
}

TEST(Prune, KeepsTheCheapestWhereTheChoiceDoesNotMatter) {
    const DesignSpace space = grid_space();
    const auto benefit_table = table_of(
        space, [](int u, int l, const Block& b) { return u == 2 && l == 0 ? 1.0 : b.expand; });
    const Profile benefit = exact_of(space, benefit_table, "a", "%");
    const Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.expand + b.kernel * 0.1; }),
        "t", "ms");
    const Pruning p = prune(space, benefit, &price);
    ASSERT_EQ(allowed(p.space.units[2].blocks[0]).size(), 1U);
    EXPECT_EQ(space.blocks[allowed(p.space.units[2].blocks[0])[0]].name, "MBConv3-3");
    bool found = false;
    for (const auto* i : of_kind(p, Insight::Kind::indifferent)) {
        found |= i->subject == "block of U3-L1";
    }
    EXPECT_TRUE(found);
}

TEST(Prune, MutatesMostWhereTheBenefitMovesMost) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(
        space, table_of(space, [](int u, int, const Block& b) { return (u + 1) * b.expand; }), "a",
        "%");
    const Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.expand; }), "t", "ms");
    const auto p = prune(space, benefit, &price);
    ASSERT_EQ(p.space.mutation.size(), 3U);
    EXPECT_LT(p.space.mutation[0], p.space.mutation[1]);
    EXPECT_LT(p.space.mutation[1], p.space.mutation[2]);
    EXPECT_NEAR(p.space.mutation[0] + p.space.mutation[1] + p.space.mutation[2], 0.3, 2e-3);
}

TEST(Prune, KeepsTheBestAtAnyPriceWithoutAPrice) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    const Pruning p = prune(space, benefit, nullptr);
    EXPECT_EQ(size(p.space).total, "1");  // exact and additive: nothing is left in doubt
    EXPECT_EQ(allowed(p.space.units[0].depths), (std::vector<int>{4}));
    EXPECT_TRUE(p.purchases.empty());
}

TEST(Prune, CutsNothingAtStrengthZero) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    const Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.kernel * b.kernel; }), "t",
        "ms");
    const Pruning p = prune(space, benefit, &price, {0});
    EXPECT_EQ(size(p.space).total, size(space).total);
    EXPECT_EQ(p.removed, 0);
}

TEST(Prune, RefusesWhatTheEvidenceDoesNotCarry) {
    const DesignSpace space = grid_space();
    Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    Profile price = exact_of(
        space, table_of(space, [](int, int, const Block& b) { return b.kernel; }), "t", "ms");
    for (auto* profile : {&benefit, &price}) {
        for (auto& cell : profile->cells) cell.simultaneous = plus_minus(cell.delta.value, 1000);
        for (auto& d : profile->depths) {
            d.mean = plus_minus(d.mean.value, 1000);
            d.effect = plus_minus(d.effect.value, 1000);
            d.count = 100;
        }
    }
    const Pruning p = prune(space, benefit, &price);
    EXPECT_EQ(size(p.space).total, size(space).total);
    int refused = 0;
    for (const auto& i : p.insights) {
        refused += i.status == Insight::Status::refused ? 1 : 0;
        EXPECT_TRUE(i.status != Insight::Status::applied || i.cuts.empty()) << i.subject;
    }
    EXPECT_GT(refused, 0);
}

TEST(Prune, SaysWhatItCannotUse) {
    const DesignSpace space = grid_space();
    const Profile benefit = exact_of(space, table_of(space, usual_benefit), "a", "%");
    const auto message = [&](const Profile& b, const Profile* p, double strength = 0.5) {
        try {
            (void)prune(space, b, p, {strength});
        } catch (const Error& e) {
            return std::string(e.what());
        }
        return std::string("no error");
    };
    const Profile constant =
        exact_of(space, LayerTable(space, LayerTable::Combine::sum), "zero", "ms");
    EXPECT_THAT(message(benefit, &constant), testing::HasSubstr("nothing to prune by"));
    EXPECT_THAT(message(constant, nullptr), testing::HasSubstr("nothing to prune by"));
    EXPECT_THAT(message(benefit, &benefit), testing::HasSubstr("kept and reduced at once"));
    EXPECT_THAT(message(benefit, nullptr, 1.5), testing::HasSubstr("from 0 to 1"));
    Profile other = benefit;
    other.options.protocol = Protocol::published;
    EXPECT_THAT(message(other, nullptr), testing::HasSubstr("--protocol published"));
    other = benefit;
    other.metric.name = "b";
    other.resolutions = {32};
    EXPECT_THAT(message(benefit, &other), testing::HasSubstr("different resolutions"));
    other = benefit;
    other.cells.pop_back();
    EXPECT_THAT(message(other, nullptr), testing::HasSubstr("is not of grid"));
}

/// Of sums, known exactly: whatever the exchange rate, the best network stays (but for ties in
/// price, and for steps that are nothing but poor buys).
RC_GTEST_PROP(Prune, KeepsTheBestNetworkForEveryExchangeRate, (std::uint64_t seed)) {
    const DesignSpace space = grid_space();
    Rng rng(seed);
    const auto random = [&](int, int, const Block&) { return 1 + rng.uniform(); };
    const LayerTable a = table_of(space, random);
    const LayerTable t = table_of(space, random);
    const Profile benefit = exact_of(space, a, "a", "%");
    const Profile price = exact_of(space, t, "t", "ms");
    const Pruning p = prune(space, benefit, &price);
    for (const auto& i : p.insights) {
        RC_ASSERT(i.kind != Insight::Kind::indifferent);
        const bool steps = i.kind == Insight::Kind::poor_buy || i.kind == Insight::Kind::unfriendly;
        RC_PRE(!steps || i.status != Insight::Status::applied);
    }
    for (const double rate : {0.0, 0.3, 1.0, 3.0, 100.0}) {
        const LayerTable score = table_of(space, [&](int u, int l, const Block& b) {
            const auto block = static_cast<int>(&b - space.blocks.data());
            return a.term(u, l, 0, 0, block) - rate * t.term(u, l, 0, 0, block);
        });
        const double slack = 15 * rate * p.tie + 1e-9;
        RC_ASSERT(range(p.space, score).second >= range(space, score).second - slack);
    }
    for (std::size_t i = 1; i < p.purchases.size(); ++i) {
        const double before = p.purchases[i - 1].rate.value;
        RC_ASSERT(std::isnan(before) || !(p.purchases[i].rate.value > before));
    }
}

}  // namespace
}  // namespace blockscope
