#include "blockscope/model/feed_forward.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "blockscope/model/products.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/model/planted.hpp"
#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

/// The formula of the header, one number after another.
double plain(const FeedForward& network, const DesignSpace& space, const Architecture& a) {
    const LayerFeatures features(space);
    std::array<int, LayerFeatures::most> numbers{};
    const int count = features.of(a, numbers.data());
    const double x = (a.resolution - 224) / 64.0;
    const std::size_t width = network.width;
    std::vector<double> h(width, 0.0);
    for (int i = 1; i < count; ++i) {
        for (std::size_t c = 0; c < width; ++c) {
            double z = x * network.by_resolution[c] + x * x * network.by_resolution[width + c];
            for (int k = 0; k < static_cast<int>(network.window()) && k < i; ++k) {
                z += network.rows[numbers[i - k]][k * width + c];
            }
            h[c] += std::max(z, 0.0);
        }
    }
    for (const auto& layer : network.layers) {
        std::vector<double> next;
        for (std::size_t o = 0; o < layer.bias.size(); ++o) {
            double z = layer.bias[o];
            for (std::size_t i = 0; i < h.size(); ++i) z += layer.weight[o * h.size() + i] * h[i];
            next.push_back(&layer == &network.layers.back() ? z : std::max(z, 0.0));
        }
        h = next;
    }
    return network.scale * h[0];
}

FeedForward random_network(const DesignSpace& space, std::uint64_t seed) {
    Rng rng(seed);
    const auto numbers = [&](std::size_t n) {
        std::vector<float> v;
        for (std::size_t i = 0; i < n; ++i) v.push_back(static_cast<float>(rng.uniform() - 0.5));
        return v;
    };
    FeedForward network;
    network.width = 5;
    network.scale = 3;
    const std::size_t window = 1 + rng.below(4);
    for (int f = 0; f < LayerFeatures(space).size(); ++f) {
        network.rows.push_back(numbers(window * network.width));
    }
    network.by_resolution = numbers(2 * network.width);
    network.layers = {{numbers(7 * 5), numbers(7)}, {numbers(7), numbers(1)}};
    return network;
}

RC_GTEST_PROP(FeedForward, IsItsFormulaInAnySpace, (std::uint64_t seed)) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const auto network = random_network(space, seed);
    const std::vector<int> resolutions{128, 160, space.default_resolution};
    auto archs = sample(space, 30, Rng(seed), space.default_resolution);
    for (std::size_t i = 0; i < 10; ++i) archs[i].resolution = i % 2 == 0 ? 128 : 160;
    std::vector<int> known = resolutions;
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const FeedForwardRunner runner(network, space, known);
    std::vector<double> out(archs.size(), 1.0);
    Lanes<float> work;
    runner.add(archs, out, work);
    for (std::size_t i = 0; i < archs.size(); ++i) {
        RC_ASSERT(std::abs(out[i] - 1 - plain(network, space, archs[i])) < 1e-4);
        double alone = 1;
        runner.add(std::span(archs).subspan(i, 1), std::span(&alone, 1), work);
        RC_ASSERT(alone == out[i]);
    }
}

TEST(FeedForward, GivesNoNumberAtAResolutionItDoesNotKnow) {
    const auto space = load_space("ofa-mbv3");
    const std::vector<int> resolutions{192, 224};
    const FeedForwardRunner runner(random_network(space, 1), space, resolutions);
    auto archs = sample(space, 2, Rng(1), 224);
    archs[1].resolution = 208;
    std::vector<double> out(2, 0.0);
    Lanes<float> work;
    runner.add(archs, out, work);
    EXPECT_TRUE(std::isfinite(out[0]));
    EXPECT_TRUE(std::isnan(out[1]));
}

TEST(FeedForward, LearnsWhatNeighboursMakeTogether) {
    const auto space = load_space("ofa-mbv3");
    const PlantedSample known = planted_sample(space, planted_pairs, 9000, 3);
    TrainingOptions options;
    options.width = 32;
    options.window = 2;
    options.hidden = {32};
    options.steps = 4000;
    const std::size_t n = 8000;
    const auto train = [&] {
        return train_feed_forward(space, std::span(known.archs).first(n),
                                  std::span(known.values).first(n), options);
    };
    const auto network = train();
    double squares = 0;
    double variance = 0;
    for (std::size_t i = n; i < known.archs.size(); ++i) {
        squares += std::pow(known.values[i] - plain(network, space, known.archs[i]), 2);
        variance += std::pow(known.values[i], 2);
    }
    EXPECT_LT(squares, 0.05 * variance);
    // same seed, same bits
    EXPECT_EQ(train().rows, network.rows);
}

// whole lanes hold 16 numbers
RC_GTEST_PROP(FeedForward, LearnsWithAnyWidths, ()) {
    const auto space = load_space("ofa-mbv3");
    const auto known = planted_sample(space, planted_latency, 40, 3);
    TrainingOptions options;
    options.width = *rc::gen::inRange<std::size_t>(1, 40);
    options.window = *rc::gen::inRange<std::size_t>(1, 9);
    options.hidden = {*rc::gen::inRange<std::size_t>(1, 40)};
    options.batch = 16;
    const auto error = [&](std::size_t steps) {
        options.steps = steps;
        const auto network = train_feed_forward(space, known.archs, known.values, options);
        double squares = 0;
        for (std::size_t i = 0; i < known.archs.size(); ++i) {
            squares += std::pow(known.values[i] - plain(network, space, known.archs[i]), 2);
        }
        return squares;
    };
    RC_ASSERT(error(40) < error(1));
}

RC_GTEST_PROP(Products, AreThoseOfTheDefinition, ()) {
    const auto m = *rc::gen::inRange<std::size_t>(1, 30);
    const auto k = *rc::gen::inRange<std::size_t>(1, 40);
    const auto n = *rc::gen::inRange<std::size_t>(1, 40);
    Rng rng(m + 100 * k + 10000 * n);
    const auto random = [&](std::size_t rows, std::size_t columns) {
        Matrix x(rows, columns);
        for (std::size_t r = 0; r < rows; ++r) {
            for (std::size_t c = 0; c < columns; ++c)
                x.row(r)[c] = static_cast<float>(rng.uniform());
        }
        return x;
    };
    const Matrix a = random(m, k);
    const Matrix b = random(k, n);
    const Matrix turned = random(n, k);
    const Matrix other = random(m, n);
    Matrix ab(m, n), at(m, n), outer = random(k, n);
    const Matrix before = outer;
    Products products;
    products.multiply(a, b, m, k, n, ab);
    products.multiply_transposed(a, turned, m, k, n, at);
    products.add_outer(a, other, m, k, n, outer);
    for (std::size_t r = 0; r < m; ++r) {
        for (std::size_t c = 0; c < n; ++c) {
            double one = 0, two = 0;
            for (std::size_t i = 0; i < k; ++i) {
                one += a.row(r)[i] * b.row(i)[c];
                two += a.row(r)[i] * turned.row(c)[i];
            }
            RC_ASSERT(std::abs(ab.row(r)[c] - one) < 1e-4);
            RC_ASSERT(std::abs(at.row(r)[c] - two) < 1e-4);
        }
    }
    for (std::size_t r = 0; r < k; ++r) {
        for (std::size_t c = 0; c < n; ++c) {
            double sum = before.row(r)[c];
            for (std::size_t i = 0; i < m; ++i) sum += a.row(i)[r] * other.row(i)[c];
            RC_ASSERT(std::abs(outer.row(r)[c] - sum) < 1e-4);
        }
    }
}

}  // namespace
}  // namespace blockscope
