#include "blockscope/model/dense.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

// Compiled with contraction on (CMakeLists.txt): a * b + c is one instruction where there is one.

#define BLOCKSCOPE_INLINE inline __attribute__((always_inline))

namespace blockscope {
namespace {

/// Sums of so many inputs are made first, then added: a third less rounding error at no cost in
/// time.
constexpr std::size_t inputs_together = 64;

/// width: numbers in a register.
template <typename Real, int width>
using Vector __attribute__((vector_size(sizeof(Real) * width), may_alias)) = Real;

template <int width, typename Real>
BLOCKSCOPE_INLINE Vector<Real, width>& vector_at(Real* p) {
    return *reinterpret_cast<Vector<Real, width>*>(p);
}
template <int width, typename Real>
BLOCKSCOPE_INLINE const Vector<Real, width>& vector_at(const Real* p) {
    return *reinterpret_cast<const Vector<Real, width>*>(p);
}

template <typename Vector, typename Real>
BLOCKSCOPE_INLINE void activate(Vector& z, Real slope) {
    const Vector scaled = z * slope;
    z = z > scaled ? z : scaled;
}

/// A tile of the product, kept in registers: `rows` rows by `columns` registers of outputs.
template <typename Real, int width, int rows, int columns>
BLOCKSCOPE_INLINE void tile(const Dense<Real>& layer, std::size_t first_output, const Real* in,
                            std::size_t in_stride, const Real* add, std::size_t add_stride,
                            Real* out, std::size_t out_stride) {
    constexpr std::size_t lane = Lane<Real>::size;
    Vector<Real, width> sum[rows][columns];
    const Real* panels[columns];
    for (int c = 0; c < columns; ++c) {
        const std::size_t output = first_output + static_cast<std::size_t>(c) * width;
        panels[c] = layer.weights[output / lane * layer.inputs].value + output % lane;
        for (int r = 0; r < rows; ++r) {
            sum[r][c] = vector_at<width>(layer.bias[output / lane].value + output % lane);
        }
    }
    for (std::size_t first = 0; first < layer.inputs; first += inputs_together) {
        const std::size_t last = std::min(layer.inputs, first + inputs_together);
        Vector<Real, width> part[rows][columns] = {};
        for (std::size_t k = first; k < last; ++k) {
            Vector<Real, width> weight[columns];
            for (int c = 0; c < columns; ++c) weight[c] = vector_at<width>(panels[c] + lane * k);
            for (int r = 0; r < rows; ++r) {
                const Real input = in[static_cast<std::size_t>(r) * in_stride + k];
                for (int c = 0; c < columns; ++c) part[r][c] += weight[c] * input;
            }
        }
        for (int r = 0; r < rows; ++r) {
            for (int c = 0; c < columns; ++c) sum[r][c] += part[r][c];
        }
    }
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c) {
            const std::size_t output = first_output + static_cast<std::size_t>(c) * width;
            Vector<Real, width>& z = sum[r][c];
            activate(z, layer.slope);
            if (add != nullptr) {
                z += vector_at<width>(add + static_cast<std::size_t>(r) * add_stride + output);
            }
            vector_at<width>(out + static_cast<std::size_t>(r) * out_stride + output) = z;
        }
    }
}

/// Columns outside, rows inside: the weights of a tile's columns stay in the near caches.
template <typename Real, int width, int rows, int columns>
BLOCKSCOPE_INLINE void dense(const Dense<Real>& layer, std::size_t n, const Real* in,
                             std::size_t in_stride, const Real* add, std::size_t add_stride,
                             Real* out, std::size_t out_stride) {
    static_assert(row_group % rows == 0);
    std::size_t output = 0;
    const auto for_rows = [&](auto count) __attribute__((always_inline)) {
        constexpr int tile_columns = decltype(count)::value;
        for (std::size_t r = 0; r < n; r += rows) {
            tile<Real, width, rows, tile_columns>(layer, output, in + r * in_stride, in_stride,
                                                  add != nullptr ? add + r * add_stride : nullptr,
                                                  add_stride, out + r * out_stride, out_stride);
        }
        output += static_cast<std::size_t>(tile_columns) * width;
    };
    constexpr std::size_t step = static_cast<std::size_t>(columns) * width;
    constexpr int one_lane = static_cast<int>(Lane<Real>::size) / width;
    while (output + step <= layer.outputs) for_rows(std::integral_constant<int, columns>());
    if constexpr (columns > one_lane) {
        while (output < layer.outputs) for_rows(std::integral_constant<int, one_lane>());
    }
}

/// out = f(sum of rows) for a few registers side by side; rows and out from `first` on.
template <int width, int vectors>
BLOCKSCOPE_INLINE void sum_some(const float* const* rows, std::size_t count, float slope,
                                std::size_t first, float* out) {
    Vector<float, width> z[vectors] = {};
    for (std::size_t r = 0; r < count; ++r) {
        const float* row = rows[r] + first;
        for (auto& part : z) {
            part += vector_at<width>(row);
            row += width;
        }
    }
    out += first;
    for (auto& part : z) {
        activate(part, slope);
        vector_at<width>(out) = part;
        out += width;
    }
}

template <int width>
BLOCKSCOPE_INLINE void sum(const float* const* rows, std::size_t count, float slope, std::size_t n,
                           float* out) {
    constexpr int side_by_side = 4;
    constexpr std::size_t step = std::size_t{side_by_side} * width;
    std::size_t i = 0;
    for (; i + step <= n; i += step) sum_some<width, side_by_side>(rows, count, slope, i, out);
    for (; i < n; i += width) sum_some<width, 1>(rows, count, slope, i, out);
}

template <int width>
BLOCKSCOPE_INLINE void join(const float* a, const float* b, const float* c, float slope,
                            std::size_t n, float* out) {
    for (std::size_t i = 0; i < n; i += width) {
        Vector<float, width> z = vector_at<width>(a + i) + vector_at<width>(b + i);
        activate(z, slope);
        vector_at<width>(out + i) = z + vector_at<width>(c + i);
    }
}

template <int width>
BLOCKSCOPE_INLINE void pass(const float* z, const float* e, std::size_t n, float* sum) {
    for (std::size_t i = 0; i < n; i += width) {
        const Vector<float, width> none{};
        const Vector<float, width> open = vector_at<width>(e + i);
        vector_at<width>(sum + i) += vector_at<width>(z + i) > none ? open : none;
    }
}

/// x becomes 1 / (1 + exp(-x)). The exponential is 2^n p(r) with n whole and p of degree 6.
/// Source of the coefficients: Moshier, Cephes library, expf.
template <int width>
BLOCKSCOPE_INLINE void make_sigmoid(Vector<float, width>& x) {
    using Bits = Vector<std::int32_t, width>;
    constexpr float shift = 12582912.0F;  // adding it rounds to a whole number in the low bits
    const Vector<float, width> limit = Vector<float, width>{} + 80.0F;
    Vector<float, width> y = -x;
    y = y > limit ? limit : y;
    y = y < -limit ? -limit : y;
    const Vector<float, width> shifted = y * 1.44269504F + shift;
    const Vector<float, width> n = shifted - shift;
    const Vector<float, width> r = (y - n * 0.693359375F) + n * 2.12194440e-4F;
    Vector<float, width> p = r * 1.9875691500e-4F + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * (r * r) + r + 1.0F;
    const Bits exponential = reinterpret_cast<Bits>(p) + (reinterpret_cast<Bits>(shifted) << 23);
    x = 1.0F / (reinterpret_cast<Vector<float, width>>(exponential) + 1.0F);
}

template <int width>
BLOCKSCOPE_INLINE void gru(const float* x, const float* s, std::size_t n, float* h) {
    for (std::size_t i = 0; i < n; i += width) {
        Vector<float, width> reset = vector_at<width>(x + i) + vector_at<width>(s + i);
        Vector<float, width> update = vector_at<width>(x + n + i) + vector_at<width>(s + n + i);
        make_sigmoid<width>(reset);
        make_sigmoid<width>(update);
        // tanh(y) = 2 sigmoid(2 y) - 1
        Vector<float, width> fresh =
            (vector_at<width>(x + 2 * n + i) + reset * vector_at<width>(s + 2 * n + i)) * 2.0F;
        make_sigmoid<width>(fresh);
        fresh = fresh * 2.0F - 1.0F;
        Vector<float, width>& state = vector_at<width>(h + i);
        state = fresh + update * (state - fresh);
    }
}

// One function a kernel and instruction set: the attribute makes the templates above compile for
// it.
// bytes: of a register.
// NOLINTBEGIN(bugprone-macro-parentheses): names and attributes cannot stand in parentheses
#define BLOCKSCOPE_KERNELS(name, attributes, bytes, rows, columns)                                \
    attributes void name##_dense(const Dense<float>& layer, std::size_t n, const float* in,       \
                                 std::size_t in_stride, const float* add, std::size_t add_stride, \
                                 float* out, std::size_t out_stride) {                            \
        dense<float, bytes / 4, rows, columns>(layer, n, in, in_stride, add, add_stride, out,     \
                                               out_stride);                                       \
    }                                                                                             \
    attributes void name##_dense64(const Dense<double>& layer, std::size_t n, const double* in,   \
                                   std::size_t in_stride, const double* add,                      \
                                   std::size_t add_stride, double* out, std::size_t out_stride) { \
        dense<double, bytes / 8, rows, columns>(layer, n, in, in_stride, add, add_stride, out,    \
                                                out_stride);                                      \
    }                                                                                             \
    attributes void name##_sum(const float* const* summands, std::size_t count, float slope,      \
                               std::size_t n, float* out) {                                       \
        sum<bytes / 4>(summands, count, slope, n, out);                                           \
    }                                                                                             \
    attributes void name##_join(const float* a, const float* b, const float* c, float slope,      \
                                std::size_t n, float* out) {                                      \
        join<bytes / 4>(a, b, c, slope, n, out);                                                  \
    }                                                                                             \
    attributes void name##_pass(const float* z, const float* e, std::size_t n, float* total) {    \
        pass<bytes / 4>(z, e, n, total);                                                          \
    }                                                                                             \
    attributes void name##_gru(const float* x, const float* s, std::size_t n, float* h) {         \
        gru<bytes / 4>(x, s, n, h);                                                               \
    }                                                                                             \
    constexpr Kernels name##_kernels{#name,       name##_dense, name##_dense64, name##_sum,       \
                                     name##_join, name##_pass,  name##_gru};

// NOLINTEND(bugprone-macro-parentheses)

BLOCKSCOPE_KERNELS(baseline, , 16, 3, 4)
#if defined(__x86_64__)
BLOCKSCOPE_KERNELS(avx2, __attribute__((target("avx2,fma"))), 32, 6, 2)
BLOCKSCOPE_KERNELS(avx512, __attribute__((target("avx512f,fma"))), 64, 12, 2)
#endif

std::vector<Kernels> found_kernels() {
    std::vector<Kernels> found{baseline_kernels};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        found.push_back(avx2_kernels);
        if (__builtin_cpu_supports("avx512f")) found.push_back(avx512_kernels);
    }
#endif
    return found;
}

}  // namespace

std::span<const Kernels> kernels() {
    static const std::vector<Kernels> found = found_kernels();
    return found;
}

float normal(float x) { return std::abs(x) < std::numeric_limits<float>::min() ? 0.0F : x; }

template <typename Real>
Dense<Real> make_dense(std::span<const Real> weight, std::span<const Real> bias, std::size_t inputs,
                       Real slope) {
    assert(inputs > 0 && weight.size() % inputs == 0);
    constexpr std::size_t lane = Lane<Real>::size;
    const auto clean = [](Real x) {
        return std::abs(x) < std::numeric_limits<float>::min() ? Real(0) : x;
    };
    const std::size_t outputs = weight.size() / inputs;
    assert(bias.empty() || bias.size() == outputs);
    Dense<Real> layer{inputs, padded<Real>(outputs), {}, {}, slope};
    layer.weights.resize(layer.outputs / lane * inputs);
    layer.bias.resize(layer.outputs / lane);
    for (std::size_t o = 0; o < outputs; ++o) {
        for (std::size_t k = 0; k < inputs; ++k) {
            layer.weights[o / lane * inputs + k].value[o % lane] = clean(weight[o * inputs + k]);
        }
        if (!bias.empty()) layer.bias[o / lane].value[o % lane] = clean(bias[o]);
    }
    return layer;
}

template Dense<float> make_dense(std::span<const float>, std::span<const float>, std::size_t,
                                 float);
template Dense<double> make_dense(std::span<const double>, std::span<const double>, std::size_t,
                                  double);

}  // namespace blockscope
