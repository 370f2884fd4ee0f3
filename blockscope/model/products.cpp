#include "blockscope/model/products.hpp"

#include <algorithm>

namespace blockscope {

void Products::pack(const Matrix& b, std::size_t k, std::size_t n) {
    packed_.inputs = k;
    packed_.outputs = padded<float>(n);
    packed_.slope = 1;
    packed_.bias.assign(packed_.outputs / 16, {});
    packed_.weights.resize(packed_.outputs / 16 * k);
    for (std::size_t o = 0; o < packed_.outputs / 16; ++o) {
        for (std::size_t i = 0; i < k; ++i) {
            std::copy_n(b.row(i) + 16 * o, 16, packed_.weights[o * k + i].value);
        }
    }
}

void Products::run(const Matrix& a, std::size_t m, Matrix& out, bool onto) const {
    best_kernels().dense(packed_, m, a.row(0), a.stride(), onto ? out.row(0) : nullptr,
                         out.stride(), out.row(0), out.stride());
}

void Products::multiply(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                        std::size_t n, Matrix& out, bool onto) {
    pack(b, k, n);
    run(a, m, out, onto);
}

void Products::multiply_transposed(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                                   std::size_t n, Matrix& out, bool onto) {
    packed_.inputs = k;
    packed_.outputs = padded<float>(n);
    packed_.slope = 1;
    packed_.bias.assign(packed_.outputs / 16, {});
    packed_.weights.assign(packed_.outputs / 16 * k, {});
    for (std::size_t o = 0; o < n; ++o) {
        const float* row = b.row(o);
        auto* lanes = &packed_.weights[o / 16 * k];
        for (std::size_t i = 0; i < k; ++i) lanes[i].value[o % 16] = row[i];
    }
    run(a, m, out, onto);
}

void Products::add_outer(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                         std::size_t n, Matrix& out) {
    if (turned_.stride() != padded<float>(m) || turned_.rows() < padded_rows(k)) {
        turned_ = Matrix(k, m);
    }
    for (std::size_t r = 0; r < m; ++r) {
        for (std::size_t i = 0; i < k; ++i) turned_.row(i)[r] = a.row(r)[i];
    }
    pack(b, m, n);
    run(turned_, k, out, true);
}

}  // namespace blockscope
