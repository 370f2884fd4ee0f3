#include "blockscope/model/products.hpp"

#include <algorithm>

namespace blockscope {

void Packed::reset(std::size_t k, std::size_t n) {
    layer_.inputs = k;
    layer_.outputs = padded<float>(n);
    layer_.slope = 1;
    layer_.bias.assign(layer_.outputs / 16, {});
    layer_.weights.resize(layer_.outputs / 16 * k);
}

void Packed::pack(const Matrix& b, std::size_t k, std::size_t n) {
    reset(k, n);
    for (std::size_t o = 0; o < layer_.outputs / 16; ++o) {
        for (std::size_t i = 0; i < k; ++i) {
            std::copy_n(b.row(i) + 16 * o, 16, layer_.weights[o * k + i].value);
        }
    }
}

void Packed::pack_transposed(const Matrix& b, std::size_t k, std::size_t n) {
    reset(k, n);
    for (std::size_t o = 0; o < layer_.outputs; ++o) {
        auto* lanes = &layer_.weights[o / 16 * k];
        for (std::size_t i = 0; i < k; ++i) lanes[i].value[o % 16] = o < n ? b.row(o)[i] : 0.0F;
    }
}

void Packed::multiply(const float* a, std::size_t a_stride, std::size_t m, Matrix& out,
                      bool onto) const {
    best_kernels().dense(layer_, m, a, a_stride, onto ? out.row(0) : nullptr, out.stride(),
                         out.row(0), out.stride());
}

void Products::multiply(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                        std::size_t n, Matrix& out, bool onto) {
    packed_.pack(b, k, n);
    packed_.multiply(a.row(0), a.stride(), m, out, onto);
}

void Products::multiply_transposed(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                                   std::size_t n, Matrix& out, bool onto) {
    packed_.pack_transposed(b, k, n);
    packed_.multiply(a.row(0), a.stride(), m, out, onto);
}

void Products::add_outer(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                         std::size_t n, Matrix& out) {
    if (turned_.stride() != padded<float>(m) || turned_.rows() < padded_rows(k)) {
        turned_ = Matrix(k, m);
    }
    for (std::size_t r = 0; r < m; ++r) {
        for (std::size_t i = 0; i < k; ++i) turned_.row(i)[r] = a.row(r)[i];
    }
    packed_.pack(b, m, n);
    packed_.multiply(turned_.row(0), turned_.stride(), k, out, true);
}

}  // namespace blockscope
