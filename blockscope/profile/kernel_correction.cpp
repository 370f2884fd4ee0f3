#include "blockscope/profile/kernel_correction.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <Eigen/Cholesky>
#include <Eigen/Core>

namespace blockscope {
namespace {

constexpr std::size_t least_values = 400;
constexpr std::size_t most_values = 20000;
constexpr std::size_t most_landmarks = 1500;
constexpr double least_unexplained = 0.01;
constexpr double least_gain = 0.02;
constexpr std::size_t few_landmarks = 300;
constexpr double least_gain_of_few = 0.003;
constexpr int absent_apart = 4;  // as far as two blocks with nothing in common
constexpr int choice_apart = 2;  // a width or a stem choice

double variance(std::span<const double> values) {
    double sum = 0;
    double squares = 0;
    for (const double v : values) sum += v;
    const double mean = sum / static_cast<double>(values.size());
    for (const double v : values) squares += (v - mean) * (v - mean);
    return squares / static_cast<double>(values.size());
}

/// The fitted sums of one fold: kernels among its members and landmarks.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;

}  // namespace

void KernelCorrection::measure_distances() {
    const auto& blocks = space_->blocks;
    states_ = static_cast<int>(blocks.size()) + 1;
    apart_.assign(static_cast<std::size_t>(states_) * states_, absent_apart);
    for (int a = 0; a + 1 < states_; ++a) {
        for (int b = 0; b + 1 < states_; ++b) {
            const bool rest = blocks[a].squeeze_excite == blocks[b].squeeze_excite &&
                              blocks[a].activation == blocks[b].activation;
            apart_[a * states_ + b] = 2 * (blocks[a].expand != blocks[b].expand) +
                                      2 * (blocks[a].kernel != blocks[b].kernel) + !rest;
        }
    }
    apart_.back() = 0;
}

int KernelCorrection::distance(const Architecture& a, const Architecture& b) const {
    int d = 0;
    for (std::size_t i = 0; i < space_->stem_choices.size(); ++i) {
        d += choice_apart * (a.stem[i] != b.stem[i]);
    }
    for (std::size_t u = 0; u < space_->units.size(); ++u) {
        d += choice_apart * (a.width[u] != b.width[u]);
        const int first = space_->units[u].first_slot;
        const int both = std::min(a.depth[u], b.depth[u]);
        for (int s = first; s < first + both; ++s) d += apart_[a.block[s] * states_ + b.block[s]];
        d += absent_apart * std::abs(a.depth[u] - b.depth[u]);
    }
    return d;
}

std::optional<KernelCorrection> KernelCorrection::fitted(const DesignSpace& space,
                                                         std::span<const Architecture> archs,
                                                         std::span<const double> values,
                                                         const CrossFit& fit) {
    const std::size_t n = archs.size();
    if (n < least_values || n > most_values) return std::nullopt;
    if (fit.residual_variance < least_unexplained * variance(values)) return std::nullopt;
    KernelCorrection k(space);
    k.measure_distances();
    const std::size_t m = std::min(most_landmarks, n / 2);
    double mean_distance = 0;
    const int largest = absent_apart * max_layers + choice_apart * (max_units + max_stem_choices);
    for (std::size_t i = 0; i + 1 < m; ++i) {
        mean_distance += k.distance(archs[i], archs[i + 1]) / static_cast<double>(m - 1);
    }
    if (!(mean_distance > 0)) return std::nullopt;
    for (int d = 0; d <= largest; ++d) k.kernel_.push_back(std::exp(-d / mean_distance));
    // noise gains nothing with few landmarks either, and few cost little
    if (m > few_landmarks && k.fit(archs, values, fit, few_landmarks) < least_gain_of_few) {
        return std::nullopt;
    }
    if (k.fit(archs, values, fit, m) < least_gain) return std::nullopt;
    return k;
}

double KernelCorrection::fit(std::span<const Architecture> archs, std::span<const double> values,
                             const CrossFit& fit, std::size_t m) {
    const std::size_t n = archs.size();
    landmarks_.assign(archs.begin(), archs.begin() + static_cast<std::ptrdiff_t>(m));
    // members in the order of their folds, so that a fold is a block of rows
    const std::size_t folds = fit.models.size();
    std::vector<std::size_t> order;
    std::vector<std::size_t> first{0};
    for (std::size_t f = 0; f < folds; ++f) {
        for (std::size_t i = 0; i < n; ++i) {
            if (fit.fold[i] == f) order.push_back(i);
        }
        first.push_back(order.size());
    }
    Matrix rows(n, m);
    for (std::size_t j = 0; j < m; ++j) {
        for (std::size_t r = 0; r < n; ++r) {
            rows(r, j) = static_cast<float>(
                kernel_[static_cast<std::size_t>(distance(archs[order[r]], landmarks_[j]))]);
        }
    }
    Eigen::MatrixXd among(m, m);
    for (std::size_t j = 0; j < m; ++j) {
        for (std::size_t l = 0; l < m; ++l) {
            among(l, j) = kernel_[static_cast<std::size_t>(distance(landmarks_[l], landmarks_[j]))];
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
    const double scale = std::sqrt(fit.residual_variance);
    std::vector<std::vector<double>> weights(folds);
    std::vector<double> predicted(n);
    const auto solve = [&](std::size_t f, double noise) {
        Eigen::VectorXf residual(n);
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t i = order[r];
            const double left = values[i] - fit.models[f].value(archs[i], fit.at[i]);
            residual[r] = fit.fold[i] == f ? 0.0F : static_cast<float>(left / scale);
        }
        Eigen::MatrixXd normal = whole - gram[f].cast<double>() + noise * among;
        normal.diagonal().array() += 1e-4;
        const Eigen::VectorXd right = (rows.transpose() * residual).cast<double>();
        const Eigen::VectorXd solution =
            scale * normal.selfadjointView<Eigen::Lower>().llt().solve(right);
        weights[f].assign(solution.begin(), solution.end());
        const Eigen::VectorXf here =
            rows.middleRows(first[f], first[f + 1] - first[f]) * solution.cast<float>();
        std::vector<double> rest;
        for (std::size_t r = first[f]; r < first[f + 1]; ++r) {
            const std::size_t i = order[r];
            predicted[i] = here[static_cast<Eigen::Index>(r - first[f])];
            rest.push_back(values[i] - fit.predicted[i] - predicted[i]);
        }
        return variance(rest);
    };
    // the strength is chosen on the first fold alone: it matters little, a solution costs much
    const double noise = solve(0, 0.0625) < solve(0, 2.0) ? 0.0625 : 2.0;
    for (std::size_t f = 0; f < folds; ++f) solve(f, noise);
    std::vector<double> left(n);
    for (std::size_t i = 0; i < n; ++i) left[i] = values[i] - fit.predicted[i] - predicted[i];
    weights_ = std::move(weights);
    predicted_ = std::move(predicted);
    return 1 - variance(left) / fit.residual_variance;
}

double KernelCorrection::unit_mean(const Architecture& landmark, int u,
                                   const UnitDistribution& unit) const {
    const int first = space_->units[u].first_slot;
    const int depth = landmark.depth[u];
    const std::size_t layers = unit.block.size();
    double widths = 0;
    for (std::size_t w = 0; w < unit.width.size(); ++w) {
        const bool same = w == landmark.width[u];
        widths += unit.width[w] * (same ? 1.0 : kernel_[choice_apart]);
    }
    std::array<double, max_layers + 1>
        behind{};  // factor of the layers from l on if all are absent
    behind[layers] = 1;
    for (std::size_t l = layers; l-- > 0;) {
        behind[l] = behind[l + 1] * (static_cast<int>(l) < depth ? kernel_[absent_apart] : 1.0);
    }
    double sum = 0;
    double before = 1;
    for (std::size_t l = 0; l < layers; ++l) {
        const int state =
            static_cast<int>(l) < depth ? landmark.block[first + static_cast<int>(l)] : states_ - 1;
        double layer = 0;
        for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
            if (unit.block[l][b] == 0) continue;
            layer +=
                unit.block[l][b] * kernel_[static_cast<std::size_t>(apart_[b * states_ + state])];
        }
        before *= layer;
        sum += unit.depth[l + 1] * before * behind[l + 1];
    }
    return widths * sum;
}

std::vector<double> KernelCorrection::means(const Strata& strata) const {
    const std::size_t folds = weights_.size();
    const auto body = uniform_body(*space_);
    std::vector<double> result(static_cast<std::size_t>(strata.size()) * folds, 0.0);
    for (std::size_t j = 0; j < landmarks_.size(); ++j) {
        const Architecture& a = landmarks_[j];
        double everything = 1;
        for (std::size_t i = 0; i < space_->stem_choices.size(); ++i) {
            const double same = 1.0 / std::popcount(space_->stem_choices[i].allowed);
            everything *= same + (1 - same) * kernel_[choice_apart];
        }
        std::vector<double> units;
        for (std::size_t u = 0; u < body.size(); ++u) {
            units.push_back(unit_mean(a, static_cast<int>(u), body[u]));
            everything *= units.back();
        }
        for (int s = 0; s < strata.size(); ++s) {
            const int u = strata.unit_of(s);
            const double mean = u < 0 ? everything
                                      : everything / units[static_cast<std::size_t>(u)] *
                                            unit_mean(a, u, strata.unit_in(s));
            for (std::size_t f = 0; f < folds; ++f) {
                result[static_cast<std::size_t>(s) * folds + f] += weights_[f][j] * mean;
            }
        }
    }
    return result;
}

}  // namespace blockscope
