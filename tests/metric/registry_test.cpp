#include "blockscope/metric/registry.hpp"

#include <cmath>
#include <filesystem>
#include <utility>

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

/// Counts the layers of a network: what a program might bring.
class LayerCount : public Metric {
public:
    explicit LayerCount(MetricInfo info) : info_(std::move(info)) {}
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        for (const auto& a : archs) {
            double layers = 0;
            for (std::size_t u = 0; u < space.units.size(); ++u) layers += a.depth[u];
            column.values.push_back(layers);
        }
        return column;
    }

private:
    MetricInfo info_;
};

TEST(Registry, KnowsAMetricThatAProgramBrings) {
    const auto space = load_space("ofa-mbv3");
    const MetricInfo info{"mine/layers", "", "layers", Direction::smaller_is_better, false, "mine"};
    const auto listed = [] {
        std::size_t count = 0;
        for (const auto& report : metric_reports()) count += report.info.name == "mine/layers";
        return count;
    };
    EXPECT_NE(message_of("mine/layers").find("unknown metric"), std::string::npos);
    for (int twice = 0; twice < 2; ++twice) {
        register_metric(info, [info](const DesignSpace&, std::uint64_t, unsigned) {
            return std::make_unique<LayerCount>(info);
        });
        EXPECT_EQ(listed(), 1U);
    }
    const auto archs = std::vector{parse_architecture(space, "{'ks':3,'e':3,'d':2}")};
    EXPECT_EQ(make_metric("mine/layers", space)->evaluate(space, archs).values,
              std::vector<double>{10});
    EXPECT_NE(message_of("mine/layer").find("(did you mean 'mine/layers'?)"), std::string::npos);
    EXPECT_TRUE(forget_metric("mine/layers"));
    EXPECT_FALSE(forget_metric("mine/layers"));
    EXPECT_EQ(listed(), 0U);
}

TEST(Registry, RefusesNamesThatAreTakenOrCannotBeTyped) {
    for (const char* name :
         {"macs", "accuracy", "latency/host", "", "a b", "csv:x#y", "mine<=3", "a,b"}) {
        MetricInfo info;
        info.name = name;
        EXPECT_THROW(register_metric(info, nullptr), Error) << name;
    }
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
