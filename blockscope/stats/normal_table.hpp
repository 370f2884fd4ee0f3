#pragma once

#include <array>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {

/// Phi from a table: errors of 1e-6 are far below what a sample resolves.
class NormalTable {
public:
    static constexpr double limit = 5.5;  ///< beyond it Phi is 0 or 1 to 4e-8

    NormalTable() {
        for (int i = 0; i < size + 2; ++i) table_[i] = normal_cdf(-limit + 2 * limit * i / size);
    }
    double operator()(double z) const {
        const double x = (z + limit) * (size / (2 * limit));
        if (!(x > 0)) return 0;
        if (x >= size) return 1;
        const int i = static_cast<int>(x);
        return table_[i] + (x - i) * (table_[i + 1] - table_[i]);
    }

private:
    static constexpr int size = 4096;
    std::array<double, size + 2> table_{};
};

}  // namespace blockscope
