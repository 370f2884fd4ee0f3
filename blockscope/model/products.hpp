#pragma once

#include <cstddef>

#include "blockscope/model/dense.hpp"

namespace blockscope {

/// Numbers in rows of whole lanes, with room for whole groups of rows (dense.hpp), all 0 at first.
class Matrix {
public:
    Matrix() = default;
    Matrix(std::size_t rows, std::size_t columns)
        : stride_(padded<float>(columns)), lanes_(padded_rows(rows) * stride_ / 16) {}

    std::size_t stride() const { return stride_; }
    std::size_t rows() const { return stride_ == 0 ? 0 : lanes_.size() * 16 / stride_; }
    float* row(std::size_t r) { return lanes_[r * stride_ / 16].value; }
    const float* row(std::size_t r) const { return lanes_[r * stride_ / 16].value; }
    void clear() { lanes_.assign(lanes_.size(), {}); }

private:
    std::size_t stride_ = 0;
    Lanes<float> lanes_;
};

/// A matrix b [k, n] made ready to be multiplied with from the left.
class Packed {
public:
    void pack(const Matrix& b, std::size_t k, std::size_t n);
    void pack_transposed(const Matrix& b, std::size_t k, std::size_t n);  ///< b given as [n, k]
    /// out [m, n] = a b, plus out where `onto`; rows in whole groups are read and written.
    void multiply(const float* a, std::size_t a_stride, std::size_t m, Matrix& out,
                  bool onto = false) const;

private:
    void reset(std::size_t k, std::size_t n);

    Dense<float> layer_;
};

/// Products of matrices at the speed of the dense layers (dense.hpp); keeps its working memory.
class Products {
public:
    /// out [m, n] = a [m, k] b [k, n], plus out where `onto`. out may not be a or b.
    void multiply(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k, std::size_t n,
                  Matrix& out, bool onto = false);
    /// The same with b given as its transpose [n, k].
    void multiply_transposed(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k,
                             std::size_t n, Matrix& out, bool onto = false);
    /// out [k, n] += a^T b for a [m, k], b [m, n].
    void add_outer(const Matrix& a, const Matrix& b, std::size_t m, std::size_t k, std::size_t n,
                   Matrix& out);

private:
    Packed packed_;
    Matrix turned_;
};

}  // namespace blockscope
