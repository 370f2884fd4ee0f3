#include "blockscope/profile/pooled_quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "blockscope/profile/pooled_distribution.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// A quantile with what its interval rests on.
struct Position {
    double t = 0;
    Estimate estimate;
    double error = 0;    ///< standard error of F(t)
    double density = 0;  ///< slope of F around t
};

}  // namespace

struct PooledQuantiles::Impl {
    const Pool& pool;
    std::vector<double> probabilities;
    std::size_t least;
    double level;
    std::optional<PooledDistribution> f;  ///< none for a pool of fewer members than `least`
    std::vector<Position> base;
    std::vector<Estimate> base_estimates;

    Position position(const PooledDistribution::Conditional& c, double p) const;
};

Position PooledQuantiles::Impl::position(const PooledDistribution::Conditional& c, double p) const {
    Position q;
    q.t = f->inverse(c, p);
    const auto [error, degrees] = f->uncertainty(c, q.t);
    q.error = error;
    const double reach = student_quantile(level, degrees) * error;
    const double least_p = std::max(p - reach, 1e-6);
    const double most_p = std::min(p + reach, 1 - 1e-6);
    q.estimate = {q.t, std::min(q.t, f->inverse(c, least_p)), std::max(q.t, f->inverse(c, most_p))};
    const double span = q.estimate.high - q.estimate.low;
    q.density = span > 0 ? (most_p - least_p) / span : 0;
    return q;
}

PooledQuantiles::PooledQuantiles(const Pool& pool, std::vector<double> probabilities,
                                 std::size_t least, double level)
    : impl_(new Impl{pool, std::move(probabilities), least, level, {}, {}, {}}) {
    Impl& q = *impl_;
    if (q.probabilities.empty()) return;
    q.base_estimates.resize(q.probabilities.size());
    if (pool.size() < least) return;
    q.f.emplace(pool);
    const auto everything = q.f->conditional(pool.strata().everything());
    for (std::size_t i = 0; i < q.probabilities.size(); ++i) {
        q.base.push_back(q.position(everything, q.probabilities[i]));
        q.base_estimates[i] = q.base.back().estimate;
    }
}

PooledQuantiles::~PooledQuantiles() = default;

const std::vector<Estimate>& PooledQuantiles::base() const { return impl_->base_estimates; }

PooledQuantiles::Result PooledQuantiles::of(const Strata::Mixture& mixture) const {
    const Impl& q = *impl_;
    const std::size_t n = q.probabilities.size();
    Result result{std::vector<Estimate>(n), std::vector<Estimate>(n)};
    if (q.base.empty() || !q.pool.complete(mixture) || q.pool.count(mixture) < q.least) {
        return result;
    }
    const auto c = q.f->conditional(mixture);
    for (std::size_t i = 0; i < n; ++i) {
        const Position here = q.position(c, q.probabilities[i]);
        const Position& base = q.base[i];
        result.quantiles[i] = here.estimate;
        const double value = here.t - base.t;
        // variance of the difference over that of independent quantiles
        double ratio = 1;
        if (here.density > 0 && base.density > 0) {
            const double a = here.error / here.density;
            const double b = base.error / base.density;
            const double common =
                q.f->covariance_with_base(c, here.t, base.t) / (here.density * base.density);
            if (a * a + b * b > 0) {
                ratio = std::clamp(1 - 2 * common / (a * a + b * b), 0.0, 2.0);
            }
        }
        const double down = std::hypot(here.t - here.estimate.low, base.estimate.high - base.t);
        const double up = std::hypot(here.estimate.high - here.t, base.t - base.estimate.low);
        result.deltas[i] = {value, value - std::sqrt(ratio) * down, value + std::sqrt(ratio) * up};
    }
    return result;
}

}  // namespace blockscope
