#include "blockscope/stats/noisy_correlation.hpp"

#include <algorithm>
#include <cmath>

#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/quantile.hpp"
#include "blockscope/stats/rank_correlation.hpp"

namespace blockscope {
namespace {

constexpr int redraws = 200;

/// Symmetric 2 x 2 matrix.
struct Covariance {
    double aa = 0, ab = 0, bb = 0;
};

struct Normal {
    double a = 0, b = 0;  ///< mean
    Covariance t;
};

/// What is known of true pair i, if truths spread as `s` says: shrunk towards the others.
Normal truth(const Normal& s, const NoisyPairs& pairs, std::size_t i) {
    const Covariance& t = s.t;
    const double aa = t.aa + pairs.error_a[i] * pairs.error_a[i];
    const double bb = t.bb + pairs.error_b[i] * pairs.error_b[i];
    const double determinant = aa * bb - t.ab * t.ab;
    // gain = T (T + S)^-1, S the errors' variances
    const double gaa = (t.aa * bb - t.ab * t.ab) / determinant;
    const double gab = t.ab * (aa - t.aa) / determinant;
    const double gba = t.ab * (bb - t.bb) / determinant;
    const double gbb = (t.bb * aa - t.ab * t.ab) / determinant;
    const double x = pairs.a[i] - s.a;
    const double y = pairs.b[i] - s.b;
    return {s.a + gaa * x + gab * y,
            s.b + gba * x + gbb * y,
            {t.aa - gaa * t.aa - gab * t.ab, t.ab - gaa * t.ab - gab * t.bb,
             t.bb - gba * t.ab - gbb * t.bb}};
}

/// Spread of the known numbers less their errors; not positive if there is nothing but errors.
Normal moments(const NoisyPairs& pairs) {
    Normal s;
    const auto n = static_cast<double>(pairs.a.size());
    for (std::size_t i = 0; i < pairs.a.size(); ++i) {
        s.a += pairs.a[i] / n;
        s.b += pairs.b[i] / n;
    }
    for (std::size_t i = 0; i < pairs.a.size(); ++i) {
        const double a = pairs.a[i] - s.a;
        const double b = pairs.b[i] - s.b;
        s.t.aa += a * a / (n - 1) - pairs.error_a[i] * pairs.error_a[i] / n;
        s.t.ab += a * b / (n - 1);
        s.t.bb += b * b / (n - 1) - pairs.error_b[i] * pairs.error_b[i] / n;
    }
    if (s.t.aa > 0 && s.t.bb > 0) {
        const double most = 0.999 * std::sqrt(s.t.aa * s.t.bb);
        s.t.ab = std::clamp(s.t.ab, -most, most);
    }
    return s;
}

/// Most likely spread, by expectation and maximisation from a start; known numbers with small
/// errors count more than in the moments.
Normal most_likely(const NoisyPairs& pairs, Normal s, int steps) {
    const auto n = static_cast<double>(pairs.a.size());
    for (int step = 0; step < steps; ++step) {
        Normal next;
        Covariance square;
        for (std::size_t i = 0; i < pairs.a.size(); ++i) {
            const Normal one = truth(s, pairs, i);
            next.a += one.a / n;
            next.b += one.b / n;
            square.aa += (one.t.aa + (one.a - s.a) * (one.a - s.a)) / n;
            square.ab += (one.t.ab + (one.a - s.a) * (one.b - s.b)) / n;
            square.bb += (one.t.bb + (one.b - s.b) * (one.b - s.b)) / n;
        }
        const double da = next.a - s.a;
        const double db = next.b - s.b;
        next.t = {square.aa - da * da, square.ab - da * db, square.bb - db * db};
        s = next;
    }
    return s;
}

void draw(const Normal& s, Rng& rng, double& a, double& b) {
    const double root_a = std::sqrt(std::max(0.0, s.t.aa));
    const double slope = root_a > 0 ? s.t.ab / root_a : 0;
    const double root_b = std::sqrt(std::max(0.0, s.t.bb - slope * slope));
    const auto normal = [&rng] { return normal_quantile(0x1.0p-54 + rng.uniform()); };
    const double z = normal();
    a = s.a + root_a * z;
    b = s.b + slope * z + root_b * normal();
}

Estimate of_draws(std::vector<double> draws, double level) {
    std::sort(draws.begin(), draws.end());
    return {quantile(draws, 0.5), quantile(draws, 0.5 - level / 2),
            quantile(draws, 0.5 + level / 2)};
}

}  // namespace

RankCorrelation true_rank_correlation(const NoisyPairs& pairs, double level, Rng& rng) {
    if (pairs.a.size() < 2) return {};
    const auto none = [](double e) { return e == 0; };
    if (std::all_of(pairs.error_a.begin(), pairs.error_a.end(), none) &&
        std::all_of(pairs.error_b.begin(), pairs.error_b.end(), none)) {
        return {exactly(spearman(pairs.a, pairs.b).value),
                exactly(kendall(pairs.a, pairs.b).value)};
    }
    const Normal start = moments(pairs);
    if (!(start.t.aa > 0) || !(start.t.bb > 0)) return {};
    const Normal known = most_likely(pairs, start, 50);
    // likelihood and resampling each take a little off the variance, which would come out of the
    // truths' share of it
    const auto n = static_cast<double>(pairs.a.size());
    const double wider = n / (n - 1);
    std::vector<double> spearmans;
    std::vector<double> kendalls;
    NoisyPairs drawn = pairs;
    NoisyPairs resampled = pairs;  // the spread is uncertain as well
    for (int k = 0; k < redraws; ++k) {
        for (std::size_t i = 0; i < pairs.a.size(); ++i) {
            const auto pick = rng.below(static_cast<std::uint32_t>(pairs.a.size()));
            resampled.a[i] = start.a + wider * (pairs.a[pick] - start.a);
            resampled.b[i] = start.b + wider * (pairs.b[pick] - start.b);
            resampled.error_a[i] = pairs.error_a[pick];
            resampled.error_b[i] = pairs.error_b[pick];
        }
        const Normal spread = most_likely(resampled, known, 4);
        for (std::size_t i = 0; i < pairs.a.size(); ++i) {
            draw(truth(spread, pairs, i), rng, drawn.a[i], drawn.b[i]);
        }
        spearmans.push_back(spearman(drawn.a, drawn.b).value);
        kendalls.push_back(kendall(drawn.a, drawn.b).value);
    }
    return {of_draws(std::move(spearmans), level), of_draws(std::move(kendalls), level)};
}

}  // namespace blockscope
