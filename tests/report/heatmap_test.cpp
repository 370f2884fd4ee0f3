#include "blockscope/report/heatmap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

Profile macs_profile(const DesignSpace& space) {
    const auto metric = make_count_metric("macs");
    const int resolution = space.default_resolution;
    return exact_profile(space, *metric->additive(space, resolution), metric->info(), resolution,
                         {});
}

// MACs of Equation 1 in closed form, rounded to what is shown
TEST(Heatmap, IsExpansionByKernelWithTheLargestOnTop) {
    const auto space = load_space("ofa-mbv3");
    EXPECT_EQ(terminal_heatmap(space, macs_profile(space), false),
              "macs of ofa-mbv3 at 224x224, 1e6 MACs: mean over all locations (Equation 1)\n"
              "protocol definition, estimator exact\n"
              "               kernel 3             kernel 5             kernel 7       \n"
              "MBConv6         437.128              440.554              445.694       \n"
              "MBConv4         426.427              428.711              432.138       \n"
              "MBConv3         421.093              422.806              425.376       \n"
              "over all architectures: 421.359\n");
}

TEST(Heatmap, IsWidthByRatioForBottlenecks) {
    const auto space = load_space("resnet50");
    const auto text = terminal_heatmap(space, macs_profile(space), false);
    EXPECT_THAT(text, HasSubstr("         B20                  B25                  B35"));
    EXPECT_THAT(text, HasSubstr("\nC100 "));
    EXPECT_THAT(text, HasSubstr("\nC65 "));
}

TEST(Heatmap, KeepsVariantsApartAndInLine) {
    const auto space = parse_space(R"(name = "mine"
resolutions = [64]
[[block]]
kind = "mbconv"
expand = 4
kernel = 3
[[block]]
kind = "mbconv"
expand = 4
kernel = 3
se = true
[[block]]
kind = "mbconv"
expand = 2
kernel = 5
name = "light"
[[stem]]
op = "conv"
channels = 8
kernel = 3
stride = 2
[[unit]]
channels = 16
depth = 2
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 10
)",
                                   "mine.toml");
    const auto text = terminal_heatmap(space, macs_profile(space), false);
    EXPECT_THAT(text, HasSubstr("\nMBConv4-SE "));
    EXPECT_THAT(text, HasSubstr("\nMBConv4 "));
    EXPECT_THAT(text, HasSubstr("\nlight "));
    std::size_t first = text.find("kernel 3");
    EXPECT_NE(first, std::string::npos);
}

TEST(Heatmap, ColoursOnlyWhenAsked) {
    const auto space = load_space("ofa-mbv3");
    const auto profile = macs_profile(space);
    EXPECT_THAT(terminal_heatmap(space, profile, true), HasSubstr("\x1b[48;2;"));
    EXPECT_EQ(terminal_heatmap(space, profile, false).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace blockscope
