#pragma once

#include <span>

#include "blockscope/measure/roofline.hpp"

#include "cli/rows.hpp"

namespace blockscope::cli {

/// What the tables of `measure --by operator` are made of.
struct OperatorView {
    const DesignSpace& space;
    std::span<const Architecture> archs;
    std::span<const TimedOperators> networks;  ///< of archs; those that failed have no rows
    double peak_gflops = 0;
    int batch = 1;
    double level = 0.95;
};

/// One row for each step of each network, in the order they run.
Rows step_rows(const OperatorView& view);
/// One row for each place of each network: image in, stem, layers, head, result out.
Rows place_rows(const OperatorView& view);
/// One row for each kind and shape, over all networks; the most time in all first.
Rows shape_rows(const OperatorView& view);

/// The same for people: fewer columns and digits, at most `most` rows.
Rows place_table(const OperatorView& view, std::size_t network);
Rows shape_table(const OperatorView& view, std::size_t most);

}  // namespace blockscope::cli
