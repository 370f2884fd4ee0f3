#include "blockscope/profile/suggest.hpp"

#include <cmath>
#include <unordered_set>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include "blockscope/space/sampling.hpp"

namespace blockscope {
namespace {

/// Which columns of an additive model an architecture switches on.
class Columns {
public:
    explicit Columns(const DesignSpace& space)
        : space_(space), shape_(space, LayerTable::Combine::sum), count_(shape_.stem_variants()) {
        for (const Unit& unit : space.units) {
            first_.push_back(count_);
            count_ += unit.max_depth * widths(unit) * blocks();
        }
    }
    int count() const { return count_; }
    int stems() const { return shape_.stem_variants(); }
    int blocks() const { return static_cast<int>(space_.blocks.size()); }

    void of(const Architecture& a, std::vector<int>& columns) const {
        columns.assign(1, shape_.stem_variant(a));
        for (std::size_t u = 0; u < space_.units.size(); ++u) {
            const Unit& unit = space_.units[u];
            for (int l = 0; l < a.depth[u]; ++l) {
                columns.push_back(first_[u] + (l * widths(unit) + a.width[u]) * blocks() +
                                  a.block[unit.first_slot + l]);
            }
        }
    }

private:
    static int widths(const Unit& unit) { return static_cast<int>(unit.channels.size()); }

    const DesignSpace& space_;
    LayerTable shape_;
    int count_;
    std::vector<int> first_;
};

/// Prior covariance of the coefficients in units of the noise's variance: blocks of one layer and
/// width share what the layer itself costs, which is large, and differ by as much as the noise.
Eigen::MatrixXd prior(const Columns& columns) {
    constexpr double shared = 25;
    Eigen::MatrixXd result = Eigen::MatrixXd::Identity(columns.count(), columns.count());
    const int stems = columns.stems();
    result.topLeftCorner(stems, stems).array() += shared;
    for (int first = stems; first < columns.count(); first += columns.blocks()) {
        result.block(first, first, columns.blocks(), columns.blocks()).array() += shared;
    }
    return result;
}

Eigen::MatrixXd information(const Columns& columns, std::span<const Architecture> archs) {
    Eigen::MatrixXd result =
        prior(columns).llt().solve(Eigen::MatrixXd::Identity(columns.count(), columns.count()));
    std::vector<int> on;
    for (const auto& a : archs) {
        columns.of(a, on);
        for (const int i : on) {
            for (const int j : on) result(i, j) += 1;
        }
    }
    return result;
}

/// An additive model's uncertainty, kept up to date as architectures are added.
class Uncertainty {
public:
    Uncertainty(const Columns& columns, std::span<const Architecture> measured)
        : columns_(columns),
          covariance_(information(columns, measured)
                          .llt()
                          .solve(Eigen::MatrixXd::Identity(columns.count(), columns.count()))) {}

    /// Variance of the model's value for `a`, in units of the noise.
    double of(const Architecture& a) {
        columns_.of(a, on_);
        double sum = 0;
        for (const int i : on_) {
            const double* row = covariance_.col(i).data();
            for (const int j : on_) sum += row[j];
        }
        return sum;
    }

    void add(const Architecture& a) {
        const double variance = of(a);
        Eigen::VectorXd sum = Eigen::VectorXd::Zero(columns_.count());
        for (const int i : on_) sum += covariance_.col(i);
        covariance_.noalias() -= sum * sum.transpose() / (1 + variance);
    }

private:
    const Columns& columns_;
    Eigen::MatrixXd covariance_;
    std::vector<int> on_;
};

using Seen = std::unordered_set<Architecture, ArchitectureHash>;

/// `a` with unit u as in `other`.
Architecture with_unit(const DesignSpace& space, Architecture a, const Architecture& other,
                       std::size_t u) {
    a.depth[u] = other.depth[u];
    a.width[u] = other.width[u];
    const int first = space.units[u].first_slot;
    for (int l = 0; l < space.units[u].max_depth; ++l) a.block[first + l] = other.block[first + l];
    return a;
}

/// Changes one choice at a time for as long as that makes the model less certain.
void improve(const DesignSpace& space, const Sampler& sampler, const Seen& seen, int sweeps,
             Uncertainty& uncertainty, Rng& rng, Architecture& best, double& variance) {
    constexpr int redrawn_units = 8;
    const auto consider = [&](const Architecture& a) {
        const double v = uncertainty.of(a);
        if (v > variance && !seen.contains(a)) {
            variance = v;
            best = a;
        }
    };
    for (int sweep = 0; sweep < sweeps; ++sweep) {
        const double before = variance;
        for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
            for (const int option : allowed(space.stem_choices[i].allowed)) {
                Architecture a = best;
                a.stem[i] = static_cast<std::uint8_t>(option);
                consider(a);
            }
        }
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            for (int k = 0; k < redrawn_units; ++k) {
                consider(with_unit(space, best, sampler.draw(rng), u));
            }
            for (int l = 0; l < best.depth[u]; ++l) {
                for (const int block : allowed(space.units[u].blocks[l])) {
                    Architecture a = best;
                    a.block[space.units[u].first_slot + l] = static_cast<std::uint8_t>(block);
                    consider(a);
                }
            }
        }
        if (variance == before) return;
    }
}

}  // namespace

std::vector<Architecture> suggest(const DesignSpace& space, std::span<const Architecture> measured,
                                  std::size_t n, Rng rng, const SuggestOptions& options) {
    constexpr std::size_t patience = 50;  // rounds of candidates without a new one: none is left
    const Columns columns(space);
    Uncertainty uncertainty(columns, measured);
    Seen seen;
    for (Architecture a : measured) {
        a.resolution = static_cast<std::uint16_t>(options.resolution);
        seen.insert(a);
    }
    const Sampler sampler(space, options.resolution);
    std::vector<Architecture> chosen;
    while (chosen.size() < n) {
        Architecture best;
        double variance = -1;
        for (std::size_t k = 0; k < options.candidates * patience; ++k) {
            if (k >= options.candidates && variance >= 0) break;
            const Architecture a = sampler.draw(rng);
            if (seen.contains(a)) continue;
            const double v = uncertainty.of(a);
            if (v > variance) {
                variance = v;
                best = a;
            }
        }
        if (variance < 0) break;
        improve(space, sampler, seen, options.sweeps, uncertainty, rng, best, variance);
        uncertainty.add(best);
        seen.insert(best);
        chosen.push_back(best);
    }
    return chosen;
}

double log_information(const DesignSpace& space, std::span<const Architecture> archs) {
    const Columns columns(space);
    const auto log_determinant = [&](std::span<const Architecture> known) {
        const Eigen::LLT<Eigen::MatrixXd> factor(information(columns, known));
        double sum = 0;
        for (int i = 0; i < columns.count(); ++i) sum += 2 * std::log(factor.matrixLLT()(i, i));
        return sum;
    };
    return log_determinant(archs) - log_determinant({});
}

}  // namespace blockscope
