#include "blockscope/search/mutation.hpp"

#include <cmath>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/profile/small_space.hpp"

namespace blockscope {
namespace {

/// Layers with blocks of their own, so that not every layer may move, and a gap in the depths.
DesignSpace gated_space() {
    auto space = load_space("ofa-mbv3");
    for (auto& unit : space.units) {
        unit.blocks[0] = 0b000000111;
        unit.blocks[1] = 0b000011110;
        unit.blocks[3] = 0b110000100;
    }
    space.units[1].depths = 0b10100;  // 2 or 4
    return space;
}

std::vector<DesignSpace> some_spaces() {
    return {load_space("ofa-mbv3"), load_space("proxylessnas"), load_space("resnet50"),
            small_space(), gated_space()};
}

RC_GTEST_PROP(Mutator, GivesAnotherArchitectureOfTheSpace, ()) {
    static const auto spaces = some_spaces();
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    for (const auto& space : spaces) {
        const Mutator mutator(space);
        Architecture a = Sampler(space, space.default_resolution).draw(rng);
        for (int i = 0; i < 50; ++i) {
            const Architecture before = a;
            RC_ASSERT(mutator.mutate(a, rng));
            RC_ASSERT(contains(space, a));
            RC_ASSERT(a != before);
            RC_ASSERT(a.resolution == before.resolution);
        }
    }
}

RC_GTEST_PROP(Crossed, TakesEveryUnitFromOneParent, ()) {
    static const auto spaces = some_spaces();
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    for (const auto& space : spaces) {
        const Sampler sampler(space, space.default_resolution);
        const auto a = sampler.draw(rng);
        const auto b = sampler.draw(rng);
        const auto child = crossed(space, a, b, rng);
        RC_ASSERT(contains(space, child));
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            const auto& unit = space.units[u];
            const auto same = [&](const Architecture& parent) {
                for (int l = unit.first_slot; l < unit.first_slot + unit.max_depth; ++l) {
                    if (child.block[l] != parent.block[l]) return false;
                }
                return child.depth[u] == parent.depth[u] && child.width[u] == parent.width[u];
            };
            RC_ASSERT(same(a) || same(b));
        }
    }
}

TEST(Mutator, ReachesEveryArchitecture) {
    auto space = gated_space();
    for (std::size_t u = 1; u < space.units.size(); ++u) {
        space.units[u].depths = 0b100;
        space.units[u].blocks.assign(4, 1);
    }
    space.units[0].blocks = {0b011, 0b110, 0b101, 0b011};
    const Mutator mutator(space);
    Rng rng(1);
    Architecture a = Sampler(space, 224).draw(rng);
    std::set<Architecture> seen;
    for (int i = 0; i < 3000; ++i) {
        mutator.mutate(a, rng);
        seen.insert(a);
    }
    EXPECT_EQ(seen.size(), 4U + 8U + 16U);
}

/// How often each unit changes, and each move of unit 3, out of n mutations of one architecture.
struct Counts {
    std::vector<double> units;
    double adds = 0, removes = 0, swaps = 0, widens = 0, stems = 0;
};
Counts counts_of(const DesignSpace& space, const std::string& text, int n,
                 const MutationRates& rates = {}) {
    const auto parent = parse_architecture(space, text);
    const Mutator mutator(space, rates);
    Counts counts;
    counts.units.resize(space.units.size());
    Rng rng(5);
    for (int i = 0; i < n; ++i) {
        Architecture child = parent;
        mutator.mutate(child, rng);
        counts.stems += child.stem != parent.stem;
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            Architecture same = child;
            same.depth[u] = parent.depth[u];
            same.width[u] = parent.width[u];
            const auto& unit = space.units[u];
            for (int l = unit.first_slot; l < unit.first_slot + unit.max_depth; ++l) {
                same.block[l] = parent.block[l];
            }
            const bool changed = same != child;
            counts.units[u] += changed;
            if (u != 2 || !changed) continue;
            counts.adds += child.depth[u] > parent.depth[u];
            counts.removes += child.depth[u] < parent.depth[u];
            counts.widens += child.width[u] != parent.width[u];
            counts.swaps += child.depth[u] == parent.depth[u] && child.width[u] == parent.width[u];
        }
    }
    return counts;
}

constexpr int many = 40000;
constexpr double slack = 5 * 0.0025 * many;  // five standard errors of a share of one half

// search.md of the paper's code: rate 0.5, drawn again until a unit is chosen; moves uniform over
// those that the depth leaves.
TEST(Mutator, ChoosesUnitsAndMovesAsThePublishedCode) {
    const auto space = load_space("ofa-mbv3");
    const auto counts =
        counts_of(space, "e3k3-e3k3|e3k3-e3k3-e3k3-e3k3|e6k5-e4k7-e3k3|e3k3-e3k3|e3k3-e3k3", many);
    const double chosen = 0.5 / (1 - std::pow(0.5, 5));
    for (const double units : counts.units) EXPECT_NEAR(units, chosen * many, slack);
    // an added layer beside an equal one is an addition all the same: depths tell
    EXPECT_NEAR(counts.adds, chosen * many / 3, slack);
    EXPECT_NEAR(counts.removes, chosen * many / 3, slack);
    EXPECT_NEAR(counts.swaps, chosen * many / 3, slack);
    EXPECT_EQ(counts.stems, 0);
}

TEST(Mutator, KeepsTheEndsOfTheDepths) {
    const auto space = load_space("proxylessnas");
    const auto least =
        counts_of(space, "e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3", many);
    const double chosen = 0.5 / (1 - std::pow(0.5, 6));
    EXPECT_EQ(least.removes, 0);
    EXPECT_NEAR(least.adds, chosen * many / 2, slack);
    EXPECT_NEAR(least.units[5], chosen * many, slack);  // a single layer: swaps only
}

TEST(Mutator, ChoosesTheStemOfResNet50HalfAsOften) {
    const auto space = load_space("resnet50");
    const auto counts =
        counts_of(space, "s1w0w2|w1:e25-e20|w0:e20-e20|w1:e20-e20-e20-e20-e20|w2:e20-e20", many);
    const double chosen = 0.5 / (1 - 0.75 * std::pow(0.5, 4));
    EXPECT_NEAR(counts.stems, chosen / 2 * many, slack);
    for (const double units : counts.units) EXPECT_NEAR(units, chosen * many, slack);
    EXPECT_NEAR(counts.widens, chosen * many / 4, slack);
    EXPECT_NEAR(counts.removes, chosen * many / 4, slack);
}

TEST(Mutator, TakesTheRatesOfTheSpaceOrTheCaller) {
    auto space = load_space("ofa-mbv3");
    space.mutation = {0, 0, 1, 0, 0};
    const std::string arch = "e3k3-e3k3|e3k3-e3k3|e6k5-e4k7-e3k3|e3k3-e3k3|e3k3-e3k3";
    EXPECT_EQ(counts_of(space, arch, 200).units, (std::vector<double>{0, 0, 200, 0, 0}));
    const auto own = counts_of(space, arch, many, {{0.25, 0.25, 0.25, 0.5, 0.5}, 0.25});
    const double any = 1 - std::pow(0.75, 3) * std::pow(0.5, 2);
    EXPECT_NEAR(own.units[0], 0.25 / any * many, slack);
    EXPECT_NEAR(own.units[4], 0.5 / any * many, slack);
    // so rare that drawing again and again would not end
    EXPECT_EQ(counts_of(space, arch, 10, {{0, 0, 0, 0, 1e-300}, 0}).units[4], 10);
    EXPECT_THROW(Mutator(space, {{0.5}, 0.25}), Error);
    EXPECT_THROW(Mutator(space, {{0.5, 0.5, 0.5, 0.5, 1.5}, 0.25}), Error);
}

TEST(Mutator, SaysWhereNothingCanChange) {
    auto space = load_space("ofa-mbv3");
    for (auto& unit : space.units) {
        unit.depths = 0b100;
        unit.blocks.assign(4, 0b10);
    }
    Rng rng(1);
    Architecture a = Sampler(space, 224).draw(rng);
    const Architecture before = a;
    EXPECT_FALSE(Mutator(space).mutate(a, rng));
    EXPECT_EQ(a, before);
}

}  // namespace
}  // namespace blockscope
