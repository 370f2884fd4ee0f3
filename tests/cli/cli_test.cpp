#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

TEST(CommandLine, SameSeedGivesTheSameBytesForAnyNumberOfThreads) {
    const auto one = run("sample resnet50 -n 9000 --seed 5 --threads 1 --quiet");
    const auto four = run("sample resnet50 -n 9000 --seed 5 --threads 4 --quiet");
    EXPECT_EQ(one.code, 0);
    EXPECT_EQ(one.text, four.text);
    EXPECT_NE(one.text, run("sample resnet50 -n 9000 --seed 6 --threads 4 --quiet").text);
}

TEST(Profile, WritesTheStatedColumnsAndKeepsEarlierResultsWhenItFails) {
    const auto directory = scratch("profile");
    const Outcome r =
        run("profile ofa-mbv3 --metric macs --resolution 224,192 --percentiles 5,95 -o " +
            directory.string());
    ASSERT_EQ(r.code, 0) << r.text;
    const auto blocks = parse_csv(read_file(directory / "blocks.csv"), "blocks.csv");
    EXPECT_EQ(blocks.header,
              (std::vector<std::string>{"metric", "unit_of_measure", "resolution", "block",
                                        "response", "low", "high", "count", "distinguishable"}));
    EXPECT_EQ(blocks.rows.size(), 18);
    const auto cells = parse_csv(read_file(directory / "placements.csv"), "placements.csv");
    EXPECT_EQ(cells.rows.size(), 360);
    EXPECT_EQ(cells.header[12], "p5");
    EXPECT_EQ(cells.header[23], "p95_delta_high");
    EXPECT_EQ(cells.rows[0][5], "MBConv3-3");
    const auto depths = parse_csv(read_file(directory / "depths.csv"), "depths.csv");
    EXPECT_EQ(depths.rows.size(), 30);
    const auto before = read_file(directory / "profile.json");
    EXPECT_EQ(run("profile ofa-mbv3 --metric mac -o " + directory.string()).code, 3);
    EXPECT_EQ(read_file(directory / "profile.json"), before);
}

TEST(Profile, OfSomebodysTableIsEstimatedAndSaysWhatIsMissing) {
    const auto directory = scratch("csv");
    std::filesystem::create_directories(directory);
    const auto archs = (directory / "archs.csv").string();
    ASSERT_EQ(run("sample ofa-mbv3 -n 300 --quiet -o " + archs).code, 0);
    const auto values = (directory / "values.csv").string();
    ASSERT_EQ(run("evaluate ofa-mbv3 --archs " + archs + " --metric macs -o " + values).code, 0);
    const Outcome r = run("profile ofa-mbv3 -n 310 --metric csv:" + values + "#macs -o " +
                          (directory / "out").string());
    EXPECT_EQ(r.code, 0) << r.text;
    EXPECT_NE(r.text.find("10 of 310 architectures have no value"), std::string::npos) << r.text;
    EXPECT_NE(r.text.find("estimator pooled, 95 % intervals, 300 networks"), std::string::npos);
    write_file(directory / "bad.csv", "arch,x\ne3k3,nan\n");
    const Outcome bad = run("evaluate ofa-mbv3 --archs " + archs +
                            " --metric csv:" + (directory / "bad.csv").string() + "#y");
    EXPECT_EQ(bad.code, 3);
    EXPECT_NE(bad.text.find("has no column 'y'"), std::string::npos) << bad.text;
}

TEST(CommandLine, AUserWrittenSpaceWorksInEveryCommand) {
    const auto directory = scratch("own");
    std::filesystem::create_directories(directory);
    const auto file = (directory / "mine.toml").string();
    write_file(file, R"(name = "mine"
resolutions = [64, 96]
[[block]]
kind = "mbconv"
expand = 2.5
kernel = 3
[[block]]
kind = "mbconv"
expand = 4
kernel = 7
se = true
activation = "swish"
[[stem]]
op = "conv"
kernel = 3
stride = 2
channels = [8, 16]
activation = "relu"
[[unit]]
channels = 24
widths = [0.5, 1.0]
stride = 2
depth = [1, 3]
[[unit]]
channels = 40
depth = 2
activation = "h_swish"
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)");
    EXPECT_EQ(run("space " + file).code, 0);
    EXPECT_EQ(run("space --json " + file).code, 0);
    const auto archs = (directory / "archs.csv").string();
    EXPECT_EQ(run("sample " + file + " -n 40 -o " + archs).code, 0);
    const Outcome evaluated =
        run("evaluate " + file + " --archs " + archs +
            " --metric macs --metric macs/torchprofile --metric params --metric "
            "activation_bytes --metric activation_bytes/total");
    EXPECT_EQ(evaluated.code, 0) << evaluated.text;
    const Outcome profile = run("profile " + file + " --metric macs --metric activation_bytes -o " +
                                (directory / "p").string());
    EXPECT_EQ(profile.code, 0) << profile.text;
    const Outcome exported = run("export " + file + " --arch 'w1|w0:e2.5k3|e4k7sswish-e2.5k3' -o " +
                                 (directory / "m.onnx").string());
    EXPECT_EQ(exported.code, 0) << exported.text;
}

}  // namespace
}  // namespace blockscope
