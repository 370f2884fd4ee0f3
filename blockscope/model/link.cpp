#include "blockscope/model/link.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "blockscope/stats/moments.hpp"

namespace blockscope {
namespace {

constexpr std::size_t least_members = 100;
constexpr double least_gain = 0.02;

struct Position {
    std::size_t knot = 0;
    double beyond = 0;  ///< share of the next knot
};

Position position(double x, double first, double step, std::size_t knots) {
    const double last = static_cast<double>(knots) - 1;
    const double at = std::clamp((x - first) / step, 0.0, last);
    const auto knot = std::min(static_cast<std::size_t>(at), knots - 2);
    return {knot, at - static_cast<double>(knot)};
}

/// The normal equations of one fold's members.
struct Equations {
    Eigen::MatrixXd gram;
    Eigen::VectorXd right;
};

}  // namespace

double Link::operator()(double x) const {
    const auto [knot, beyond] = position(x, first, step, at.size());
    return at[knot] + beyond * (at[knot + 1] - at[knot]);
}

std::optional<LinkFit> fit_link(std::span<const double> at, std::span<const double> left,
                                std::span<const std::uint8_t> fold, std::size_t folds) {
    const std::size_t n = at.size();
    if (n < least_members) return std::nullopt;
    const auto [low, high] = std::minmax_element(at.begin(), at.end());
    const double before = variance(left);
    if (!(*high > *low) || !(before > 0)) return std::nullopt;
    const std::size_t knots = std::clamp<std::size_t>(n / 15, 10, 48);
    const double first = *low;
    const double step = (*high - *low) / static_cast<double>(knots - 1);

    const auto size = static_cast<Eigen::Index>(knots);
    std::vector<Equations> parts(folds,
                                 {Eigen::MatrixXd::Zero(size, size), Eigen::VectorXd::Zero(size)});
    for (std::size_t i = 0; i < n; ++i) {
        const auto [knot, beyond] = position(at[i], first, step, knots);
        const auto k = static_cast<Eigen::Index>(knot);
        Equations& part = parts[fold[i]];
        const double near = 1 - beyond;
        part.gram(k, k) += near * near;
        part.gram(k, k + 1) += near * beyond;
        part.gram(k + 1, k) += near * beyond;
        part.gram(k + 1, k + 1) += beyond * beyond;
        part.right[k] += near * left[i];
        part.right[k + 1] += beyond * left[i];
    }
    Equations whole{Eigen::MatrixXd::Zero(size, size), Eigen::VectorXd::Zero(size)};
    for (const Equations& part : parts) {
        whole.gram += part.gram;
        whole.right += part.right;
    }
    Eigen::MatrixXd bend = Eigen::MatrixXd::Zero(size, size);  // sum of squared second differences
    for (Eigen::Index k = 0; k + 2 < size; ++k) {
        Eigen::Vector3d difference(1, -2, 1);
        bend.block<3, 3>(k, k) += difference * difference.transpose();
    }

    LinkFit best;
    for (const double strength : {1e-2, 1e-1, 1.0, 1e1, 1e2, 1e4}) {
        LinkFit trial;
        for (const Equations& part : parts) {
            Eigen::MatrixXd normal = whole.gram - part.gram + strength * bend;
            normal.diagonal().array() += 1e-6;
            const Eigen::VectorXd solution = normal.llt().solve(whole.right - part.right);
            trial.links.push_back({first, step, {solution.begin(), solution.end()}});
        }
        std::vector<double> after(n);
        trial.predicted.resize(n);
        for (std::size_t i = 0; i < n; ++i) {
            trial.predicted[i] = trial.links[fold[i]](at[i]);
            after[i] = left[i] - trial.predicted[i];
        }
        trial.left = variance(after) / before;
        if (best.links.empty() || trial.left < best.left) best = std::move(trial);
    }
    if (best.left > 1 - least_gain) return std::nullopt;
    return best;
}

}  // namespace blockscope
