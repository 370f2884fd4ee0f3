#include "blockscope/metric/explanation.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/metric/registry.hpp"
#include "blockscope/network/layer_cost.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

Architecture any_architecture(const DesignSpace& space) {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    return sample(space, 1, Rng(seed), space.default_resolution).front();
}

Architecture swapped(const DesignSpace& space, Architecture a, const Part& part, int block) {
    const Unit& unit = space.units[static_cast<std::size_t>(part.where.unit)];
    a.block[static_cast<std::size_t>(unit.first_slot + part.where.layer)] =
        static_cast<std::uint8_t>(block);
    return a;
}

RC_GTEST_PROP(Explanation, PartsMakeTheWholeAndAgreeWithTheLoweredNetwork, ()) {
    const auto space = load_space(*rc::gen::elementOf(built_in_space_names()));
    const Architecture a = any_architecture(space);
    const auto layers = layer_costs(lower(space, a));
    for (const std::string name : {"macs", "params", "activation_bytes"}) {
        const auto e = explain(space, a, *make_metric(name, space));
        RC_ASSERT(e.splits);
        RC_ASSERT(e.parts.size() == layers.size());
        double sum = 0;
        double largest = 0;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const Cost& c = layers[i].cost;
            RC_ASSERT(e.parts[i].where == layers[i].where);
            RC_ASSERT(e.parts[i].value == (name == "macs"     ? c.macs
                                           : name == "params" ? c.params
                                                              : c.activation_bytes_peak));
            sum += e.parts[i].value;
            largest = std::max(largest, e.parts[i].value);
        }
        RC_ASSERT(e.value == (e.is_sum ? sum : largest));
    }
}

RC_GTEST_PROP(Explanation, SwapsAreTheNearestCheaperBlocks, ()) {
    const auto space = load_space(*rc::gen::elementOf(built_in_space_names()));
    const Architecture a = any_architecture(space);
    const auto metric = make_metric(*rc::gen::element<std::string>("macs", "params"), space);
    const auto e = explain(space, a, *metric);
    for (const auto& part : e.parts) {
        if (part.where.part != Location::Part::body) {
            RC_ASSERT(!part.swap);
            continue;
        }
        std::vector<Architecture> all;
        const Unit& unit = space.units[static_cast<std::size_t>(part.where.unit)];
        for (const int b : allowed(unit.blocks[static_cast<std::size_t>(part.where.layer)])) {
            all.push_back(swapped(space, a, part, b));
        }
        double nearest = -1;
        for (const double v : metric->evaluate(space, all).values) {
            if (v < e.value) nearest = std::max(nearest, v);
        }
        RC_ASSERT(part.swap.has_value() == (nearest >= 0));
        if (!part.swap) continue;
        RC_ASSERT(part.swap->improvement == e.value - nearest);
        const std::vector one{swapped(space, a, part, part.swap->block)};
        RC_ASSERT(metric->evaluate(space, one).values[0] == nearest);
    }
}

/// Larger is better; one less for every layer of a block that is not the last.
class Accuracy : public Metric {
public:
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        for (const auto& a : archs) {
            double value = 80;
            for (std::size_t u = 0; u < space.units.size(); ++u) {
                for (int l = 0; l < a.depth[u]; ++l) {
                    value -= 8 - a.block[static_cast<std::size_t>(space.units[u].first_slot + l)];
                }
            }
            column.values.push_back(value);
        }
        return column;
    }

private:
    MetricInfo info_{"accuracy", "accuracy", "%", Direction::larger_is_better, false, "made up"};
};

TEST(Explanation, EvaluatesTheSwapsOfAMetricThatDoesNotSplit) {
    const auto space = load_space("ofa-mbv3");
    const auto a = parse_architecture(space, "{'ks':5,'e':4,'d':2}");
    Accuracy metric;
    const auto e = explain(space, a, metric);
    EXPECT_FALSE(e.splits);
    EXPECT_EQ(e.parts.size(), 12);
    for (const auto& part : e.parts) {
        EXPECT_TRUE(std::isnan(part.value));
        if (part.block < 0) continue;
        ASSERT_TRUE(part.swap.has_value());
        EXPECT_EQ(part.swap->block, part.block + 1);
        EXPECT_EQ(part.swap->improvement, 1);
        // block 4 of 0 to 8 is the mean one of a metric that counts them
        EXPECT_NEAR(part.against_mean, part.block - 4, 1e-9);
    }
}

TEST(Explanation, OfTheSmallestNetworkFindsNothingCheaper) {
    const auto space = load_space("ofa-mbv3");
    const auto a = parse_architecture(space, "{'ks':3,'e':3,'d':2}");
    for (const auto& part : explain(space, a, *make_metric("macs", space)).parts) {
        EXPECT_FALSE(part.swap.has_value());
    }
}

}  // namespace
}  // namespace blockscope
