#include "blockscope/profile/pooled_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blockscope/profile/grid_surrogate.hpp"

namespace blockscope {
namespace {

/// Puts mass at a point of the grid, split between the neighbours so that its mean stays.
void put(const PooledDistribution::Conditional& c, std::vector<double>& grid, double at,
         double mass) {
    const double x =
        std::clamp((at - c.start) / c.width, 0.0, static_cast<double>(grid.size()) - 2);
    const auto i = static_cast<std::size_t>(x);
    const double right = x - static_cast<double>(i);
    grid[i] += mass * (1 - right);
    grid[i + 1] += mass * right;
}

}  // namespace

PooledDistribution::PooledDistribution(const Pool& pool) : pool_(pool) {
    predict();
    sort_members();
    compare_variances();
}

void PooledDistribution::predict() {
    const CrossFit& fit = pool_.fit();
    const auto [from, to] = std::minmax_element(pool_.values().begin(), pool_.values().end());
    low_ = *from;
    high_ = *to;
    predicted_.resize(pool_.size());
    for (std::size_t i = 0; i < pool_.size(); ++i) {
        total_weight_ += pool_.weight(i);
        predicted_[i] = static_cast<float>(pool_.linked(i));
    }
    const double left = fit.residual_variance * (pool_.link() ? pool_.link()->left : 1.0);
    const double step = pool_.grids().front().width(0);
    smoothing_ = std::max({std::sqrt(left), step, 1e-9 * (high_ - low_), 1e-300});
}

void PooledDistribution::sort_members() {
    const Strata& strata = pool_.strata();
    const auto& values = pool_.values();
    std::vector<std::uint32_t> by_value(pool_.size());
    std::iota(by_value.begin(), by_value.end(), 0U);
    std::sort(by_value.begin(), by_value.end(), [&](std::uint32_t a, std::uint32_t b) {
        return values[a] < values[b] || (values[a] == values[b] && a < b);
    });
    first_.assign(static_cast<std::size_t>(strata.size()) + 1, 0);
    for (std::size_t i = 0; i < pool_.size(); ++i) {
        for (const std::size_t s : pool_.strata_of(i)) ++first_[s + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    order_.resize(first_.back());
    std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
    for (const std::uint32_t i : by_value) {
        for (const std::size_t s : pool_.strata_of(i)) order_[next[s]++] = i;
    }
}

void PooledDistribution::compare_variances() {
    constexpr std::size_t points = 65;
    const std::size_t stride = 1 + pool_.size() / 16384;
    for (std::size_t k = 0; k < points; ++k) {
        const double t = low_ + (high_ - low_) * static_cast<double>(k) / (points - 1);
        double seen = 1;
        double supposed = 1;
        for (std::size_t i = 0; i < pool_.size(); i += stride) {
            const double p = phi_((t - predicted_[i]) / smoothing_);
            const double d = (pool_.values()[i] <= t ? 1.0 : 0.0) - p;
            seen += d * d;
            supposed += p * (1 - p);
        }
        excess_variance_.push_back(seen / supposed);
    }
}

double PooledDistribution::excess_variance(double t) const {
    if (!(high_ > low_)) return 1;
    const double last = static_cast<double>(excess_variance_.size()) - 1;
    const double nearest = std::clamp((t - low_) / (high_ - low_) * last + 0.5, 0.0, last);
    return excess_variance_[static_cast<std::size_t>(nearest)];
}

void PooledDistribution::add_expected(Conditional& c) const {
    const auto resolutions = pool_.resolutions().size();
    for (Part& part : c.parts) {
        const double share = 1 / static_cast<double>(pool_.grids().size() * resolutions);
        part.expected.assign(c.excess.size(), 0.0);
        const int u = pool_.strata().unit_of(part.stratum);
        for (std::size_t f = 0; f < pool_.grids().size(); ++f) {
            const GridSurrogate& g = pool_.grids()[f];
            const GridMass mass =
                u < 0 ? g.distribution() : g.distribution(u, pool_.strata().unit_in(part.stratum));
            for (std::size_t r = 0; r < resolutions; ++r) {
                for (std::size_t i = 0; i < mass.p.size(); ++i) {
                    if (mass.p[i] < 1e-13) continue;
                    const double at = g.offset(r) + g.width(r) * (mass.start + static_cast<int>(i));
                    const double bent = pool_.link() ? pool_.link()->links[f](at) : 0.0;
                    put(c, part.expected, at + bent, share * mass.p[i]);
                }
            }
        }
        for (std::size_t i = 0; i < c.excess.size(); ++i) {
            c.excess[i] += part.share * part.expected[i];
        }
    }
}

PooledDistribution::Conditional PooledDistribution::conditional(
    const Strata::Mixture& mixture) const {
    Conditional c;
    for (const auto& [s, share] : mixture) {
        Part part{s, share, 0, {}, {}};
        double sum = 0;
        for (std::size_t k = first_[s]; k < first_[s + 1]; ++k) {
            sum += pool_.weight(order_[k]);
            if (pool_.weighted()) part.up_to.push_back(sum);
        }
        part.unit = share / sum;
        c.members += first_[s + 1] - first_[s];
        c.parts.push_back(std::move(part));
    }
    // values of the surrogate beyond the grid's ends are put on the ends: there Phi is 0 or 1
    c.start = low_ - 8 * smoothing_;
    c.width = std::max(smoothing_ / 8, (high_ - low_ + 16 * smoothing_) / 65536);
    c.excess.assign(static_cast<std::size_t>((high_ - low_ + 16 * smoothing_) / c.width) + 3, 0.0);
    add_expected(c);
    for (const Part& part : c.parts) {
        for_members(part, [&](std::size_t i, double w) { put(c, c.excess, predicted_[i], -w); });
    }
    c.running.resize(c.excess.size());
    std::partial_sum(c.excess.begin(), c.excess.end(), c.running.begin());
    return c;
}

PooledDistribution::Bins PooledDistribution::near(const Conditional& c, double t) const {
    const double reach = NormalTable::limit * smoothing_;
    const auto last = static_cast<double>(c.excess.size());
    const auto index = [&](double x) {
        return static_cast<std::size_t>(std::clamp((x - c.start) / c.width, 0.0, last));
    };
    return {index(t - reach), index(t + reach + c.width)};
}

double PooledDistribution::at(const Conditional& c, double t) const {
    const auto& values = pool_.values();
    double f = 0;
    for (const Part& part : c.parts) {
        const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(first_[part.stratum]);
        const auto end = order_.begin() + static_cast<std::ptrdiff_t>(first_[part.stratum + 1]);
        const auto n = static_cast<std::size_t>(
            std::upper_bound(begin, end, t, [&](double x, auto i) { return x < values[i]; }) -
            begin);
        if (n == 0) continue;
        f += part.unit * (part.up_to.empty() ? static_cast<double>(n) : part.up_to[n - 1]);
    }
    const auto [from, to] = near(c, t);
    if (from > 0) f += c.running[from - 1];
    for (std::size_t i = from; i < to; ++i) f += c.excess[i] * phi_of_bin(c, i, t);
    return f;
}

double PooledDistribution::inverse(const Conditional& c, double p) const {
    double below = low_ - 4 * smoothing_;
    double above = high_ + 4 * smoothing_;
    for (int i = 0; i < 60 && above - below > 1e-10 * (high_ - low_); ++i) {
        const double middle = (below + above) / 2;
        (at(c, middle) >= p ? above : below) = middle;
    }
    return above;
}

PooledDistribution::Uncertainty PooledDistribution::uncertainty(const Conditional& c,
                                                                double t) const {
    constexpr double prior_degrees = 60;
    const double excess = excess_variance(t);
    double sum_of_parts = 0;
    double denominator = 0;
    for (const Part& part : c.parts) {
        double weight = 0;
        double sum = 0;         // of w d
        double squares = 0;     // of w^2
        double squares_d = 0;   // of w^2 d
        double squares_dd = 0;  // of w^2 d^2
        for_some_members(part, [&](std::size_t i, double w, double count) {
            const double d = deviation(i, t);
            weight += count * w;
            sum += count * w * d;
            squares += count * w * w;
            squares_d += count * w * w * d;
            squares_dd += count * w * w * d * d;
        });
        if (!(weight > 0)) continue;
        // moments of a deviation if residuals were normal: p (1 - p) and its fourth
        double second = 0;
        double fourth = 0;
        const auto [from, to] = near(c, t);
        for (std::size_t i = from; i < to; ++i) {
            const double p = phi_of_bin(c, i, t);
            const double v = p * (1 - p);
            second += part.expected[i] * v;
            fourth += part.expected[i] * v * (1 - 3 * v);
        }
        const double mean = sum / weight;
        const double around =
            std::max(0.0, squares_dd - 2 * mean * squares_d + mean * mean * squares);
        const double effective = weight * weight / squares;
        const double own = around / squares * effective / std::max(1.0, effective - 1);
        const double spread = fourth - second * second;
        const double own_degrees =
            spread > 0 ? std::min(effective - 1, 2 * effective * second * second / spread)
                       : effective - 1;
        const double degrees = own_degrees + prior_degrees;
        const double variance =
            (own_degrees * own + prior_degrees * excess * second) / degrees * squares;
        sum_of_parts += variance;
        denominator += variance * variance / std::min(degrees, std::max(1.0, effective - 1));
    }
    const double degrees = denominator > 0 ? sum_of_parts * sum_of_parts / denominator : 1;
    return {std::sqrt(sum_of_parts), std::max(1.0, degrees)};
}

double PooledDistribution::covariance_with_base(const Conditional& c, double t,
                                                double base_t) const {
    double covariance = 0;
    for (const Part& part : c.parts) {
        double weight = 0;
        double sum = 0;         // of w d
        double products = 0;    // of w v d b, v the member's weight in the base
        double products_b = 0;  // of w v b
        for_some_members(part, [&](std::size_t i, double w, double count) {
            const double d = deviation(i, t);
            const double b = pool_.weight(i) / total_weight_ * deviation(i, base_t);
            weight += count * w;
            sum += count * w * d;
            products += count * w * d * b;
            products_b += count * w * b;
        });
        if (weight > 0) covariance += products - sum / weight * products_b;
    }
    return covariance;
}

}  // namespace blockscope
