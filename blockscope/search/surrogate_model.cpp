#include "blockscope/search/surrogate_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Cholesky>

#include "blockscope/model/cross_fit.hpp"
#include "blockscope/model/product_kernel.hpp"

namespace blockscope {
namespace {

constexpr std::array<double, 3> lengths{0.5, 1, 2};  ///< over the mean distance of the known
constexpr std::array<double, 5> noises{1e-3, 1e-2, 0.1, 1, 10};  ///< variances over the process's

int distance(const ProductKernel& kernel, const Architecture& a, const Architecture& b) {
    return kernel.distance(a, b) +
           ProductKernel::choice_apart * (a.resolution != b.resolution ? 1 : 0);
}

double mean_distance(const ProductKernel& kernel, std::span<const Architecture> archs) {
    double sum = 0;
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        for (std::size_t j = i % 7; j < i; j += 7) {  // a seventh of all pairs is plenty
            sum += distance(kernel, archs[i], archs[j]);
            ++pairs;
        }
    }
    return pairs == 0 || sum == 0 ? 1 : sum / static_cast<double>(pairs);
}

}  // namespace

struct SurrogateModel::Impl {
    CrossFit trend;
    std::vector<int> resolutions;  ///< the trend's indices
    std::vector<Architecture> known;
    ProductKernel kernel;
    Eigen::LLT<Eigen::MatrixXd> root;  ///< of the kernel's matrix with noise
    Eigen::VectorXd weights;
    double variance = 0;  ///< of the process; 0: there is none

    void fit_process(const DesignSpace& space, const Eigen::VectorXd& rest);
};

namespace {

/// (i, j): kernel of known i and archs[j].
Eigen::MatrixXd kernel_matrix(const ProductKernel& kernel, std::span<const Architecture> known,
                              std::span<const Architecture> archs) {
    Eigen::MatrixXd matrix(known.size(), archs.size());
    for (std::size_t j = 0; j < archs.size(); ++j) {
        for (std::size_t i = 0; i < known.size(); ++i) {
            const auto row = static_cast<Eigen::Index>(i);
            matrix(row, static_cast<Eigen::Index>(j)) =
                kernel.factor(distance(kernel, known[i], archs[j]));
        }
    }
    return matrix;
}

}  // namespace

void SurrogateModel::Impl::fit_process(const DesignSpace& space, const Eigen::VectorXd& rest) {
    const auto n = static_cast<double>(known.size());
    const double distance = mean_distance(kernel, known);
    double most = -std::numeric_limits<double>::infinity();
    for (const double length : lengths) {
        const ProductKernel own(space, length * distance);
        const Eigen::MatrixXd matrix = kernel_matrix(own, known, known);
        for (const double noise : noises) {
            Eigen::MatrixXd noisy = matrix;
            noisy.diagonal().array() += noise;
            const Eigen::LLT<Eigen::MatrixXd> llt(noisy);
            const Eigen::VectorXd solved = llt.solve(rest);
            const double own_variance = rest.dot(solved) / n;
            const double log_determinant = 2 * llt.matrixLLT().diagonal().array().log().sum();
            const double likelihood = -n * std::log(own_variance) - log_determinant;
            if (!(likelihood > most)) continue;
            most = likelihood;
            kernel = own;
            root = llt;
            weights = solved;
            variance = own_variance;
        }
    }
}

SurrogateModel::SurrogateModel(const DesignSpace& space, std::span<const Architecture> archs,
                               std::span<const double> values, std::span<const int> resolutions) {
    impl_ = std::make_unique<Impl>(Impl{cross_fit(space, archs, values, resolutions),
                                        {resolutions.begin(), resolutions.end()},
                                        {},
                                        ProductKernel(space, 1),
                                        {},
                                        {},
                                        0});
    const std::size_t first = archs.size() - std::min(archs.size(), most_known);
    impl_->known.assign(archs.begin() + static_cast<std::ptrdiff_t>(first), archs.end());
    Eigen::VectorXd rest(static_cast<Eigen::Index>(archs.size() - first));
    for (Eigen::Index i = 0; i < rest.size(); ++i) {
        const auto row = first + static_cast<std::size_t>(i);
        rest[i] = values[row] - impl_->trend.predicted[row];
    }
    if (rest.squaredNorm() > 0) impl_->fit_process(space, rest);
}

SurrogateModel::~SurrogateModel() = default;
SurrogateModel::SurrogateModel(SurrogateModel&&) noexcept = default;
SurrogateModel& SurrogateModel::operator=(SurrogateModel&&) noexcept = default;

void SurrogateModel::predict(std::span<const Architecture> archs, std::span<double> mean,
                             std::span<double> error) const {
    const auto& models = impl_->trend.models;
    const auto& known = impl_->resolutions;
    const auto folds = static_cast<double>(models.size());
    for (std::size_t i = 0; i < archs.size(); ++i) {
        double sum = 0;
        double squares = 0;
        const auto at = static_cast<std::size_t>(
            std::find(known.begin(), known.end(), archs[i].resolution) - known.begin());
        for (const auto& model : models) sum += model.value(archs[i], at);
        for (const auto& model : models) {
            const double apart = model.value(archs[i], at) - sum / folds;
            squares += apart * apart;
        }
        mean[i] = sum / folds;
        error[i] = squares / folds;  // a variance so far
    }
    if (impl_->variance > 0) {
        const Eigen::MatrixXd matrix = kernel_matrix(impl_->kernel, impl_->known, archs);
        const Eigen::VectorXd corrections = matrix.transpose() * impl_->weights;
        const Eigen::MatrixXd solved = impl_->root.matrixL().solve(matrix);
        const Eigen::VectorXd explained = solved.colwise().squaredNorm();
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto column = static_cast<Eigen::Index>(i);
            mean[i] += corrections[column];
            error[i] += impl_->variance * std::max(0.0, 1 - explained[column]);
        }
    }
    for (std::size_t i = 0; i < archs.size(); ++i) error[i] = std::sqrt(error[i]);
}

}  // namespace blockscope
