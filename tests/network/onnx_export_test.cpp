#include "blockscope/network/onnx_export.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/runtime/reference_network.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// The model with the first `from` replaced; of equal length, so that the lengths in the bytes
/// hold.
std::string corrupted(std::string model, const std::string& from, const std::string& to) {
    EXPECT_EQ(from.size(), to.size());
    const auto at = model.find(from);
    EXPECT_NE(at, std::string::npos);
    return model.replace(at, from.size(), to);
}

TEST(OnnxExport, OfNetworksByHandPassesTheChecker) {
    for (const auto& network :
         {reference::mobile_network(), reference::bottleneck_network(), reference::odd_network()}) {
        EXPECT_EQ(check_onnx(to_onnx(network, random_parameters(network, 1))), "");
        EXPECT_EQ(check_onnx(to_onnx(network, random_parameters(network, 1), 4)), "");
    }
}

TEST(OnnxExport, OfEveryBuiltInSpacePassesTheChecker) {
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        for (const int resolution : {space.default_resolution, 131}) {
            const auto network = lower(space, sample(space, 1, Rng(1), resolution)[0]);
            EXPECT_EQ(check_onnx(to_onnx(network, random_parameters(network, 1))), "") << name;
        }
    }
}

TEST(OnnxExport, NamesNodesByLocationAndRole) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto network = lower(space, sample(space, 1, Rng(1), 64)[0]);
    const auto model = to_onnx(network, random_parameters(network, 1));
    for (const char* name : {"stem 1/conv", "U1-L2/depthwise", "U5-L1/se_scale", "head 1/conv"}) {
        EXPECT_NE(model.find(name), std::string::npos) << name;
    }
}

TEST(OnnxExport, LeavesOutAPoolOfOneElement) {
    const auto network = reference::bottleneck_network();
    const auto model = to_onnx(network, random_parameters(network, 1));
    const auto first = model.find("AveragePool");
    ASSERT_NE(first, std::string::npos);
    std::size_t count = 0;
    for (auto at = first; at != std::string::npos; at = model.find("AveragePool", at + 1)) {
        if (model.compare(at - 6, 6, "Global") != 0) ++count;
    }
    EXPECT_EQ(count, 1U);
}

TEST(CheckOnnx, SeesAWrongOperatorType) {
    const auto network = reference::mobile_network();
    const auto model = to_onnx(network, random_parameters(network, 1));
    EXPECT_THAT(check_onnx(corrupted(model, "HardSwish", "HardSwash")), HasSubstr("HardSwash"));
}

TEST(CheckOnnx, SeesAnInputThatNothingMakes) {
    const auto network = reference::mobile_network();
    const auto model = to_onnx(network, random_parameters(network, 1));
    EXPECT_NE(check_onnx(corrupted(model, "t1", "t?")), "");
}

TEST(CheckOnnx, SeesShapesThatContradict) {
    auto network = reference::odd_network();
    const auto parameters = random_parameters(network, 1);
    network.operators.back().out.height += 1;
    EXPECT_NE(check_onnx(to_onnx(network, parameters)), "");
}

TEST(CheckOnnx, SeesBytesThatAreNoModel) { EXPECT_NE(check_onnx("not a model"), ""); }

TEST(OnnxExport, RefusesParametersOfAnotherNetwork) {
    const auto network = reference::mobile_network();
    EXPECT_THROW(to_onnx(network, {}), Error);
    EXPECT_THROW(to_onnx(network, Parameters(network.operators.size())), Error);
    EXPECT_THROW(to_onnx(network, random_parameters(reference::bottleneck_network(), 1)), Error);
}

}  // namespace
}  // namespace blockscope
