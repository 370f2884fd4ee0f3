#include "blockscope/profile/pool.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/profile/kernel_means.hpp"
#include "blockscope/profile/link_means.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/moments.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

constexpr std::size_t least_values = 20;
constexpr std::size_t most_for_covariance = 131072;
constexpr int grid_steps = 512;

/// E[g | stratum] for every fold's surrogate g, [stratum * folds + fold]; the resolution is
/// uniform.
std::vector<double> surrogate_means(const DesignSpace& space, const Strata& strata,
                                    const std::vector<Surrogate>& models) {
    std::vector<double> means(static_cast<std::size_t>(strata.size()) * models.size());
    const auto stem = stem_weights(space, models.front().table);
    BodyDistribution body = uniform_body(space);
    for (std::size_t f = 0; f < models.size(); ++f) {
        const Surrogate& g = models[f];
        double offset = 0;
        double scale = 0;
        for (std::size_t r = 0; r < g.offset.size(); ++r) {
            offset += g.offset[r] / static_cast<double>(g.offset.size());
            scale += g.scale[r] / static_cast<double>(g.offset.size());
        }
        for (int s = 0; s < strata.size(); ++s) {
            const int u = strata.unit_of(s);
            UnitDistribution held;
            if (u >= 0) {
                held = std::move(body[u]);
                body[u] = strata.unit_in(s);
            }
            means[static_cast<std::size_t>(s) * models.size() + f] =
                offset + scale * expected_sum(g.table, stem, body);
            if (u >= 0) body[u] = std::move(held);
        }
    }
    return means;
}

}  // namespace

Estimate Pool::Statistic::interval(double level) const {
    if (std::isnan(error)) return {value, error, error};
    return plus_minus(value, student_quantile(level, degrees) * error);
}

double Pool::Statistic::p_value() const {
    if (std::isnan(value) || std::isnan(error)) return std::nan("");
    if (error == 0) return value == 0 ? 1.0 : 0.0;
    return student_p_value(value / error, degrees);
}

Pool::Pool(const DesignSpace& space, const EvaluatedSample& sample,
           std::span<const int> resolutions, Protocol protocol)
    : space_(space),
      strata_(space, protocol),
      resolutions_(resolutions.begin(), resolutions.end()) {
    std::vector<int> sessions;
    for (std::size_t i = 0; i < sample.archs.size(); ++i) {
        if (!std::isfinite(sample.values[i])) continue;
        archs_.push_back(sample.archs[i]);
        values_.push_back(sample.values[i]);
        if (!sample.weights.empty()) weights_.push_back(sample.weights[i]);
        if (!sample.sessions.empty()) sessions.push_back(sample.sessions[i]);
    }
    if (size() < least_values) {
        throw Error(
            fmt::format("{} values are too few for a profile; {} is the least and some "
                        "hundreds are useful",
                        size(), least_values));
    }
    if (strata_.size() > std::numeric_limits<std::uint16_t>::max()) {
        throw Error(fmt::format("'{}' has too many placements to profile", space.name));
    }
    number_members();
    number_sessions(sessions);
    fit_surrogates();
    sum_up();
}

void Pool::number_sessions(std::span<const int> sessions) {
    std::vector<int> distinct(sessions.begin(), sessions.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const int s : sessions) {
        sessions_.push_back(static_cast<std::uint16_t>(
            std::lower_bound(distinct.begin(), distinct.end(), s) - distinct.begin()));
    }
}

void Pool::fit_surrogates() {
    fit_ = cross_fit(space_, archs_, values_, resolutions_);
    predicted_ = fit_.predicted;
    const double step = grid_step(space_, fit_.models.front().table, grid_steps);
    for (const Surrogate& model : fit_.models) grids_.emplace_back(space_, model, step);
    std::vector<double> at(size());
    std::vector<double> left(size());
    for (std::size_t i = 0; i < size(); ++i) {
        at[i] = linked(i);
        left[i] = values_[i] - predicted_[i];
    }
    link_ = fit_link(at, left, fit_.fold, fit_.models.size());
    correction_ = kernel_correction(
        space_, archs_, values_, fit_.fold, fit_.models.size(), [&](std::size_t f, std::size_t i) {
            const double additive = fit_.models[f].value(archs_[i], fit_.at[i]);
            const double bent =
                link_ ? link_->links[f](grids_[f].value(archs_[i], fit_.at[i])) : 0.0;
            return values_[i] - additive - bent;
        });
    for (std::size_t i = 0; i < size(); ++i) {
        if (link_) predicted_[i] += link_->predicted[i];
        if (correction_) predicted_[i] += correction_->predicted[i];
    }
}

void Pool::number_members() {
    most_ = static_cast<std::size_t>(strata_.most());
    numbers_.resize(size() * most_);
    counts_.resize(size());
    std::vector<int> numbers(most_);
    for (std::size_t i = 0; i < size(); ++i) {
        const int n = strata_.of(archs_[i], numbers.data());
        counts_[i] = static_cast<std::uint8_t>(n);
        for (int k = 0; k < n; ++k) {
            numbers_[i * most_ + static_cast<std::size_t>(k)] =
                static_cast<std::uint16_t>(numbers[static_cast<std::size_t>(k)]);
        }
    }
}

double Pool::worth_of_degrees() const {
    std::vector<double> residuals(size());
    for (std::size_t i = 0; i < size(); ++i) residuals[i] = values_[i] - predicted_[i];
    const double tails = kurtosis(residuals);
    return tails > 3 ? 2 / (tails - 1) : 1;
}

void Pool::sum_up() {
    const std::size_t folds = fit_.models.size();
    auto expected = surrogate_means(space_, strata_, fit_.models);
    const auto add = [&](const std::vector<double>& more) {
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += more[i];
    };
    if (link_) add(link_means(link_->links, grids_, strata_, resolutions_.size()));
    if (correction_) add(kernel_means(*correction_, space_, strata_));
    struct Part {
        double weight = 0, residual = 0;                               // sums of w, w r
        double squared = 0, squared_residual = 0, squared_square = 0;  // of w^2, w^2 r, w^2 r^2
    };
    std::vector<Part> parts(expected.size());
    sums_.resize(static_cast<std::size_t>(strata_.size()));
    for (std::size_t i = 0; i < size(); ++i) {
        const double w = weight(i);
        const double r = values_[i] - predicted_[i];
        for (const std::size_t s : strata_of(i)) {
            Part& p = parts[s * folds + fit_.fold[i]];
            p.weight += w;
            p.residual += w * r;
            p.squared += w * w;
            p.squared_residual += w * w * r;
            p.squared_square += w * w * r * r;
            ++sums_[s].count;
        }
    }
    const double worth = worth_of_degrees();
    std::vector<double> variances(sums_.size());
    std::vector<double> degrees(sums_.size());
    for (std::size_t s = 0; s < sums_.size(); ++s) {
        Stratum& stratum = sums_[s];
        const Part* p = parts.data() + s * folds;
        const double* g = expected.data() + s * folds;
        for (std::size_t f = 0; f < folds; ++f) {
            stratum.weight += p[f].weight;
            stratum.squared_weight += p[f].squared;
            stratum.mean += p[f].weight * g[f] + p[f].residual;
        }
        if (stratum.count == 0) continue;
        stratum.mean /= stratum.weight;
        double squares = 0;
        for (std::size_t f = 0; f < folds; ++f) {
            const double shift = g[f] - stratum.mean;  // residuals of this fold scatter around it
            squares += p[f].squared_square + 2 * shift * p[f].squared_residual +
                       shift * shift * p[f].squared;
        }
        // the number of equally weighted members that would be worth as much, less one
        degrees[s] = stratum.weight * stratum.weight / stratum.squared_weight - 1;
        if (stratum.count < 2 || !(degrees[s] > 0)) continue;
        variances[s] =
            std::max(0.0, squares) / stratum.squared_weight * (degrees[s] + 1) / degrees[s];
        degrees[s] *= worth;
    }
    // strata do differ: however alike their variances look, they count as at most so many members
    constexpr double most_prior_degrees = 8;
    VariancePrior prior = variance_prior(variances, degrees);
    prior.degrees = std::min(prior.degrees, most_prior_degrees);
    const double most = std::max(1.0, degrees[0]);
    for (std::size_t s = 0; s < sums_.size(); ++s) {
        if (sums_[s].count == 0) continue;
        sums_[s].variance = s == 0 ? variances[s] : prior.moderated(variances[s], degrees[s]);
        sums_[s].degrees = std::clamp(degrees[s] + prior.degrees, 1.0, most);
    }
    for (std::size_t f = 0; f < folds; ++f) centre_.push_back(expected[f] - sums_[0].mean);
    std::vector<double> weights(size());
    std::vector<double> residuals(size());
    for (std::size_t i = 0; i < size(); ++i) {
        weights[i] = weight(i);
        residuals[i] = values_[i] - predicted_[i];
    }
    for (std::size_t s = 0; s < sums_.size(); ++s) variances[s] = sums_[s].variance;
    effects_ = blockscope::session_effects(
        sessions_, weights, residuals, [&](std::size_t i) { return strata_of(i); }, variances);
}

std::size_t Pool::count(const Strata::Mixture& mixture) const {
    std::size_t n = 0;
    for (const auto& part : mixture) n += sums_[part.stratum].count;
    return n;
}

bool Pool::complete(const Strata::Mixture& mixture) const {
    return std::all_of(mixture.begin(), mixture.end(),
                       [&](const auto& part) { return sums_[part.stratum].count > 0; });
}

namespace {

/// A variance that is a sum of parts with degrees of freedom of their own.
/// Source: Welch, "The generalization of Student's problem", Biometrika 34 (1947).
struct SumOfVariances {
    double sum = 0;
    double denominator = 0;
    void add(double part, double degrees) {
        sum += part;
        denominator += part * part / degrees;
    }
    double degrees() const { return denominator > 0 ? std::max(1.0, sum * sum / denominator) : 1; }
};

}  // namespace

double Pool::session_variance_of_mean(const Strata::Mixture& mixture) const {
    const double own = mixture.front().stratum == 0 ? 0 : session_variance_of_delta(mixture);
    return effects_.on_all * effects_.concentration[0] + own;
}

double Pool::session_variance_of_delta(const Strata::Mixture& mixture) const {
    double sum = 0;
    for (const auto& [s, share] : mixture) sum += share * share * effects_.concentration[s];
    return effects_.on_stratum * sum;
}

Pool::Statistic Pool::mean(const Strata::Mixture& mixture) const {
    Statistic s = mean_within_sessions(mixture);
    SumOfVariances variance;
    variance.add(s.error * s.error, s.degrees);
    variance.add(session_variance_of_mean(mixture), effects_.degrees);
    return {s.value, std::sqrt(variance.sum), variance.degrees()};
}

Pool::Statistic Pool::mean_within_sessions(const Strata::Mixture& mixture) const {
    if (!complete(mixture)) return {};
    double value = 0;
    SumOfVariances variance;
    for (const auto& [s, share] : mixture) {
        const Stratum& stratum = sums_[s];
        value += share * stratum.mean;
        variance.add(share * share * stratum.variance * effect_on_mean(stratum), stratum.degrees);
    }
    return {value, std::sqrt(variance.sum), variance.degrees()};
}

Pool::Statistic Pool::delta(const Strata::Mixture& mixture) const {
    if (!complete(mixture)) return {};
    const Stratum& all = sums_[0];
    double value = -all.mean;
    double rest = all.squared_weight;
    SumOfVariances variance;
    for (const auto& [s, share] : mixture) {
        const Stratum& stratum = sums_[s];
        value += share * stratum.mean;
        const double c = share / stratum.weight - 1 / all.weight;
        variance.add(c * c * stratum.squared_weight * stratum.variance, stratum.degrees);
        rest -= stratum.squared_weight;
    }
    if (rest > 1e-9 * all.squared_weight) {
        variance.add(rest / (all.weight * all.weight) * all.variance, all.degrees);
    }
    variance.add(session_variance_of_delta(mixture), effects_.degrees);
    return {value, std::sqrt(variance.sum), variance.degrees()};
}

Pool::Statistic Pool::difference(const Strata::Mixture& a, const Strata::Mixture& b) const {
    const Statistic x = mean_within_sessions(a);
    const Statistic y = mean_within_sessions(b);
    SumOfVariances variance;
    variance.add(x.error * x.error, x.degrees);
    variance.add(y.error * y.error, y.degrees);
    variance.add(session_variance_of_delta(a) + session_variance_of_delta(b), effects_.degrees);
    return {x.value - y.value, std::sqrt(variance.sum), variance.degrees()};
}

std::vector<double> Pool::covariance() const {
    const auto n = static_cast<std::size_t>(strata_.size());
    std::vector<double> sums(n * n, 0.0);
    const std::size_t used = std::min(size(), most_for_covariance);
    for (std::size_t i = 0; i < used; ++i) {
        const double a = weight(i) * (values_[i] - predicted_[i] + centre_[fit_.fold[i]]);
        const double square = a * a;
        const auto numbers = strata_of(i);
        for (std::size_t x = 0; x < numbers.size(); ++x) {
            double* row = sums.data() + numbers[x] * n;
            for (std::size_t y = 0; y <= x; ++y) row[numbers[y]] += square;
        }
    }
    // products say how the means go together; how large they are is the moderated variances'
    // matter, which small strata need
    std::vector<double> spread(n, 0.0);
    for (std::size_t x = 0; x < n; ++x) {
        const double own = sums[x * n + x];
        if (own > 0) spread[x] = std::sqrt(sums_[x].variance * effect_on_mean(sums_[x]) / own);
    }
    for (std::size_t x = 0; x < n; ++x) {
        for (std::size_t y = 0; y <= x; ++y) {
            const double sum = x == y ? sums[x * n + x] : sums[x * n + y] + sums[y * n + x];
            double covariance = sum * spread[x] * spread[y];
            if (sums_[x].count > 0 && sums_[y].count > 0) {
                covariance += effects_.on_all * effects_.concentration[0];
            }
            if (x == y && x > 0) covariance += effects_.on_stratum * effects_.concentration[x];
            sums[x * n + y] = sums[y * n + x] = covariance;
        }
    }
    return sums;
}

}  // namespace blockscope
