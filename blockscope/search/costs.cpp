#include "blockscope/search/costs.hpp"

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

double sign(Direction direction) {
    if (direction == Direction::neither) throw Error("an objective is minimised or maximised");
    return direction == Direction::larger_is_better ? -1 : 1;
}

}  // namespace

Costs costs_of(std::span<const std::vector<double>> columns,
               std::span<const Direction> directions) {
    if (columns.size() != directions.size()) throw Error("each objective needs one direction");
    Costs costs;
    costs.dimensions = columns.size();
    if (columns.empty()) return costs;
    const std::size_t n = columns[0].size();
    costs.values.resize(n * columns.size());
    for (std::size_t k = 0; k < columns.size(); ++k) {
        if (columns[k].size() != n) throw Error("objectives of different lengths");
        const double s = sign(directions[k]);
        for (std::size_t i = 0; i < n; ++i) {
            costs.values[i * columns.size() + k] = s * columns[k][i];
        }
    }
    return costs;
}

std::vector<double> costs_of(std::span<const double> point, std::span<const Direction> directions) {
    if (point.size() != directions.size()) throw Error("each objective needs one direction");
    std::vector<double> costs;
    for (std::size_t k = 0; k < point.size(); ++k) costs.push_back(sign(directions[k]) * point[k]);
    return costs;
}

}  // namespace blockscope
