#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/file.hpp"
#include "blockscope/space/space_file.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

TEST(Prune, WritesASpaceThatOtherVerbsTakeAndItsEvidence) {
    const auto folder = scratch_folder("prune");
    const std::string profile = (folder / "profile").string();
    const std::string toml = (folder / "smaller.toml").string();
    ASSERT_EQ(run("profile ofa-mbv3 --metric params --metric macs --quiet -o " + profile).code, 0);
    const auto pruned = run("prune " + profile + " --keep params --reduce macs -o " + toml);
    ASSERT_EQ(pruned.code, 0) << pruned.text;
    EXPECT_THAT(pruned.text, HasSubstr("What steps buy, best first"));
    EXPECT_THAT(pruned.text, HasSubstr("Applied, removing"));
    const auto insights = nlohmann::json::parse(read_file(folder / "insights.json"));
    EXPECT_EQ(insights["schema"], "blockscope insights 1");
    EXPECT_EQ(insights["keep"]["metric"], "params");
    EXPECT_EQ(insights["reduce"]["unit_of_measure"], "MACs");
    EXPECT_FALSE(insights["insights"].empty());
    const DesignSpace smaller = load_space(toml);
    EXPECT_EQ(insights["restricted"]["fingerprint"], smaller.fingerprint());
    EXPECT_EQ(insights["restricted"]["architectures"], size(smaller).total);
    EXPECT_LT(size(smaller).log10_total, size(load_space("ofa-mbv3")).log10_total);
    EXPECT_EQ(run("sample " + toml + " -n 3 --quiet").code, 0);

    // the same from the space itself, to standard output
    const auto direct = run("prune ofa-mbv3 --keep params --reduce macs --quiet -o -");
    EXPECT_EQ(direct.code, 0);
    EXPECT_EQ(parse_space(direct.text, "direct.toml").fingerprint(), smaller.fingerprint());
}

/// prune of a space by two models that are part of the program.
nlohmann::json pruned_by_models(const std::string& space, const std::string& price,
                                const fs::path& toml) {
    const auto r = run("prune " + space + " --keep accuracy --reduce " + price +
                       " -n 2000 --quiet -o " + toml.string());
    EXPECT_EQ(r.code, 0) << r.text;
    return nlohmann::json::parse(read_file(toml.parent_path() / "insights.json"));
}

// The paper's insights for devices, from models of its devices, unaided.
TEST(Prune, FindsNoUseForKernel7OnTheKirin) {
    const auto folder = scratch_folder("prune_kirin");
    for (const auto* name : {"ofa-mbv3", "proxylessnas"}) {
        const auto toml = folder / "kirin.toml";
        const auto found = pruned_by_models(name, "latency/kirin9000", toml);
        bool applied = false;
        for (const auto& insight : found["insights"]) {
            applied |= insight["kind"] == "unfriendly" && insight["subject"] == "kernel 7" &&
                       insight["status"] == "applied" && insight["driver"] == "price";
        }
        EXPECT_TRUE(applied) << name;
        const auto left = load_space(toml.string());
        for (const auto& unit : left.units) {
            for (const auto mask : unit.blocks) {
                for (const int b : allowed(mask)) EXPECT_NE(left.blocks[b].kernel, 7) << name;
            }
        }
    }
}

TEST(Prune, TellsTheGpusCostliestLayersApartAndCutsNoBlockForItsLatency) {
    const auto folder = scratch_folder("prune_gpu");
    const auto found = pruned_by_models("ofa-mbv3", "latency/rtx2080ti", folder / "gpu.toml");
    bool costliest = false;
    int cuts = 0;
    for (const auto& insight : found["insights"]) {
        costliest |= insight["subject"] == "last layers of units 2, 4 and 5";
        if (insight["status"] != "applied" || insight["places"].empty()) continue;
        ++cuts;
        EXPECT_EQ(insight["driver"], "benefit") << insight["subject"];
    }
    EXPECT_TRUE(costliest);
    EXPECT_GT(cuts, 0);
    // the costliest layer is the best buy, so it stays
    EXPECT_EQ(allowed(load_space((folder / "gpu.toml").string()).units[3].depths).back(), 4);
}

TEST(Prune, IsBolderTheStrongerItIs) {
    const auto folder = scratch_folder("prune_strength");
    double before = -1;
    for (const auto* strength : {"0", "0.3", "1"}) {
        const auto toml = folder / "s.toml";
        ASSERT_EQ(run("prune ofa-mbv3 --keep accuracy --reduce latency/amd2990wx -n 1000 "
                      "--quiet --strength " +
                      std::string(strength) + " -o " + toml.string())
                      .code,
                  0);
        const auto found = nlohmann::json::parse(read_file(folder / "insights.json"));
        const double removed = found["restricted"]["removed_share"];
        EXPECT_GT(removed, before) << strength;
        before = removed;
        for (const auto& insight : found["insights"]) {
            EXPECT_FALSE(insight["reason"].get<std::string>().empty()) << insight["subject"];
        }
    }
    EXPECT_LT(before, 1);
}

TEST(Prune, SaysWhatIsNoSourceAndMakesTheFolder) {
    const auto folder = scratch_folder("prune_bad");
    const auto nowhere = run("prune nowhere --keep params -o " + (folder / "x.toml").string());
    EXPECT_EQ(nowhere.code, 3);
    EXPECT_THAT(nowhere.text, HasSubstr("'nowhere' is neither a directory that `profile` wrote"));
    const auto toml = folder / "new" / "x.toml";
    EXPECT_EQ(run("prune ofa-mbv3 --keep params --quiet -o " + toml.string()).code, 0);
    EXPECT_TRUE(fs::exists(toml));
}

TEST(Prune, BuildsOnTheFileThatDescribesTheSpace) {
    const auto folder = scratch_folder("prune_own");
    fs::create_directories(folder / "out");
    write_file(folder / "own.toml",
               "base = \"ofa-mbv3\"\nname = \"own\"\n[[drop]]\nunit = 1\ndepth = 4\n");
    const std::string own = (folder / "own.toml").string();
    const std::string toml = (folder / "out" / "smaller.toml").string();
    ASSERT_EQ(run("prune " + own + " --keep params --reduce macs --quiet -o " + toml).code, 0);
    EXPECT_THAT(read_file(toml), HasSubstr("base = \"../own.toml\""));
    EXPECT_LE(allowed(load_space(toml).units[0].depths).back(), 3);
    const std::string profile = (folder / "profile").string();
    ASSERT_EQ(run("profile " + own + " --metric params --metric macs --quiet -o " + profile).code,
              0);
    const std::string rest = " --keep params --reduce macs --quiet -o " + toml;
    const auto nameless = run("prune " + profile + rest);
    EXPECT_EQ(nameless.code, 3);
    EXPECT_THAT(nameless.text, HasSubstr("--space"));
    EXPECT_EQ(run("prune " + profile + " --space " + own + rest).code, 0);
    const auto wrong = run("prune " + profile + " --space ofa-mbv3" + rest);
    EXPECT_EQ(wrong.code, 3);
    EXPECT_THAT(wrong.text, HasSubstr("another space"));
}

TEST(Prune, SaysWhatIsWrong) {
    const auto folder = scratch_folder("prune_wrong");
    const std::string out = " -o " + (folder / "x.toml").string();
    const auto expect = [&](const std::string& arguments, int code, const std::string& message) {
        const auto ran = run("prune " + arguments + out);
        EXPECT_EQ(ran.code, code) << ran.text;
        EXPECT_THAT(ran.text, HasSubstr(message));
        EXPECT_FALSE(fs::exists(folder / "x.toml"));
    };
    expect("ofa-mbv3 --reduce macs", 2, "--keep");
    expect("ofa-mbv3 --keep macs --reduce macs", 2, "kept and reduced at once");
    expect("ofa-mbv3 --keep params --reduce macs --strength 2", 2, "--strength");
    expect("ofa-mbv3 resnet50 --keep params", 2, "one space");
    expect("no-such-space --keep params", 3,
           "is neither a directory that `profile` wrote nor a space");
    expect(folder.string() + " --keep params", 3, "profile.json");
    const std::string one = (folder / "one.toml").string();  // one architecture
    write_file(one, R"(base = "ofa-mbv3"
name = "one"
[[keep]]
blocks = ["MBConv3-3"]
depth = 2
)");
    expect(one + " --keep params --reduce macs", 3, "nothing left to choose");
    const std::string depths = (folder / "depths.toml").string();
    write_file(depths,
               "base = \"ofa-mbv3\"\nname = \"depths\"\n[[keep]]\nblocks = [\"MBConv3-3\"]\n");
    // peak memory is that of unit 1's first layer, whatever the depths
    expect(depths + " --keep params --reduce activation_bytes", 3, "nothing to prune by");
    const std::string profile = (folder / "profile").string();
    ASSERT_EQ(run("profile ofa-mbv3 --metric macs --quiet -o " + profile).code, 0);
    expect(profile + " --keep macs --reduce latency", 3, "no profiles of 'latency'");
    ASSERT_EQ(run("profile ofa-mbv3 --metric macs --protocol published --quiet -o " + profile).code,
              0);
    expect(profile + " --keep macs", 3, "published");
}

TEST(Prune, ExportsPresets) {
    const auto folder = scratch_folder("prune_preset");
    const std::string toml = (folder / "npu.toml").string();
    ASSERT_EQ(run("prune ofa-mbv3 --preset paper/npu --quiet -o " + toml).code, 0);
    EXPECT_EQ(load_space(toml).fingerprint(), load_space("ofa-mbv3:paper/npu").fingerprint());
    EXPECT_EQ(load_space(toml).mutation.size(), 5U);
    EXPECT_THAT(run("spaces --presets").text, HasSubstr("resnet50:paper/max-accuracy"));
    EXPECT_EQ(run("sample ofa-mbv3:paper/npu-random@3 -n 2 --quiet").code, 0);
    const auto wrong = run("prune ofa-mbv3 --preset paper/npx -o -");
    EXPECT_EQ(wrong.code, 3);
    EXPECT_THAT(wrong.text, HasSubstr("did you mean 'paper/npu'"));
    EXPECT_EQ(run("prune ofa-mbv3 --preset paper/npu --keep params -o -").code, 2);
}

TEST(Prune, CutsNothingAtStrengthZeroAndSaysSo) {
    const auto folder = scratch_folder("prune_zero");
    const auto ran = run("prune ofa-mbv3 --keep params --reduce macs --strength 0 -o " +
                         (folder / "x.toml").string());
    EXPECT_EQ(ran.code, 0);
    EXPECT_THAT(ran.text, HasSubstr("nothing was cut"));
    EXPECT_EQ(size(load_space((folder / "x.toml").string())).total,
              size(load_space("ofa-mbv3")).total);
}

}  // namespace
}  // namespace blockscope
