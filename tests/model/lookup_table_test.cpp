#include "blockscope/model/lookup_table.hpp"

#include <cmath>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

using testing::HasSubstr;

std::string entry(const std::string& key, double mean) {
    return fmt::format("{}:\n  count: 3\n  mean: {}\n  std: 0.5\n", key, mean);
}

/// A table of the whole of ofa-mbv3 at 64 pixels, where a layer of unit u, first or not, of
/// expansion e and kernel k takes 100 u + (first ? 10 : 0) + e + k / 10 ms, and everything else
/// together 1000. Sides: 64, 32, then 16, 8, 4, 4, 2.
std::string made_table() {
    std::string text = entry("Conv-input:64x64x3-output:32x32x24", 400);
    text += entry(
        "expanded_conv-input:32x32x24-output:32x32x24-expand:24-kernel:3-stride:1-idskip:1-"
        "se:0-hs:0",
        300);
    const int channels[] = {24, 32, 48, 96, 136, 192};
    const int sides[] = {32, 16, 8, 4, 4, 2};
    const int se[] = {0, 1, 0, 1, 1};
    const int hs[] = {0, 0, 1, 1, 1};
    for (int u = 0; u < 5; ++u) {
        for (const bool first : {true, false}) {
            for (const int e : {3, 4, 6}) {
                for (const int k : {3, 5, 7}) {
                    const int in = channels[first ? u : u + 1];
                    const int side = sides[first ? u : u + 1];
                    text += entry(
                        fmt::format("expanded_conv-input:{0}x{0}x{1}-output:{2}x{2}x{3}-expand:{4}-"
                                    "kernel:{5}-stride:{6}-idskip:{7}-se:{8}-hs:{9}",
                                    side, in, sides[u + 1], channels[u + 1], in * e, k,
                                    first && u != 3 ? 2 : 1, first ? 0 : 1, se[u], hs[u]),
                        100 * (u + 1) + (first ? 10 : 0) + e + k / 10.0);
                }
            }
        }
    }
    text += entry("Conv_1-input:2x2x192-output:2x2x1152", 100);
    text += entry("AvgPool2D-input:2x2x1152-output:1x1x1152", 50);
    text += entry("Conv_2-input:1x1x1152-output:1x1x1536", 70);
    return text + entry("Logits-input:1x1x1536-output:1000", 80);
}

TEST(LookupTable, SumsTheBlocksOfANetwork) {
    const auto space = load_space("ofa-mbv3");
    const auto table = parse_lookup_table(made_table(), "t.yaml");
    EXPECT_EQ(table.resolution, 64);
    EXPECT_EQ(table.mean_ms.size(), 96);
    const auto terms = layer_table(table, space);
    const auto a = parse_architecture(
        space, "e3k3-e6k7|e4k5-e4k5-e3k7|e6k3-e6k3|e3k5-e3k5-e4k7-e6k3|e6k7-e3k3@64");
    EXPECT_NEAR(terms.value(a),
                1000 + (110 + 3.3) + (100 + 6.7) + (210 + 4.5) + (200 + 4.5) + (200 + 3.7) +
                    (310 + 6.3) + (300 + 6.3) + (410 + 3.5) + (400 + 3.5) + (400 + 4.7) +
                    (400 + 6.3) + (510 + 6.7) + (500 + 3.3),
                1e-9);
}

std::string refusal(const std::string& text) {
    try {
        layer_table(parse_lookup_table(text, "t.yaml"), load_space("ofa-mbv3"));
    } catch (const Error& e) {
        return e.what();
    }
    return "read";
}

TEST(LookupTable, NamesThePlaceAndTheReason) {
    EXPECT_EQ(refusal(made_table()), "read");
    EXPECT_EQ(refusal("# by hand\r\n---\n" + made_table()), "read");
    EXPECT_THAT(refusal(""), HasSubstr("t.yaml: is no look-up table"));
    EXPECT_THAT(refusal("a b\n"), HasSubstr("t.yaml:1:3: an entry 'name:' was expected"));
    EXPECT_THAT(refusal("  mean: 1\n"), HasSubstr("t.yaml:1:1: 'count:', 'mean:' or 'std:'"));
    EXPECT_THAT(refusal("a:\n  mean: x\n"), HasSubstr("t.yaml:2:8: 'mean' is not a number"));
    EXPECT_THAT(refusal("a:\n  mean: nan\n"), HasSubstr("not a number"));
    EXPECT_THAT(refusal("a:\n  mean: -1\n"), HasSubstr("negative"));
    EXPECT_THAT(refusal("a:\n  mean: 1\n  mean: 2\n"), HasSubstr("t.yaml:3:1: entry 'a' has two"));
    EXPECT_THAT(refusal("a:\n  count: 1\nb:\n"), HasSubstr("t.yaml:1:1: entry 'a' has no mean"));
    EXPECT_THAT(refusal("a:\n  mean: 1\na:\n  mean: 2\n"),
                HasSubstr("t.yaml:3:1: entry 'a' stands"));
    EXPECT_THAT(refusal(made_table() + entry("Conv-input:32x32x3-output:16x16x24", 1)),
                HasSubstr("one resolution"));
    auto missing = made_table();
    missing.replace(missing.find("Logits"), 6, "logits");
    EXPECT_THAT(refusal(missing), HasSubstr("no entry 'Logits-input:1x1x1536-output:1000'"));
}

TEST(LookupTable, IsExactAsAMetricAndFailsWhereThereIsNoTable) {
    const auto folder = fs::temp_directory_path() / fmt::format("blockscope_lut_{}", ::getpid());
    make_output_directory(folder);
    write_file(folder / "small.yaml", made_table());
    const auto space = load_space("ofa-mbv3");
    for (const auto& path : {folder / "small.yaml", folder}) {
        const auto metric = make_metric("lut:" + path.string(), space);
        EXPECT_EQ(metric->info().column, path.stem().string());
        EXPECT_EQ(metric->info().unit, "ms");
        auto archs = sample(space, 3, Rng(1), 64);
        archs[1].resolution = 224;
        const auto column = metric->evaluate(space, archs);
        EXPECT_GT(column.values[0], 1000);
        EXPECT_TRUE(std::isnan(column.values[1]));
        ASSERT_EQ(column.failures.size(), 1);
        EXPECT_THAT(column.failures[0].second, HasSubstr("no look-up table for resolution 224"));
        EXPECT_EQ(metric->additive(space, 64)->value(archs[2]), column.values[2]);
        EXPECT_THROW(metric->additive(space, 224), Error);
        EXPECT_THROW(make_metric("lut:" + path.string(), load_space("resnet50")), Error);
        EXPECT_THROW(make_metric("lut:" + path.string(), load_space("ofa-mbv3-w1.0")), Error);
    }
    write_file(folder / "again.yaml", made_table());
    EXPECT_THROW(make_metric("lut:" + folder.string(), space), Error);
    EXPECT_THROW(make_metric("lut:" + (folder / "none").string(), space), Error);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace blockscope
