// Files as they were written once: every later version must read them and say the same numbers.
#include <filesystem>

#include <gtest/gtest.h>

#include "blockscope/model/model_file.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

struct Known {
    const char* file;
    const char* arch;
    int resolution;
    double value;  ///< by the formulas of fitted_model.hpp and feed_forward.hpp, in Python
};

class StoredModel : public testing::TestWithParam<Known> {};

TEST_P(StoredModel, SaysWhatItAlwaysSaid) {
    const std::string folder = std::string(BLOCKSCOPE_SOURCE_DIR) + "/tests/golden/models/";
    const auto space = load_space(folder + "small.toml");
    const auto& [file, text, resolution, expected] = GetParam();
    const Model model = load_model(folder + file, space);
    EXPECT_EQ(model.card.name, "latency_ms");
    EXPECT_EQ(model.card.unit, "ms");
    EXPECT_EQ(model.card.half_width, 0.3067152509524229);
    const auto arch = parse_architecture(space, text, resolution, "test");
    double value = 0;
    model.predictor->predict(std::span(&arch, 1), std::span(&value, 1), 1);
    EXPECT_NEAR(value, expected, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(OfVersionOne, StoredModel,
                         testing::Values(Known{"sum.json", "e3k3", 32, 1.9815250329451761},
                                         Known{"sum.json", "e3k3-e6k5", 64, 7.494047547196183},
                                         Known{"sum.json", "e6k3-e3k5", 64, 7.485785531420227},
                                         Known{"network.json", "e3k3", 32, 1.2652750329451763},
                                         Known{"network.json", "e3k3-e6k5", 64, 5.840297547196183},
                                         Known{"network.json", "e6k3-e3k5", 64,
                                               5.895785531420227}));

// the same network with packed weights
INSTANTIATE_TEST_SUITE_P(OfVersionTwo, StoredModel,
                         testing::Values(Known{"packed.json", "e3k3", 32, 1.2652750329451763},
                                         Known{"packed.json", "e3k3-e6k5", 64, 5.840297547196183},
                                         Known{"packed.json", "e6k3-e3k5", 64, 5.895785531420227}));

}  // namespace
}  // namespace blockscope
