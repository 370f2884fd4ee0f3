#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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

// Sizes and MACs: issue 2 and the command itself before its table grew; shapes by hand.
TEST(Space, SaysSizeRangesShapesAndChoices) {
    const auto r = run("space resnet50").text;
    for (const auto* said :
         {"architectures: 2458914796962 (10^12.4)", "without stem choices: 136606377609",
          "962192128  7491643904  MACs", "6539280    48105992  parameters",
          "unit 3  4 or 5 or 6 layers  664 816 1024         2", "14x14    width of the unit",
          "blocks of every layer: B20 B25 B35", "s: absent present"}) {
        EXPECT_NE(r.find(said), std::string::npos) << said << "\n" << r;
    }
    const auto json = nlohmann::json::parse(run("space --json resnet50").text);
    EXPECT_EQ(json.at("macs").at("least"), 962192128);
    EXPECT_EQ(json.at("params").at("most"), 48105992);
}

TEST(Metrics, SaysWhatASpaceHasAndWhyNot) {
    const auto line_of = [](const std::string& text, const std::string& start) {
        const auto at = text.find("\n" + start + " ");
        return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
    };
    const auto all = run("metrics").text;
    const auto resnet = run("metrics resnet50").text;
    EXPECT_NE(line_of(all, "flops/ofa-table").find(" yes "), std::string::npos) << all;
    EXPECT_NE(line_of(resnet, "flops/ofa-table").find(" no "), std::string::npos) << resnet;
    EXPECT_NE(line_of(resnet, "macs").find(" yes "), std::string::npos) << resnet;
    EXPECT_NE(line_of(all, "latency/host").find("measured on this machine"), std::string::npos);
}

TEST(Explain, PartsAddUpInEveryFormat) {
    const std::string arch = "\"{'ks':5,'e':4,'d':3}\"";
    const auto json =
        nlohmann::json::parse(run("explain ofa-mbv3 --json --metric params --arch " + arch).text);
    long long layers = 0;
    for (const auto& layer : json.at("layers")) layers += layer.at("value").get<long long>();
    long long operators = 0;
    for (const auto& op : json.at("operators")) operators += op.at("params").get<long long>();
    EXPECT_EQ(layers, json.at("value").get<double>());
    EXPECT_EQ(operators, layers);
    EXPECT_EQ(json.at("rule"), "sum of its parts");
    for (const std::string by : {"layer", "operator"}) {
        const auto file = scratch("explain.csv").string();
        ASSERT_EQ(run("explain ofa-mbv3 --by " + by + " --arch " + arch + " -o " + file).code, 0);
        const auto csv = parse_csv(read_file(file), file);
        double macs = 0;
        for (std::size_t i = 0; i < csv.rows.size(); ++i) macs += csv.number(i, csv.column("macs"));
        EXPECT_EQ(macs, 385659168) << "as evaluate says";
    }
    // 17 parts: stem, 15 layers, head; the swap of the first layer saves 25 - 9 of its 5 x 5
    const auto table = run("explain ofa-mbv3 --arch " + arch).text;
    EXPECT_NE(table.find("MBConv4-3             4816896"), std::string::npos) << table;
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
