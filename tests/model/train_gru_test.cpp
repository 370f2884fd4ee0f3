#include "blockscope/model/train_gru.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/model/planted.hpp"

namespace blockscope {
namespace {

TEST(TrainGru, LearnsWhatNeighboursMakeTogether) {
    const auto space = load_space("ofa-mbv3");
    const auto [archs, values] = planted_sample(space, planted_pairs, 2200, 5);
    double variance = 0;
    for (const double v : values) variance += v * v;
    GruOptions options;
    options.embedding = 8;
    options.shape = 4;
    options.hidden = 16;
    options.epochs = 40;
    options.rate = 1e-2;
    options.dropout = 0;
    const auto gru = train_gru(space, archs, values, 200, options);
    const auto model = make_gru(complete(gru), space);
    const auto unseen = sample(space, 500, Rng(6), 224);
    std::vector<double> said(unseen.size());
    model->predict(unseen, said, 1);
    double squares = 0;
    for (std::size_t i = 0; i < unseen.size(); ++i) {
        squares += std::pow(gru.scale * said[i] - planted_pairs(space, unseen[i]), 2);
    }
    EXPECT_LT(squares / 500, 0.3 * variance / 2200);
    EXPECT_EQ(gru.tensors.at("encoder.rnn.weight_hh_l0").shape,
              (std::vector<std::int64_t>{48, 16}));
}

TEST(TrainGru, GivesTheSameBitsForTheSameSeed) {
    const auto space = load_space("proxylessnas");
    const PlantedSample known = planted_sample(space, planted_pairs, 60, 5);
    GruOptions options;
    options.hidden = 5;
    options.epochs = 3;
    const auto numbers = [&](std::uint64_t seed) {
        options.seed = seed;
        return train_gru(space, known.archs, known.values, 10, options)
            .tensors.at("regressor.weight")
            .values;
    };
    EXPECT_EQ(numbers(1), numbers(1));
    EXPECT_NE(numbers(1), numbers(2));
}

TEST(TrainGru, RefusesOtherSpaces) {
    const auto space = load_space("resnet50");
    const auto archs = sample(space, 30, Rng(5), 224);
    EXPECT_THROW(train_gru(space, archs, std::vector<double>(30, 1.0), 5, {}), Error);
}

}  // namespace
}  // namespace blockscope
