#include "blockscope/metric/registry.hpp"

#include <cmath>
#include <filesystem>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

std::string message_of(const std::string& metric) {
    try {
        make_metric(metric, load_space("ofa-mbv3"));
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

TEST(Registry, SuggestsTheNearestNameAndOption) {
    EXPECT_NE(message_of("parms").find("(did you mean 'params'?)"), std::string::npos);
    EXPECT_NE(message_of("latency/host:thread=2").find("(did you mean 'threads'?)"),
              std::string::npos);
    EXPECT_NE(message_of("latency/host:threads=0").find("not a number from 1"), std::string::npos);
    EXPECT_NE(message_of("csv:x.csv").find("names no column"), std::string::npos);
}

TEST(Registry, GivesOneNameToEveryWayToTypeAMetric) {
    const auto space = load_space("ofa-mbv3");
    EXPECT_EQ(make_metric("latency/host:engine=onednn,batch=1", space)->info().name,
              "latency/host");
    EXPECT_EQ(make_metric("latency/host:batch=4,threads=2", space)->info().name,
              "latency/host:threads=2,batch=4");
    EXPECT_TRUE(make_metric("latency/host", space)->info().costly);
    EXPECT_FALSE(make_metric("macs", space)->info().costly);
    EXPECT_EQ(make_metric("macs", space)->measured(), nullptr);
    EXPECT_NE(make_metric("latency/host", space)->measured(), nullptr);
}

TEST(CountMetric, MindsTheResolutionOfEveryArchitecture) {
    const auto space = load_space("ofa-mbv3");
    const auto metric = make_metric("macs", space);
    auto archs = sample(space, 3, Rng(1), 224);
    archs.push_back(archs[0]);
    archs[3].resolution = 192;
    const auto values = metric->evaluate(space, archs).values;
    EXPECT_LT(values[3], values[0]);
    EXPECT_EQ(metric->info().unit, "MACs");
}

TEST(CsvMetric, AveragesRepeatsAndNamesWhatItDoesNotKnow) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 3, Rng(1), 224);
    const auto path = std::filesystem::temp_directory_path() / "blockscope_metric.csv";
    write_file(path, "space,arch,resolution,x_ms\nofa_mbv3," + body_text(space, archs[0]) +
                         ",224,1\nofa_mbv3," + body_text(space, archs[0]) + ",224,3\nofa_mbv3," +
                         body_text(space, archs[1]) + ",,5\nofa_mbv3," +
                         body_text(space, archs[2]) + ",192,7\n");
    const auto metric = make_metric("csv:" + path.string() + "#x_ms", space);
    EXPECT_EQ(metric->info().unit, "ms");
    const auto column = metric->evaluate(space, archs);
    EXPECT_EQ(column.values[0], 2);
    EXPECT_EQ(column.values[1], 5);
    EXPECT_TRUE(std::isnan(column.values[2]));
    ASSERT_EQ(column.failures.size(), 1);
    EXPECT_EQ(column.failures[0].first, 2);
    EXPECT_THROW(make_metric("csv:" + path.string() + "#x_ms", load_space("resnet50")), Error);
}

}  // namespace
}  // namespace blockscope
