#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blockscope/profile/distribution.hpp"

namespace blockscope {
namespace {

/// Smallest and largest sum of one unit over everything allowed.
std::pair<double, double> unit_range(const LayerTable& table, int u, const UnitDistribution& unit) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double low_sum = 0;
    double high_sum = 0;
    for (std::size_t l = 0; l < unit.block.size(); ++l) {
        double least = std::numeric_limits<double>::infinity();
        double most = -least;
        for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
            for (std::size_t w = 0; w < unit.width.size(); ++w) {
                for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
                    if (unit.width[w] == 0 || unit.block[l][b] == 0) continue;
                    const double t = table.term(u, static_cast<int>(l), i, static_cast<int>(w),
                                                static_cast<int>(b));
                    least = std::min(least, t);
                    most = std::max(most, t);
                }
            }
        }
        low_sum += least;
        high_sum += most;
        if (unit.depth[l + 1] > 0) {
            low = std::min(low, low_sum);
            high = std::max(high, high_sum);
        }
    }
    return {low, high};
}

}  // namespace

SumDistribution::SumDistribution(const DesignSpace& space, const LayerTable& table, int bins)
    : space_(space), table_(table), body_(uniform_body(space)) {
    const auto stem = stem_weights(space, table);
    double range = 0;
    for (int u = 0; u < table.unit_count(); ++u) {
        const auto [low, high] = unit_range(table, u, body_[u]);
        range += high - low;
        roundings_ += static_cast<int>(body_[u].block.size());
    }
    // what every architecture has in common is not rounded
    const bool one_stem = table.stem_variants() == 1;
    const bool one_head = table.width_states(table.unit_count() - 1) == 1;
    origin_ = (one_stem ? table.stem(0) : 0) + (one_head ? table.head(0) : 0);
    roundings_ += (one_stem ? 0 : 1) + (one_head ? 0 : 1);
    width_ = range > 0 ? range / bins : 1;

    before_.resize(body_.size() + 1);
    before_[0].resize(table.incoming_states(0));
    for (int v = 0; v < table.stem_variants(); ++v) {
        if (stem[v] == 0) continue;
        const Mass point{one_stem ? 0 : grid(table.stem(v)), {1.0}};
        add(before_[0][table.stem_state(v)], point, stem[v], 0);
    }
    for (int u = 0; u < table.unit_count(); ++u) {
        before_[u + 1].resize(table.width_states(u));
        for (int w = 0; w < table.width_states(u); ++w) {
            if (body_[u].width[w] == 0) continue;
            const Mass out = through_unit(before_[u], u, w, body_[u]);
            add(before_[u + 1][w], out, body_[u].width[w], 0);
        }
    }
    after_.resize(body_.size());
    for (int u = table.unit_count() - 1; u >= 0; --u) {
        after_[u].resize(table.width_states(u));
        for (int w = 0; w < table.width_states(u); ++w) {
            if (u == table.unit_count() - 1) {
                after_[u][w] = {one_head ? 0 : grid(table.head(w)), {1.0}};
                continue;
            }
            for (int next = 0; next < table.width_states(u + 1); ++next) {
                if (body_[u + 1].width[next] == 0) continue;
                std::vector<Mass> behind(table.incoming_states(u + 1));
                behind[w] = after_[u + 1][next];
                add(after_[u][w], through_unit(behind, u + 1, next, body_[u + 1]),
                    body_[u + 1].width[next], 0);
            }
        }
    }
    for (const auto& unit : after_) {
        auto& cdfs = after_cdf_.emplace_back();
        for (const Mass& mass : unit) {
            auto& cdf = cdfs.emplace_back(mass.p.size());
            std::partial_sum(mass.p.begin(), mass.p.end(), cdf.begin());
        }
    }
}

int SumDistribution::grid(double term) const {
    return static_cast<int>(std::lround(term / width_));
}

void SumDistribution::add(Mass& to, const Mass& from, double weight, int shift) const {
    if (from.p.empty()) return;
    const int start = from.start + shift;
    const int end = start + static_cast<int>(from.p.size());
    if (to.p.empty()) {
        to.start = start;
        to.p.assign(from.p.size(), 0.0);
    } else if (start < to.start || end > to.start + static_cast<int>(to.p.size())) {
        Mass wider;
        wider.start = std::min(start, to.start);
        wider.p.assign(std::max(end, to.start + static_cast<int>(to.p.size())) - wider.start, 0.0);
        std::copy(to.p.begin(), to.p.end(), wider.p.begin() + (to.start - wider.start));
        to = std::move(wider);
    }
    double* out = to.p.data() + (start - to.start);
    const double* in = from.p.data();
    for (std::size_t i = 0; i < from.p.size(); ++i) out[i] += weight * in[i];
}

SumDistribution::Mass SumDistribution::spread(const Mass& from, int u, int l, int incoming, int w,
                                              const std::vector<double>& blocks) const {
    Mass to;
    if (from.p.empty()) return to;
    int low = std::numeric_limits<int>::max();
    int high = std::numeric_limits<int>::min();
    std::vector<int> shifts(blocks.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (blocks[b] == 0) continue;
        shifts[b] = grid(table_.term(u, l, incoming, w, static_cast<int>(b)));
        low = std::min(low, shifts[b]);
        high = std::max(high, shifts[b]);
    }
    to.start = from.start + low;
    to.p.assign(from.p.size() + static_cast<std::size_t>(high - low), 0.0);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        if (blocks[b] > 0) add(to, from, blocks[b], shifts[b]);
    }
    return to;
}

/// before: mass for each incoming state; or what lies behind the unit, filed under the
/// one incoming state, as convolution does not mind the order.
SumDistribution::Mass SumDistribution::through_unit(const std::vector<Mass>& before, int u, int w,
                                                    const UnitDistribution& unit) const {
    Mass layer;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].p.empty()) continue;
        add(layer, spread(before[i], u, 0, static_cast<int>(i), w, unit.block[0]), 1.0, 0);
    }
    Mass result;
    for (std::size_t l = 0;; ++l) {
        if (unit.depth[l + 1] > 0) add(result, layer, unit.depth[l + 1], 0);
        if (l + 1 == unit.block.size()) return result;
        if (std::all_of(unit.depth.begin() + static_cast<std::ptrdiff_t>(l) + 2, unit.depth.end(),
                        [](double p) { return p == 0; })) {
            return result;
        }
        layer = spread(layer, u, static_cast<int>(l) + 1, 0, w, unit.block[l + 1]);
    }
}

double SumDistribution::cdf(const Mass& left, const std::vector<double>& right_cdf, int t) {
    const int n = static_cast<int>(left.p.size());
    const int m = static_cast<int>(right_cdf.size());
    double sum = 0;
    const int full = std::clamp(t - (m - 1), 0, n);  // right is certain below this
    for (int x = 0; x < full; ++x) sum += left.p[x];
    sum *= right_cdf.back();
    const int last = std::min(n - 1, t);
    for (int x = full; x <= last; ++x) sum += left.p[x] * right_cdf[t - x];
    return sum;
}

std::vector<double> SumDistribution::invert(const Mass& left, const std::vector<double>& right_cdf,
                                            int right_start,
                                            const std::vector<double>& probabilities) const {
    const int n = static_cast<int>(left.p.size());
    const int m = static_cast<int>(right_cdf.size());
    std::vector<double> quantiles;
    for (const double p : probabilities) {
        int low = 0;
        int high = n + m - 2;
        while (low < high) {
            const int middle = low + (high - low) / 2;
            if (cdf(left, right_cdf, middle) >= p - 1e-12) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        quantiles.push_back(origin_ + width_ * (left.start + right_start + low));
    }
    return quantiles;
}

SumDistribution::Mass SumDistribution::everything() const {
    Mass whole;
    const auto& last = before_.back();
    for (std::size_t w = 0; w < last.size(); ++w) add(whole, last[w], 1.0, after_.back()[w].start);
    return whole;
}

std::vector<double> SumDistribution::quantiles(const std::vector<double>& probabilities) const {
    return invert(everything(), {1.0}, 0, probabilities);
}

std::function<double(double)> SumDistribution::below(const Placement* fixed,
                                                     Protocol protocol) const {
    Mass left = fixed == nullptr ? everything()
                                 : through_unit(before_[fixed->unit], fixed->unit, fixed->width,
                                                fixed_unit(space_, *fixed, protocol));
    std::vector<double> right{1.0};
    int right_start = 0;
    if (fixed != nullptr) {
        right = after_cdf_[fixed->unit][fixed->width];
        right_start = after_[fixed->unit][fixed->width].start;
    }
    return [this, left = std::move(left), right = std::move(right), right_start](double t) {
        const double steps = std::floor((t - origin_) / width_ + 1e-9);
        const auto most = static_cast<double>(left.p.size() + right.size());
        const double index = steps - left.start - right_start;
        return index < 0 ? 0.0 : cdf(left, right, static_cast<int>(std::min(index, most)));
    };
}

std::vector<double> SumDistribution::quantiles(const Placement& fixed, Protocol protocol,
                                               const std::vector<double>& probabilities) const {
    const Mass left = through_unit(before_[fixed.unit], fixed.unit, fixed.width,
                                   fixed_unit(space_, fixed, protocol));
    return invert(left, after_cdf_[fixed.unit][fixed.width], after_[fixed.unit][fixed.width].start,
                  probabilities);
}

}  // namespace blockscope
