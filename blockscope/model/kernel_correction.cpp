#include "blockscope/model/kernel_correction.hpp"

#include <algorithm>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "blockscope/stats/moments.hpp"

namespace blockscope {
namespace {

constexpr std::size_t least_values = 400;
constexpr std::size_t most_values = 20000;
constexpr Eigen::Index most_landmarks = 1500;
constexpr double least_unexplained = 0.01;
constexpr double least_gain = 0.02;
constexpr Eigen::Index few_landmarks = 300;
constexpr double least_gain_of_few = 0.003;

/// The fitted sums of one fold: kernels among its members and landmarks.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;

struct Task {
    std::span<const Architecture> archs;
    std::span<const std::uint8_t> fold;
    std::size_t folds;
    const Leftover& left;
    std::vector<double> unseen;  ///< what is left of each by the model that has not seen it
    double variance = 0;         ///< of that
};

/// With the first m architectures as landmarks. Returns the share of the residual variance that it
/// takes away in cross-validation.
double fit_to(KernelCorrection& k, const Task& task, Eigen::Index m) {
    const auto& archs = task.archs;
    const std::size_t folds = task.folds;
    const auto n = static_cast<Eigen::Index>(archs.size());
    k.landmarks.assign(archs.begin(), archs.begin() + m);
    // members in the order of their folds, so that a fold is a block of rows
    std::vector<std::size_t> order;
    std::vector<Eigen::Index> first{0};
    for (std::size_t f = 0; f < folds; ++f) {
        for (std::size_t i = 0; i < archs.size(); ++i) {
            if (task.fold[i] == f) order.push_back(i);
        }
        first.push_back(static_cast<Eigen::Index>(order.size()));
    }
    Matrix rows(n, m);
    for (Eigen::Index j = 0; j < m; ++j) {
        for (Eigen::Index r = 0; r < n; ++r) {
            rows(r, j) = static_cast<float>(k.kernel(archs[order[r]], k.landmarks[j]));
        }
    }
    Eigen::MatrixXd among(m, m);
    for (Eigen::Index j = 0; j < m; ++j) {
        for (Eigen::Index l = 0; l < m; ++l) {
            among(l, j) = k.kernel(k.landmarks[l], k.landmarks[j]);
        }
    }
    std::vector<Matrix> gram(folds, Matrix::Zero(m, m));
    Eigen::MatrixXd whole = Eigen::MatrixXd::Zero(m, m);
    for (std::size_t f = 0; f < folds; ++f) {
        const auto part = rows.middleRows(first[f], first[f + 1] - first[f]);
        gram[f].selfadjointView<Eigen::Lower>().rankUpdate(part.transpose());
        whole += gram[f].cast<double>();
    }
    // what one fold's model, fitted without it, says of the fold's members
    const double scale = std::sqrt(task.variance);
    std::vector<std::vector<double>> weights(folds);
    std::vector<double> predicted(archs.size());
    const auto solve = [&](std::size_t f, double noise) {
        Eigen::VectorXf residual(n);
        for (Eigen::Index r = 0; r < n; ++r) {
            const std::size_t i = order[r];
            residual[r] = task.fold[i] == f ? 0.0F : static_cast<float>(task.left(f, i) / scale);
        }
        Eigen::MatrixXd normal = whole - gram[f].cast<double>() + noise * among;
        normal.diagonal().array() += 1e-4;
        const Eigen::VectorXd right = (rows.transpose() * residual).cast<double>();
        // a landmark among the fold's members would know them: its kernel is 1 there
        std::vector<Eigen::Index> others;
        for (Eigen::Index j = 0; j < m; ++j) {
            if (task.fold[static_cast<std::size_t>(j)] != f) others.push_back(j);
        }
        const Eigen::MatrixXd part = normal(others, others);
        Eigen::VectorXd solution = Eigen::VectorXd::Zero(m);
        solution(others) = scale * part.selfadjointView<Eigen::Lower>().llt().solve(right(others));
        weights[f].assign(solution.begin(), solution.end());
        const Eigen::VectorXf here =
            rows.middleRows(first[f], first[f + 1] - first[f]) * solution.cast<float>();
        std::vector<double> rest;
        for (Eigen::Index r = first[f]; r < first[f + 1]; ++r) {
            const std::size_t i = order[r];
            predicted[i] = here[r - first[f]];
            rest.push_back(task.unseen[i] - predicted[i]);
        }
        return variance(rest);
    };
    // the strength is chosen on the first fold alone: it matters little, a solution costs much
    const double noise = solve(0, 0.0625) < solve(0, 2.0) ? 0.0625 : 2.0;
    for (std::size_t f = 0; f < folds; ++f) solve(f, noise);
    std::vector<double> left(archs.size());
    for (std::size_t i = 0; i < left.size(); ++i) left[i] = task.unseen[i] - predicted[i];
    k.weights = std::move(weights);
    k.predicted = std::move(predicted);
    return 1 - variance(left) / task.variance;
}

}  // namespace

std::optional<KernelCorrection> kernel_correction(const DesignSpace& space,
                                                  std::span<const Architecture> archs,
                                                  std::span<const double> values,
                                                  std::span<const std::uint8_t> fold,
                                                  std::size_t folds, const Leftover& left) {
    const std::size_t n = archs.size();
    if (n < least_values || n > most_values) return std::nullopt;
    Task task{archs, fold, folds, left, {}, 0};
    for (std::size_t i = 0; i < n; ++i) task.unseen.push_back(left(fold[i], i));
    task.variance = variance(task.unseen);
    if (!(task.variance > least_unexplained * variance(values))) return std::nullopt;
    const auto m = std::min(most_landmarks, static_cast<Eigen::Index>(n / 2));
    const ProductKernel any(space, 1.0);
    double mean_distance = 0;
    for (Eigen::Index i = 0; i + 1 < m; ++i) {
        mean_distance += any.distance(archs[i], archs[i + 1]) / static_cast<double>(m - 1);
    }
    if (!(mean_distance > 0)) return std::nullopt;
    KernelCorrection k{ProductKernel(space, mean_distance), {}, {}, {}};
    // noise gains nothing with few landmarks either, and few cost little
    if (m > few_landmarks && fit_to(k, task, few_landmarks) < least_gain_of_few) {
        return std::nullopt;
    }
    if (fit_to(k, task, m) < least_gain) return std::nullopt;
    return k;
}

}  // namespace blockscope
