#include "blockscope/model/dense.hpp"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

std::vector<float> random_numbers(Rng& rng, std::size_t n) {
    std::vector<float> numbers(n);
    for (auto& x : numbers) x = static_cast<float>(2 * rng.uniform() - 1);
    return numbers;
}

struct Problem {
    std::size_t rows, inputs, outputs;
};

/// The layer on `rows` rows with an input stride of its own, and rows added; [row][padded output].
template <typename Real>
std::vector<Real> result(DenseKernel<Real> kernel, const Problem& p, Real slope, bool add) {
    Rng rng(p.rows * 1000003 + p.inputs * 1009 + p.outputs);
    const auto from = [](const std::vector<float>& x) {
        return std::vector<Real>(x.begin(), x.end());
    };
    const auto weight = from(random_numbers(rng, p.outputs * p.inputs));
    const auto bias = from(random_numbers(rng, p.outputs));
    const std::size_t stride = p.inputs + 3;
    const auto in = from(random_numbers(rng, padded_rows(p.rows) * stride));
    const auto more = random_numbers(rng, padded_rows(p.rows) * padded<Real>(p.outputs));
    const auto layer = make_dense<Real>(weight, bias, p.inputs, slope);
    Lanes<Real> added(more.size() / Lane<Real>::size);
    Lanes<Real> out(added.size());
    std::copy(more.begin(), more.end(), added[0].value);
    kernel(layer, p.rows, in.data(), stride, add ? added[0].value : nullptr, layer.outputs,
           out[0].value, layer.outputs);
    std::vector<Real> values;
    for (std::size_t r = 0; r < p.rows; ++r) {
        for (std::size_t o = 0; o < p.outputs; ++o) {
            double z = bias[o];
            for (std::size_t i = 0; i < p.inputs; ++i) {
                z += static_cast<double>(weight[o * p.inputs + i]) * in[r * stride + i];
            }
            const double expected =
                std::max(z, slope * z) + (add ? more[r * layer.outputs + o] : 0);
            const Real found = out[0].value[r * layer.outputs + o];
            EXPECT_NEAR(found, expected, 1e-5) << p.rows << " " << p.inputs << " " << p.outputs;
            values.push_back(found);
        }
    }
    return values;
}

constexpr Problem problems[] = {{1, 1, 1},   {1, 5, 16},   {12, 64, 32},   {13, 65, 33},
                                {2, 200, 7}, {25, 6, 128}, {24, 128, 400}, {7, 129, 48}};

TEST(Dense, IsTheProductOnEveryInstructionSet) {
    for (const auto& p : problems) {
        for (const bool add : {false, true}) {
            const auto expected = result<float>(best_kernels().dense, p, 0.01F, add);
            for (const auto& kernel : kernels()) {
                const auto found = result<float>(kernel.dense, p, 0.01F, add);
                (void)result<double>(kernel.dense64, p, 0.0, add);
                if (std::string(kernel.name) == "baseline") continue;
                EXPECT_EQ(found, expected) << kernel.name;
            }
        }
    }
}

TEST(Dense, GivesARowTheSameWhateverIsAroundIt) {
    // the first rows of a larger problem are a smaller problem: the generator runs in that order
    Rng rng(5);
    const auto weight = random_numbers(rng, 40 * 100);
    const auto layer = make_dense<float>(weight, {}, 100, 1);
    const auto in = random_numbers(rng, 60 * 100);
    Lanes<float> all(60 * layer.outputs / 16);
    Lanes<float> one(12 * layer.outputs / 16);
    best_kernels().dense(layer, 60, in.data(), 100, nullptr, 0, all[0].value, layer.outputs);
    for (const std::size_t r : {0, 11, 12, 48}) {
        best_kernels().dense(layer, 1, in.data() + r * 100, 100, nullptr, 0, one[0].value,
                             layer.outputs);
        EXPECT_TRUE(std::equal(one[0].value, one[0].value + 40, all[0].value + r * layer.outputs));
    }
}

TEST(Dense, TakesDenormalWeightsAsZero) {
    const std::vector<float> weight{1e-40F, 1};
    const auto layer = make_dense<float>(weight, {}, 2, 1);
    EXPECT_EQ(layer.weights[0].value[0], 0);
    EXPECT_EQ(layer.weights[1].value[0], 1);
    EXPECT_EQ(normal(-1e-40F), 0);
    EXPECT_EQ(normal(-1e-37F), -1e-37F);
}

TEST(Dense, SumsAndJoinsRows) {
    Rng rng(3);
    const std::size_t n = 144;  // not a multiple of any block
    std::vector<Lanes<float>> rows(5, Lanes<float>(n / 16));
    for (auto& row : rows) {
        const auto numbers = random_numbers(rng, n);
        std::copy(numbers.begin(), numbers.end(), row[0].value);
    }
    std::vector<const float*> pointers;
    for (const auto& row : rows) pointers.push_back(row[0].value);
    Lanes<float> out(n / 16);
    for (const auto& kernel : kernels()) {
        kernel.sum(pointers.data(), pointers.size(), 0.5F, n, out[0].value);
        for (std::size_t i = 0; i < n; ++i) {
            float sum = 0;
            for (const auto* row : pointers) sum += row[i];
            EXPECT_EQ(out[0].value[i], std::max(sum, 0.5F * sum));
        }
        kernel.join(pointers[0], pointers[1], pointers[2], 0.5F, n, out[0].value);
        for (std::size_t i = 0; i < n; ++i) {
            const float z = pointers[0][i] + pointers[1][i];
            EXPECT_EQ(out[0].value[i], std::max(z, 0.5F * z) + pointers[2][i]);
        }
    }
}

TEST(Dense, StepsAGru) {
    const std::size_t n = 16;
    for (const auto& kernel : kernels()) {
        for (double at = -100; at <= 100; at += 0.37) {
            Lanes<float> x(3), s(3), h(1);
            for (std::size_t i = 0; i < n; ++i) {
                x[0].value[i] = static_cast<float>(at);
                x[1].value[i] = static_cast<float>(at / 3);
                x[2].value[i] = static_cast<float>(-at / 7);
                s[0].value[i] = 0.25F;
                s[1].value[i] = -0.5F;
                s[2].value[i] = static_cast<float>(i);
                h[0].value[i] = 0.125F;
            }
            kernel.gru(x[0].value, s[0].value, n, h[0].value);
            for (std::size_t i = 0; i < n; ++i) {
                const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
                const double r = sigmoid(x[0].value[i] + 0.25);
                const double z = sigmoid(x[1].value[i] - 0.5);
                const double fresh = std::tanh(x[2].value[i] + r * static_cast<double>(i));
                EXPECT_NEAR(h[0].value[i], (1 - z) * fresh + z * 0.125, 5e-7) << at;
            }
        }
    }
}

}  // namespace
}  // namespace blockscope
