#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

const std::string small =
    " --maximize params --minimize macs --initial 30 --iterations 10 --children 60 --quiet ";

TEST(CompareVerb, OfSearchesReadsWhatSearchWrote) {
    const auto a = scratch("compare_a");
    const auto b = scratch("compare_b");
    const auto out = scratch("compare_out");
    ASSERT_EQ(run("search ofa-mbv3 --seeds 1-6" + small + "-o " + a.string()).code, 0);
    ASSERT_EQ(
        run("search ofa-mbv3 --seeds 2-7 --algorithm random" + small + "-o " + b.string()).code, 0);
    const auto r = run("compare " + b.string() + " " + a.string() + " --reference params=4e6 " +
                       "--reference macs=9e8 -o " + out.string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, testing::HasSubstr("5 seeds"));
    EXPECT_THAT(r.text, testing::HasSubstr("A: " + b.string() + " (ofa-mbv3 at 224 by random); B"));
    const auto json = nlohmann::json::parse(read_file(out / "comparison.json"));
    EXPECT_EQ(json.at("seeds"), (std::vector<int>{2, 3, 4, 5, 6}));
    const auto& volume = json.at("hypervolume");
    EXPECT_GT(volume.at("difference").at("low"), 0) << "a search beats chance";
    EXPECT_EQ(volume.at("p_value"), 2.0 / 32);
    EXPECT_EQ(json.at("second_reaches_first").at("seeds_that_reached"), 5);
    EXPECT_EQ(json.at("regions").size(), 3U);
    // the same numbers as the searches' own
    const auto own = scratch("compare_own");
    ASSERT_EQ(run("search ofa-mbv3 --seeds 2-6 --reference params=4e6 --reference macs=9e8" +
                  small + "-o " + own.string())
                  .code,
              0);
    const auto summary = nlohmann::json::parse(read_file(own / "summary.json"));
    const auto seeds = parse_csv(read_file(out / "seeds.csv"), "seeds.csv");
    for (std::size_t i = 0; i < 5; ++i) {
        const double volume_of_seed = summary.at("runs")[i].at("hypervolume");
        EXPECT_NEAR(seeds.number(i, 2), volume_of_seed, 1e-9 * volume_of_seed);
    }
    EXPECT_GT(parse_csv(read_file(out / "attainment.csv"), "attainment.csv").rows.size(), 20U);
}

TEST(CompareVerb, OfProfilesSaysWhereTwoDevicesDiffer) {
    const auto a = scratch("compare_profile_a");
    const auto b = scratch("compare_profile_b");
    const auto out = scratch("compare_profiles");
    ASSERT_EQ(run("profile ofa-mbv3 --metric macs -o " + a.string()).code, 0);
    ASSERT_EQ(run("profile ofa-mbv3 --metric params -o " + b.string()).code, 0);
    const auto r = run("compare " + a.string() + " " + b.string() + " -o " + out.string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, testing::HasSubstr("% of the mean"));
    EXPECT_THAT(r.text, testing::HasSubstr("U5 depth 4"));  // of params the last unit has most
    const auto rows = parse_csv(read_file(out / "differences.csv"), "differences.csv");
    EXPECT_EQ(rows.rows.size(), 9 + 180 + 10);
    const auto json = nlohmann::json::parse(read_file(out / "comparison.json"));
    EXPECT_EQ(json.at("comparisons")[0].at("verdicts").at("placement delta").at("undecided"), 0);
    const auto same = run("compare " + a.string() + " " + a.string() + " -o " + out.string());
    EXPECT_THAT(same.text, testing::HasSubstr("placement delta: 0 higher, 0 lower, 180 undecided"));
    EXPECT_EQ(run("compare " + a.string() + " ofa-mbv3 -o " + out.string()).code, 3);
}

TEST(CompareVerb, OfSpacesGivesBandsAndDifferences) {
    const auto out = scratch("compare_spaces");
    const auto r = run("compare ofa-mbv3-w1.0 ofa-mbv3 --metric macs --metric params -n 2000 -o " +
                       out.string());
    ASSERT_EQ(r.code, 0) << r.text;
    const auto json = nlohmann::json::parse(read_file(out / "comparison.json"));
    ASSERT_EQ(json.at("metrics").size(), 2U);
    const auto& macs = json.at("metrics")[0];
    EXPECT_GT(macs.at("mean").at("difference").at("low"), 0) << "wider networks";
    EXPECT_LT(macs.at("smirnov_p_value"), 1e-6);
    EXPECT_NEAR(macs.at("first_band"), std::sqrt(std::log(40.0) / 4000), 1e-12);
    const auto rows = parse_csv(read_file(out / "distributions.csv"), "distributions.csv");
    EXPECT_EQ(rows.rows.size(), 400U);
    const auto same = run("compare ofa-mbv3 ofa-mbv3 --metric macs -n 500 -o " + out.string());
    EXPECT_THAT(same.text, testing::HasSubstr("differ by 0 at most, p 1"));
}

TEST(CompareVerb, SaysWhatIsMissing) {
    const auto out = scratch("compare_wrong").string();
    EXPECT_EQ(run("compare ofa-mbv3 ofa-mbv3 -o " + out).code, 2);
    for (const auto* metric : {"", " --metric macs"}) {
        EXPECT_EQ(run("compare ofa-mbv3 ofa-mbv4 -o " + out + metric).code, 3);
    }
    const auto folder = scratch("compare_broken");
    ASSERT_EQ(run("search ofa-mbv3" + small + "-o " + folder.string()).code, 0);
    const auto compared = "compare " + folder.string() + " " + folder.string();
    EXPECT_EQ(run(compared + " --reference macs=1 -o " + out).code, 2);
    const auto one_seed = run(compared + " -o " + out);
    EXPECT_EQ(one_seed.code, 0);
    EXPECT_THAT(one_seed.text, testing::HasSubstr("one seed in common"));
    const auto limited = scratch("compare_limited").string();
    ASSERT_EQ(run("search ofa-mbv3 --limit 'macs<=4e8'" + small + "-o " + limited).code, 0);
    const auto limits = run("compare " + folder.string() + " " + limited + " -o " + out);
    EXPECT_EQ(limits.code, 3);
    EXPECT_THAT(limits.text, testing::HasSubstr("no limits against 'macs <= 400000000 MACs'"));
    const auto unlike = run("compare " + folder.string() + " nowhere -o " + out);
    EXPECT_EQ(unlike.code, 3);
    EXPECT_THAT(unlike.text, testing::HasSubstr("'nowhere' is neither"));
    write_file(folder / "summary.json", "{}");
    const auto r = run(compared + " -o " + out);
    EXPECT_EQ(r.code, 3);
    EXPECT_THAT(r.text, testing::HasSubstr("summary.json: "));
}

}  // namespace
}  // namespace blockscope
