#include "blockscope/study/regression.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/study/regression_check.hpp"

#include "../stats/random_normal.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

MeasuredNetwork network(const std::string& arch, double ms, double standard_error, double degrees,
                        double visits = 6) {
    return {arch, 224, plus_minus(ms, 1), standard_error, degrees, visits, true, ""};
}

MeasuredSet set_of(std::vector<MeasuredNetwork> networks, const std::string& key = "k") {
    return {key + ".csv", "ofa-mbv3",        "latency/host",      "ms",
            0.95,         {{"engine", key}}, {{224, {10, 0, 9}}}, std::move(networks)};
}

/// What a measuring run would give: `visits` of each network, noise of `scatter`, summed up as
/// `measure` does.
/// factors: of each network's time; tails: share of visits that a neighbour made slower; unlike:
/// how much networks differ in scatter, as a standard deviation of logarithms.
MeasuredSet simulated(std::size_t networks, int visits, double scatter, Rng& rng,
                      const std::vector<double>& factors = {}, double tails = 0,
                      double unlike = 0) {
    Rng of_networks(7);
    std::vector<MeasuredNetwork> list;
    for (std::size_t i = 0; i < networks; ++i) {
        const double truth =
            (5 + 0.1 * static_cast<double>(i)) * (factors.empty() ? 1 : factors[i]);
        const double own = scatter * std::exp(unlike * random_normal(of_networks));
        std::vector<double> values;
        for (int v = 0; v < visits; ++v) {
            const double slow = rng.uniform() < tails ? 0.2 * rng.uniform() : 0;
            values.push_back(truth * (1 + own * random_normal(rng) + slow));
        }
        const RobustMean mean = robust_mean(values);
        list.push_back({std::to_string(i), 224, interval(mean, 0.95), mean.standard_error,
                        mean.degrees_of_freedom, static_cast<double>(visits), true, ""});
    }
    return set_of(std::move(list));
}

bool alarms(const MeasuredSet& base, const MeasuredSet& fresh, const char* limit) {
    const auto checks = check_limits(compare_measured(base, fresh), parse_limits(limit, 0.95, ""));
    return checks[0].passed == Passed::yes;
}

// ln(5.5 / 5) = 0.09531; relative errors are 0.02 everywhere, so the ratio's is 0.028284. Equal
// variances count as known: t = 3.3698, two-sided p 0.000752 by the normal distribution, and twice
// that for two networks.
TEST(Regression, IsWelchsTestOfLogarithms) {
    const auto base = set_of({network("a", 5, 0.1, 8), network("b", 5, 0.1, 8)});
    const auto fresh = set_of({network("a", 5.5, 0.11, 8), network("b", 5, 0.1, 8)});
    const auto r = compare_measured(base, fresh);
    ASSERT_EQ(r.networks.size(), 2U);
    EXPECT_EQ(r.networks[0].arch, "a") << "worst first";
    EXPECT_NEAR(r.networks[0].log_ratio.value, std::log(1.1), 1e-12);
    EXPECT_NEAR(r.networks[0].log_ratio.standard_error, 0.0282843, 1e-7);
    EXPECT_NEAR(r.networks[0].ratio.low, 1.1 * std::exp(-1.959964 * 0.0282843), 1e-6);
    EXPECT_NEAR(r.networks[0].p_value, 2 * 0.000752, 1e-6);
    EXPECT_EQ(r.networks[0].verdict, ChangeVerdict::worse);
    EXPECT_EQ(r.networks[1].verdict, ChangeVerdict::undecided);
    EXPECT_NEAR(r.overall_ratio.value, std::sqrt(1.1), 1e-12);
    EXPECT_EQ(r.references.size(), 1U);
}

RC_GTEST_PROP(Regression, ExchangesBetterAndWorseWithTheSets, (std::uint32_t seed)) {
    Rng rng(seed);
    std::vector<double> factors;
    for (int i = 0; i < 12; ++i) factors.push_back(std::exp(0.1 * random_normal(rng)));
    const auto base = simulated(12, 6, 0.02, rng);
    const auto fresh = simulated(12, 5, 0.03, rng, factors);
    const auto there = compare_measured(base, fresh);
    const auto back = compare_measured(fresh, base);
    const auto opposite = [](ChangeVerdict v) {
        return v == ChangeVerdict::better  ? ChangeVerdict::worse
               : v == ChangeVerdict::worse ? ChangeVerdict::better
                                           : v;
    };
    for (const auto& c : there.networks) {
        const auto same =
            std::find_if(back.networks.begin(), back.networks.end(),
                         [&](const NetworkChange& other) { return other.arch == c.arch; });
        RC_ASSERT(same->verdict == opposite(c.verdict));
        RC_ASSERT(std::abs(same->p_value - c.p_value) < 1e-9);
        RC_ASSERT(std::abs(same->ratio.low * c.ratio.high - 1) < 1e-9);
    }
    RC_ASSERT(back.overall_verdict == opposite(there.overall_verdict));
    const auto slower = check_limits(there, parse_limits("slower>5%", 0.95, ""));
    const auto faster = check_limits(back, parse_limits("faster>5%", 0.95, ""));
    RC_ASSERT(slower[0].passed == faster[0].passed);
}

// 40 networks that did not change, 300 times: at 90 % a tenth of the comparisons may raise any
// alarm.
TEST(Regression, RaisesNoMoreFalseAlarmsThanItsLevelAllows) {
    struct Setting {
        int visits;
        double tails, unlike;
    };
    for (const Setting s : {Setting{4, 0, 0}, Setting{6, 0, 0}, Setting{10, 0, 0},
                            Setting{8, 0.1, 0}, Setting{6, 0, 0.5}}) {
        int alarms_at_90 = 0;
        for (int run = 0; run < 300; ++run) {
            Rng rng(static_cast<std::uint64_t>(1000 * s.visits + run));
            const auto base = simulated(40, s.visits, 0.03, rng, {}, s.tails, s.unlike);
            const auto fresh = simulated(40, s.visits, 0.03, rng, {}, s.tails, s.unlike);
            alarms_at_90 += alarms(base, fresh, "slower>0%@90%") ? 1 : 0;
        }
        // three standard deviations above a tenth
        EXPECT_LE(alarms_at_90, 46)
            << s.visits << " visits, tails " << s.tails << ", unlike " << s.unlike;
    }
}

// The machine as a whole scatters by 2 % from run to run, and the reference times say so.
TEST(Regression, HoldsWhatAllRatiosShare) {
    int alarms_at_90 = 0;
    for (int run = 0; run < 300; ++run) {
        Rng rng(static_cast<std::uint64_t>(run));
        MeasuredSet sets[2];
        for (auto& set : sets) {
            const std::vector<double> factors(20, std::exp(0.02 * random_normal(rng)));
            set = simulated(20, 8, 0.01, rng, factors);
            set.references[224] = {10, 0.2, 1e5};
        }
        alarms_at_90 += alarms(sets[0], sets[1], "overall slower>0%@90%") ? 1 : 0;
    }
    EXPECT_LE(alarms_at_90, 46);
    EXPECT_GE(alarms_at_90, 14) << "a tenth, and no less";
}

// Two of 100 networks became 10 % slower; visits scatter by 2 %.
TEST(Regression, FindsATenPercentSlowdownAmongMany) {
    int found = 0;
    double promised = 0;
    for (int run = 0; run < 50; ++run) {
        Rng rng(static_cast<std::uint64_t>(run));
        std::vector<double> factors(100, 1.0);
        factors[17] = factors[60] = 1.1;
        const auto base = simulated(100, 6, 0.02, rng);
        const auto fresh = simulated(100, 6, 0.02, rng, factors);
        const auto r = compare_measured(base, fresh);
        const auto check = check_limits(r, parse_limits("slower>3%@99%", 0.95, ""))[0];
        promised += check.found_8_in_10 / 50;
        for (std::size_t i = 0; i < check.networks.size(); ++i) {
            const bool changed = r.networks[i].arch == "17" || r.networks[i].arch == "60";
            if (check.networks[i] == Passed::yes) found += changed ? 1 : 0;
            EXPECT_TRUE(changed || check.networks[i] != Passed::yes) << run;
        }
    }
    EXPECT_GE(found, 85) << "of 100";
    EXPECT_NEAR(promised, 0.094, 0.006) << "a little less is found 8 times in 10";
}

TEST(Regression, CancelsTheDriftOfTheReferenceWhenAsked) {
    auto base = set_of({network("a", 5, 0.01, 8), network("b", 6, 0.01, 8)});
    auto fresh = set_of({network("a", 5.5, 0.01, 8), network("b", 6.6, 0.01, 8)});
    fresh.references[224] = {11, 0, 9};
    EXPECT_EQ(compare_measured(base, fresh).networks[0].verdict, ChangeVerdict::worse);
    RegressionOptions options;
    options.cancel_drift = true;
    const auto r = compare_measured(base, fresh, options);
    EXPECT_NEAR(r.networks[0].ratio.value, 1, 1e-12);
    EXPECT_EQ(r.networks[0].verdict, ChangeVerdict::undecided);
    EXPECT_NEAR(r.overall_ratio.value, 1, 1e-12);
    fresh.references.clear();
    EXPECT_THROW(compare_measured(base, fresh, options), Error);
}

TEST(Regression, KnowsWhatIsMissing) {
    const double nan = std::nan("");
    auto broken = network("b", nan, nan, 0, 0);
    broken.latency = {};
    broken.reason = "no 7x7";
    broken.trusted = false;
    const auto base = set_of({network("a", 5, 0.01, 8), network("b", 6, 0.01, 8),
                              network("c", 7, 0.01, 8), network("d", 7, nan, 0, 1)});
    const auto fresh = set_of(
        {network("a", 5, 0.01, 8), broken, network("d", 7, 0.01, 8), network("e", 1, 0.01, 8)});
    const auto r = compare_measured(base, fresh);
    ASSERT_EQ(r.networks.size(), 5U);
    EXPECT_EQ(r.networks[0].arch, "b") << "lost ones lead";
    EXPECT_TRUE(r.networks[0].lost);
    EXPECT_EQ(r.networks[0].reason, "new: no 7x7");
    std::map<std::string, std::string> reasons;
    for (const auto& c : r.networks) {
        EXPECT_EQ(c.verdict, ChangeVerdict::undecided);
        reasons[c.arch] = c.reason;
    }
    EXPECT_EQ(reasons["c"], "new: not there");
    EXPECT_EQ(reasons["d"], "base: one visit, so no interval");
    EXPECT_EQ(reasons["e"], "base: not there");
    const auto checks = check_limits(r, parse_limits("slower>3%, lost", 0.95, ""));
    EXPECT_EQ(checks[0].passed, Passed::undecided);
    EXPECT_EQ(checks[1].passed, Passed::yes);
}

std::string refusal(const MeasuredSet& base, const MeasuredSet& fresh) {
    try {
        compare_measured(base, fresh);
    } catch (const Error& e) {
        return e.what();
    }
    return "compared";
}

TEST(Regression, RefusesWhatDoesNotCompare) {
    const auto base = set_of({network("a", 5, 0.01, 8)});
    auto fresh = set_of({network("a", 5, 0.01, 8)}, "other");
    EXPECT_THAT(refusal(base, fresh), HasSubstr("other.csv: measured under other conditions than "
                                                "k.csv (engine: 'k' there, 'other' here); "
                                                "--across-contexts"));
    RegressionOptions options;
    options.across_contexts = true;
    EXPECT_THAT(compare_measured(base, fresh, options).context_differences,
                testing::ElementsAre("engine: 'k' there, 'other' here"));
    fresh = set_of({network("a", 5, 0.01, 8)});
    fresh.unit = "us";
    EXPECT_THAT(refusal(base, fresh), HasSubstr("in us, k.csv is in ms"));
    fresh = set_of({network("z", 5, 0.01, 8)});
    EXPECT_THAT(refusal(base, fresh), HasSubstr("no network in common"));
    fresh.space = "resnet50";
    EXPECT_THAT(refusal(base, fresh), HasSubstr("networks of resnet50"));
}

}  // namespace
}  // namespace blockscope
