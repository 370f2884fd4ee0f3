#include <algorithm>

#include <gmock/gmock.h>

#include "blockscope/runtime/engine.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "tests/supernet/double_network.hpp"
#include "tests/supernet/golden.hpp"
#include "tests/supernet/tiny_space.hpp"

/// The address sanitizer's question: what ONNX Runtime itself never frees is not ours to repair.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libonnxruntime\n"; }

namespace blockscope {
namespace {

/// Logits of two images on an engine, batch norm folded.
std::vector<float> logits_of(Engine& engine, const Subnet& subnet,
                             const std::vector<float>& images) {
    const auto prepared = engine.prepare(subnet.network, folded(subnet));
    std::copy(images.begin(), images.end(), prepared->input().begin());
    prepared->run();
    return {prepared->output().begin(), prepared->output().end()};
}

std::vector<std::string> available_engines() {
    std::vector<std::string> names;
    for (const auto& report : engine_reports()) {
        if (report.available) names.push_back(report.name);
    }
    return names;
}

TEST(SubnetOnEngines, AllComputeWhatTheDefinitionSays) {
    const auto space = tiny_space();
    const auto net = make_supernet(space, filled_file(space));
    const auto images = filled_images("input", 2, 32);
    for (const char* text : {"e1k3", "e2k5-e1k3", "e2k3-e2k5"}) {
        const Subnet subnet = extract(net, parse_architecture(space, text));
        const auto want = plain::logits(subnet, images, 2);
        for (const auto& name : available_engines()) {
            const auto got = logits_of(*make_engine(name, {1, 2}), subnet, images);
            for (std::size_t i = 0; i < want.size(); ++i) {
                EXPECT_NEAR(got[i], want[i], 1e-5) << name << " " << text;
            }
        }
    }
}

class GoldenEngine : public testing::TestWithParam<GoldenFamily> {};

TEST_P(GoldenEngine, LogitsAreThoseOfTheOriginalCodeUpToFloat32) {
    NEEDS_DATA("golden/README.md");
    const auto golden = golden_json(GetParam().file);
    const Supernet net = filled_supernet(GetParam().space);
    for (const auto& name : available_engines()) {
        const auto engine = make_engine(name, {1, 2, 0});
        for (const auto& record : golden["architectures"]) {
            // the others are for comparison, and one of them needs a second for a kernel of 7
            if (name != "onednn" && record["subnet_macs_exact"] > 400e6) continue;
            const Subnet subnet = extract(net, golden_architecture(net.space, record));
            const auto logits =
                logits_of(*engine, subnet, filled_images("input", 2, record["resolution"]));
            const auto& want = record["subnet_logits_float64"];
            const double tolerance = 10 * record["max_abs_diff_float32_vs_float64"].get<double>() +
                                     1e-6 * record["logit_std"].get<double>();
            for (std::size_t n = 0; n < 2; ++n) {
                for (std::size_t i = 0; i < 16; ++i) {
                    EXPECT_NEAR(logits[1000 * n + i], want["first16"][n][i], tolerance)
                        << name << " " << record["name"] << " image " << n + 1;
                }
                const auto first = logits.begin() + static_cast<long>(1000 * n);
                EXPECT_EQ(std::max_element(first, first + 1000) - first,
                          record["subnet_logits"]["argmax"][n])
                    << name << " " << record["name"];
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenEngine, testing::ValuesIn(golden_families), family_name);

}  // namespace
}  // namespace blockscope
