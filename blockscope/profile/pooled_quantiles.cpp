#include "blockscope/profile/pooled_quantiles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "blockscope/profile/grid_surrogate.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

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

/// A part of a mixture: its members and what one unit of their weight counts.
struct Part {
    int stratum = 0;
    double share = 0;
    double unit = 0;               ///< share over the sum of the members' weights
    std::vector<double> up_to;     ///< sums of weights by ascending value; empty: all weigh 1
    std::vector<double> expected;  ///< mass of the surrogate on the mixture's grid
};

/// The ingredients of F for one mixture.
struct Conditional {
    std::vector<Part> parts;
    std::size_t members = 0;
    /// Expected minus seen mass of the surrogate on a grid from `start` on, and its running sum.
    double start = 0, width = 1;
    std::vector<double> excess, running;
};

/// A quantile with what its interval rests on.
struct Position {
    double t = 0;
    Estimate estimate;
    double error = 0;    ///< standard error of F(t)
    double degrees = 1;  ///< of freedom of that
    double density = 0;  ///< slope of F around t
};

}  // namespace

struct PooledQuantiles::Impl {
    const Pool& pool;
    std::vector<double> probabilities;
    std::size_t least;
    double level;
    NormalTable phi;
    double smoothing = 1;      ///< s in the header
    double low = 0, high = 0;  ///< range of the values
    double total_weight = 0;
    std::vector<float> predicted;  ///< of each member, by its grid surrogate
    /// Members of each stratum by ascending value: order[first[s]] to order[first[s + 1] - 1].
    std::vector<std::uint32_t> order;
    std::vector<std::size_t> first;
    /// At equally spaced t from low to high: squared deviations over those of a surrogate whose
    /// residuals are normal, all members together.
    std::vector<double> excess_variance;
    std::vector<Position> base;
    std::vector<Estimate> base_estimates;

    void predict();
    void sort_members();
    void compare_variances();
    void add_expected(Conditional& c) const;
    Conditional conditional(const Strata::Mixture& mixture) const;
    double distribution(const Conditional& c, double t) const;
    double inverse(const Conditional& c, double p) const;
    Position position(const Conditional& c, double p) const;
    /// Standard error of F(t) and its degrees of freedom. Where the surrogate is good, few members
    /// lie near enough to t to deviate at all: what they say is moderated by what the surrogate
    /// expects of the stratum.
    std::pair<double, double> error_at(const Conditional& c, double t) const;
    double covariance_with_base(const Conditional& c, double t, double base_t) const;

    /// 1{value <= t} - h_t(g) of one member.
    double deviation(std::size_t i, double t) const {
        return (pool.values()[i] <= t ? 1.0 : 0.0) - phi((t - predicted[i]) / smoothing);
    }
    /// use(member, its weight in the mixture)
    template <typename Use>
    void for_members(const Part& part, Use use) const {
        for (std::size_t k = first[part.stratum]; k < first[part.stratum + 1]; ++k) {
            use(order[k], part.unit * pool.weight(order[k]));
        }
    }
    /// The same with at most about 16,384 members, evenly spread over the values and each standing
    /// for its neighbours: enough for a variance. use(member, weight, how many it stands for)
    template <typename Use>
    void for_some_members(const Part& part, Use use) const {
        const std::size_t begin = first[part.stratum];
        const std::size_t end = first[part.stratum + 1];
        const std::size_t stride = 1 + (end - begin) / 16384;
        for (std::size_t k = begin + stride / 2; k < end; k += stride) {
            use(order[k], part.unit * pool.weight(order[k]), static_cast<double>(stride));
        }
    }
};

void PooledQuantiles::Impl::predict() {
    const CrossFit& fit = pool.fit();
    const auto [from, to] = std::minmax_element(pool.values().begin(), pool.values().end());
    low = *from;
    high = *to;
    predicted.resize(pool.size());
    for (std::size_t i = 0; i < pool.size(); ++i) {
        total_weight += pool.weight(i);
        predicted[i] = static_cast<float>(pool.linked(i));
    }
    const double left = fit.residual_variance * (pool.link() ? pool.link()->left : 1.0);
    const double step = pool.grids().front().width(0);
    smoothing = std::max({std::sqrt(left), step, 1e-9 * (high - low), 1e-300});
}

void PooledQuantiles::Impl::sort_members() {
    const Strata& strata = pool.strata();
    const auto& values = pool.values();
    std::vector<std::uint32_t> by_value(pool.size());
    std::iota(by_value.begin(), by_value.end(), 0U);
    std::sort(by_value.begin(), by_value.end(), [&](std::uint32_t a, std::uint32_t b) {
        return values[a] < values[b] || (values[a] == values[b] && a < b);
    });
    first.assign(static_cast<std::size_t>(strata.size()) + 1, 0);
    for (std::size_t i = 0; i < pool.size(); ++i) {
        for (const std::size_t s : pool.strata_of(i)) ++first[s + 1];
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    order.resize(first.back());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (const std::uint32_t i : by_value) {
        for (const std::size_t s : pool.strata_of(i)) order[next[s]++] = i;
    }
}

void PooledQuantiles::Impl::compare_variances() {
    constexpr std::size_t points = 65;
    const std::size_t stride = 1 + pool.size() / 16384;
    for (std::size_t k = 0; k < points; ++k) {
        const double t = low + (high - low) * static_cast<double>(k) / (points - 1);
        double seen = 1;
        double supposed = 1;
        for (std::size_t i = 0; i < pool.size(); i += stride) {
            const double p = phi((t - predicted[i]) / smoothing);
            const double d = (pool.values()[i] <= t ? 1.0 : 0.0) - p;
            seen += d * d;
            supposed += p * (1 - p);
        }
        excess_variance.push_back(seen / supposed);
    }
}

/// Puts mass at a point of the grid, split between the neighbours so that its mean stays.
void put(const Conditional& c, std::vector<double>& grid, double at, double mass) {
    const double x =
        std::clamp((at - c.start) / c.width, 0.0, static_cast<double>(grid.size()) - 2);
    const auto i = static_cast<std::size_t>(x);
    const double right = x - static_cast<double>(i);
    grid[i] += mass * (1 - right);
    grid[i + 1] += mass * right;
}

void PooledQuantiles::Impl::add_expected(Conditional& c) const {
    const auto resolutions = pool.resolutions().size();
    for (Part& part : c.parts) {
        const double share = 1 / static_cast<double>(pool.grids().size() * resolutions);
        part.expected.assign(c.excess.size(), 0.0);
        const int u = pool.strata().unit_of(part.stratum);
        for (std::size_t f = 0; f < pool.grids().size(); ++f) {
            const GridSurrogate& g = pool.grids()[f];
            const GridMass mass =
                u < 0 ? g.distribution() : g.distribution(u, pool.strata().unit_in(part.stratum));
            for (std::size_t r = 0; r < resolutions; ++r) {
                for (std::size_t i = 0; i < mass.p.size(); ++i) {
                    if (mass.p[i] < 1e-13) continue;
                    const double at = g.offset(r) + g.width(r) * (mass.start + static_cast<int>(i));
                    const double bent = pool.link() ? pool.link()->links[f](at) : 0.0;
                    put(c, part.expected, at + bent, share * mass.p[i]);
                }
            }
        }
        for (std::size_t i = 0; i < c.excess.size(); ++i) {
            c.excess[i] += part.share * part.expected[i];
        }
    }
}

Conditional PooledQuantiles::Impl::conditional(const Strata::Mixture& mixture) const {
    Conditional c;
    for (const auto& [s, share] : mixture) {
        Part part{s, share, 0, {}, {}};
        double sum = 0;
        for (std::size_t k = first[s]; k < first[s + 1]; ++k) {
            sum += pool.weight(order[k]);
            if (pool.weighted()) part.up_to.push_back(sum);
        }
        part.unit = share / sum;
        c.members += first[s + 1] - first[s];
        c.parts.push_back(std::move(part));
    }
    // values of the surrogate beyond the grid's ends are put on the ends: there Phi is 0 or 1
    c.start = low - 8 * smoothing;
    c.width = std::max(smoothing / 8, (high - low + 16 * smoothing) / 65536);
    c.excess.assign(static_cast<std::size_t>((high - low + 16 * smoothing) / c.width) + 3, 0.0);
    add_expected(c);
    for (const Part& part : c.parts) {
        for_members(part, [&](std::size_t i, double w) { put(c, c.excess, predicted[i], -w); });
    }
    c.running.resize(c.excess.size());
    std::partial_sum(c.excess.begin(), c.excess.end(), c.running.begin());
    return c;
}

double PooledQuantiles::Impl::distribution(const Conditional& c, double t) const {
    const auto& values = pool.values();
    double f = 0;
    for (const Part& part : c.parts) {
        const auto from = order.begin() + static_cast<std::ptrdiff_t>(first[part.stratum]);
        const auto to = order.begin() + static_cast<std::ptrdiff_t>(first[part.stratum + 1]);
        const auto n = static_cast<std::size_t>(
            std::upper_bound(from, to, t, [&](double x, auto i) { return x < values[i]; }) - from);
        if (n == 0) continue;
        f += part.unit * (part.up_to.empty() ? static_cast<double>(n) : part.up_to[n - 1]);
    }
    const double reach = NormalTable::limit * smoothing;
    const auto last = static_cast<double>(c.excess.size());
    const auto index = [&](double x) {
        return static_cast<std::size_t>(std::clamp((x - c.start) / c.width, 0.0, last));
    };
    const std::size_t near = index(t - reach);
    const std::size_t far = index(t + reach + c.width);
    if (near > 0) f += c.running[near - 1];
    for (std::size_t i = near; i < far; ++i) {
        f += c.excess[i] * phi((t - c.start - c.width * static_cast<double>(i)) / smoothing);
    }
    return f;
}

double PooledQuantiles::Impl::inverse(const Conditional& c, double p) const {
    double below = low - 4 * smoothing;
    double above = high + 4 * smoothing;
    for (int i = 0; i < 60 && above - below > 1e-10 * (high - low); ++i) {
        const double middle = (below + above) / 2;
        (distribution(c, middle) >= p ? above : below) = middle;
    }
    return above;
}

std::pair<double, double> PooledQuantiles::Impl::error_at(const Conditional& c, double t) const {
    constexpr double prior_degrees = 60;
    const double at = (t - low) / (high - low) * static_cast<double>(excess_variance.size() - 1);
    const double excess = excess_variance[static_cast<std::size_t>(
        std::clamp(at + 0.5, 0.0, static_cast<double>(excess_variance.size()) - 1))];
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
        for (std::size_t i = 0; i < part.expected.size(); ++i) {
            if (part.expected[i] == 0) continue;
            const double x = c.start + c.width * static_cast<double>(i);
            const double p = phi((t - x) / smoothing);
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

double PooledQuantiles::Impl::covariance_with_base(const Conditional& c, double t,
                                                   double base_t) const {
    double covariance = 0;
    for (const Part& part : c.parts) {
        double weight = 0;
        double sum = 0;         // of w d
        double products = 0;    // of w v d b, v the member's weight in the base
        double products_b = 0;  // of w v b
        for_some_members(part, [&](std::size_t i, double w, double count) {
            const double d = deviation(i, t);
            const double b = pool.weight(i) / total_weight * deviation(i, base_t);
            weight += count * w;
            sum += count * w * d;
            products += count * w * d * b;
            products_b += count * w * b;
        });
        if (weight > 0) covariance += products - sum / weight * products_b;
    }
    return covariance;
}

Position PooledQuantiles::Impl::position(const Conditional& c, double p) const {
    Position q;
    q.t = inverse(c, p);
    std::tie(q.error, q.degrees) = error_at(c, q.t);
    const double reach = student_quantile(level, q.degrees) * q.error;
    const double least_p = std::max(p - reach, 1e-6);
    const double most_p = std::min(p + reach, 1 - 1e-6);
    q.estimate = {q.t, std::min(q.t, inverse(c, least_p)), std::max(q.t, inverse(c, most_p))};
    const double span = q.estimate.high - q.estimate.low;
    q.density = span > 0 ? (most_p - least_p) / span : 0;
    return q;
}

PooledQuantiles::PooledQuantiles(const Pool& pool, std::vector<double> probabilities,
                                 std::size_t least, double level)
    : impl_(new Impl{
          pool, std::move(probabilities), least, level, {}, 1, 0, 0, 0, {}, {}, {}, {}, {}, {}}) {
    Impl& q = *impl_;
    if (q.probabilities.empty()) return;
    q.base_estimates.resize(q.probabilities.size());
    if (pool.size() < least) return;
    q.predict();
    q.sort_members();
    q.compare_variances();
    const Conditional everything = q.conditional(pool.strata().everything());
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
    const Conditional c = q.conditional(mixture);
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
                q.covariance_with_base(c, here.t, base.t) / (here.density * base.density);
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
