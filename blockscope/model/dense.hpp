#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace blockscope {

/// A cache line of numbers, 16 floats or 8 doubles: rows of activations and weights are made of
/// these.
template <typename Real>
struct alignas(64) Lane {
    static constexpr std::size_t size = 64 / sizeof(Real);
    Real value[size] = {};
};
template <typename Real>
using Lanes = std::vector<Lane<Real>>;

/// n rounded up to whole lanes.
template <typename Real>
constexpr std::size_t padded(std::size_t n) {
    return (n + Lane<Real>::size - 1) / Lane<Real>::size * Lane<Real>::size;
}

/// Rows are worked on in groups of this many: room for rows rounded up to it must be there, what
/// stands in the rows behind the last does not matter.
inline constexpr std::size_t row_group = 12;
constexpr std::size_t padded_rows(std::size_t n) {
    return (n + row_group - 1) / row_group * row_group;
}

/// y = f(W x + b) with f(z) = max(z, slope z): 0 is ReLU, 0.01 a leaky one, 1 nothing. Each output
/// is summed in an order that depends on the number of inputs only, and from its own row only.
template <typename Real>
struct Dense {
    std::size_t inputs = 0;
    std::size_t outputs = 0;  ///< padded: whole lanes; outputs that were added are 0
    Lanes<Real> weights;      ///< [outputs / lane][inputs][lane]
    Lanes<Real> bias;         ///< [outputs / lane]
    Real slope = 1;
};

/// x, or 0 where a float would be denormal: processors take many times longer over those, and some
/// published weights are full of them.
float normal(float x);

/// weight: [outputs, inputs], bias: [outputs] or empty; denormal weights become 0.
template <typename Real>
Dense<Real> make_dense(std::span<const Real> weight, std::span<const Real> bias, std::size_t inputs,
                       Real slope);

/// out[r] = f(W in[r] + b) + add[r] for `rows` rows; strides in numbers, those of out and add whole
/// lanes, out and add on lanes. add may be null, or the same as out.
template <typename Real>
using DenseKernel = void (*)(const Dense<Real>& layer, std::size_t rows, const Real* in,
                             std::size_t in_stride, const Real* add, std::size_t add_stride,
                             Real* out, std::size_t out_stride);

/// The inner loops, once for each instruction set. All give the same bits but `baseline`, whose
/// processors round a product before they add it.
struct Kernels {
    const char* name;
    DenseKernel<float> dense;
    DenseKernel<double> dense64;
    /// out = f(sum of rows), n floats on lanes, n a multiple of 16.
    void (*sum)(const float* const* rows, std::size_t count, float slope, std::size_t n,
                float* out);
    /// out = f(a + b) + c, likewise.
    void (*join)(const float* a, const float* b, const float* c, float slope, std::size_t n,
                 float* out);
    /// sum += e where z > 0, likewise: the way back through a ReLU.
    void (*pass)(const float* z, const float* e, std::size_t n, float* sum);
    /// A step of a GRU for one state h of n numbers. x and s: what input and state add to the
    /// reset, update and new gates, [3][n]:
    ///     r = sigmoid(x0 + s0), z = sigmoid(x1 + s1), h = (1 - z) tanh(x2 + r s2) + z h
    /// sigmoid and tanh are within 3e-7 of the exact ones.
    void (*gru)(const float* x, const float* s, std::size_t n, float* h);
};

/// Those this processor runs, slowest first.
std::span<const Kernels> kernels();

inline const Kernels& best_kernels() { return kernels().back(); }

}  // namespace blockscope
