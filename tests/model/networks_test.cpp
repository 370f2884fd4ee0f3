#include <cmath>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/chain_network.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/model/mlp.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/model/plain_chain_network.hpp"
#include "tests/model/plain_gru.hpp"
#include "tests/model/random_models.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

std::vector<double> predictions(const Predictor& model, const std::vector<Architecture>& archs,
                                unsigned threads = 2) {
    std::vector<double> values(archs.size());
    model.predict(archs, values, threads);
    return values;
}

template <typename Make>
std::string refusal(const Make& make) {
    try {
        make();
    } catch (const Error& e) {
        return e.what();
    }
    return "made";
}

TEST(Mlp, AddsTheRowsOfItsOnes) {
    // one hidden number that counts in powers of two which inputs are on, and its negative
    TensorFile file{"f", {}};
    file.tensors["0.weight"] = {{2, 128}, std::vector<float>(256, 0)};
    auto& weight = file.tensors["0.weight"].values;
    weight[3 * 0 + 2] = 1;       // slot 1, kernel 7
    weight[60 + 3 * 1 + 0] = 2;  // slot 2, expand 3
    weight[3 * 19 + 1] = 4;      // slot 20, kernel 5
    weight[120 + 7] = 8;         // resolution 224
    for (int i = 0; i < 128; ++i) weight[128 + i] = -weight[i];
    file.tensors["0.bias"] = {{2}, {0.5F, 1.5F}};
    file.tensors["2.weight"] = {{1, 2}, {1, 100}};
    file.tensors["2.bias"] = {{1}, {0.25F}};
    const auto space = load_space("ofa-mbv3");
    const auto model = make_mlp(file, space);
    const auto value = [&](const char* text) {
        return predictions(*model, {parse_architecture(space, text)})[0];
    };
    const char* rest = "|e6k3-e6k3|e6k3-e6k3|e6k3-e6k3|e6k3-e6k3";
    EXPECT_EQ(value((std::string("e6k7-e3k3") + rest).c_str()), 1 + 2 + 8 + 0.5 + 0.25);
    EXPECT_EQ(value((std::string("e6k3-e3k3") + rest).c_str()), 2 + 8 + 0.5 + 0.25);
    EXPECT_EQ(value((std::string("e6k3-e4k3") + rest + "-e6k3-e6k5@112").c_str()), 4 + 0.5 + 0.25);
    EXPECT_EQ(value((std::string("e6k3-e4k3") + rest + "@112").c_str()), 0.5 + 150 + 0.25);
    EXPECT_TRUE(std::isnan(value((std::string("e6k3-e4k3") + rest + "@196").c_str())));
    EXPECT_THAT(model->refusal(parse_architecture(space, std::string("e6k3-e4k3") + rest, 196)),
                HasSubstr("no input for resolution 196"));
}

TEST(Mlp, SaysWhatItExpectedAndFound) {
    const auto space = load_space("ofa-mbv3");
    EXPECT_THAT(refusal([&] {
                    make_mlp(random_mlp(1, 127, {8, 1}), space);
                }),
                HasSubstr("an MLP of 127 inputs; those known have 128"));
    EXPECT_THAT(refusal([&] {
                    make_mlp(random_mlp(1, 82, {8, 1}), space);
                }),
                HasSubstr("a model of space 'resnet50', not of 'ofa-mbv3'"));
    EXPECT_THAT(refusal([&] {
                    make_mlp(random_mlp(1, 128, {8, 2}), space);
                }),
                HasSubstr("'2.weight' is [2, 8], not [1, 8]"));
    auto broken = random_mlp(1, 128, {8, 1});
    broken.tensors["2.bias"].values[0] = std::nanf("");
    EXPECT_THAT(refusal([&] { make_mlp(broken, space); }), HasSubstr("'2.bias': element 1 is nan"));
    broken = random_mlp(1, 128, {8, 1});
    broken.tensors["0.bias"].shape = {4, 2};
    EXPECT_THAT(refusal([&] { make_mlp(broken, space); }),
                HasSubstr("'0.bias' is [4, 2], not [8]"));
}

struct ChainCase {
    const char* space;
    std::int64_t width;
    int layers;
};
void PrintTo(const ChainCase& c, std::ostream* out) { *out << c.space << " " << c.width; }

class Chain : public testing::TestWithParam<ChainCase> {};

TEST_P(Chain, EqualsThePlainNetwork) {
    const auto [name, width, layers] = GetParam();
    const auto space = load_space(name);
    const bool ofa = std::string(name) == "ofa-mbv3";
    const auto file = random_chain_network(7, width, layers);
    const PlainChainNetwork plain(file, space, ofa ? 1 : 0);
    const auto model =
        make_chain_network(file, space, ofa ? ChainFamily::ofa_mbv3 : ChainFamily::proxylessnas);
    auto archs = sample(space, 60, Rng(1), 224);
    for (const auto& a : sample(space, 60, Rng(2), 208)) archs.push_back(a);
    archs[17].resolution = 192;
    const auto values = predictions(*model, archs);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const double expected = plain.predict(archs[i]);
        EXPECT_NEAR(values[i], expected, 2e-6 * std::abs(expected) + 2e-6) << i;
    }
    EXPECT_EQ(values, predictions(*model, archs, 1));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Chain,
                         testing::Values(ChainCase{"ofa-mbv3", 32, 4},
                                         ChainCase{"proxylessnas", 16, 4},
                                         ChainCase{"ofa-mbv3", 48, 2},
                                         ChainCase{"proxylessnas", 64, 5}));

TEST(ChainNetwork, KnowsItsResolutionsAndSpaces) {
    const auto space = load_space("ofa-mbv3");
    const auto file = random_chain_network(3, 16, 4);
    const auto model = make_chain_network(file, space, ChainFamily::ofa_mbv3);
    auto archs = sample(space, 30, Rng(1), 224);
    archs[3].resolution = 188;
    archs[4].resolution = 228;
    const auto values = predictions(*model, archs);
    EXPECT_TRUE(std::isnan(values[3]));
    EXPECT_TRUE(std::isnan(values[4]));
    EXPECT_FALSE(std::isnan(values[5]));
    EXPECT_THAT(model->refusal(archs[3]), HasSubstr("resolutions 192 to 224, not 188"));
    EXPECT_EQ(model->refusal(archs[5]), "");
    EXPECT_THAT(refusal([&] { make_chain_network(file, space, ChainFamily::proxylessnas); }),
                HasSubstr("of space 'proxylessnas', not of 'ofa-mbv3'"));
    EXPECT_THAT(
        refusal([&] { make_chain_network(file, load_space("resnet50"), ChainFamily::ofa_mbv3); }),
        HasSubstr("not of 'resnet50'"));
    auto broken = file;
    broken.tensors.erase("post_proj.3.bias");
    EXPECT_THAT(refusal([&] { make_chain_network(broken, space, ChainFamily::ofa_mbv3); }),
                HasSubstr("holds no tensor 'post_proj.3.bias'"));
    broken = file;
    broken.tensors["encoder.bns.1.module.running_var"].values[2] = -1;
    EXPECT_THAT(refusal([&] { make_chain_network(broken, space, ChainFamily::ofa_mbv3); }),
                HasSubstr("running_var"));
}

struct GruCase {
    const char* space;
    std::int64_t embedded, shaped, hidden;
};
void PrintTo(const GruCase& c, std::ostream* out) { *out << c.space << " " << c.hidden; }

class GruShapes : public testing::TestWithParam<GruCase> {};

TEST_P(GruShapes, EqualsThePlainNetwork) {
    const auto [name, embedded, shaped, hidden] = GetParam();
    const auto space = load_space(name);
    const auto file = random_gru(11, embedded, shaped, hidden);
    const PlainGru plain(file, space);
    const auto model = make_gru(file, space);
    auto archs = sample(space, 130, Rng(1), 224);
    for (const auto& a : sample(space, 60, Rng(2), 208)) archs.push_back(a);
    archs[17].resolution = 160;
    const auto values = predictions(*model, archs);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        EXPECT_NEAR(values[i], plain.predict(archs[i]), 3e-6) << i;
    }
    EXPECT_EQ(values, predictions(*model, archs, 1));
    EXPECT_EQ(predictions(*model, {archs[100]})[0], values[100]);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GruShapes,
                         testing::Values(GruCase{"ofa-mbv3", 12, 4, 32},
                                         GruCase{"proxylessnas", 5, 3, 37},
                                         GruCase{"ofa-mbv3", 1, 1, 1}));

TEST(Gru, SaysWhatItExpectedAndFound) {
    const auto file = random_gru(1, 4, 2, 8);
    EXPECT_THAT(refusal([&] { make_gru(file, load_space("resnet50")); }),
                HasSubstr("MBConv blocks B1 to B9; space 'resnet50' has others"));
    auto broken = file;
    broken.tensors["encoder.rnn.bias_hh_l0_reverse"].shape = {23};
    EXPECT_THAT(refusal([&] { make_gru(broken, load_space("ofa-mbv3")); }),
                HasSubstr("'encoder.rnn.bias_hh_l0_reverse' is [23], not [24]"));
}

}  // namespace
}  // namespace blockscope
