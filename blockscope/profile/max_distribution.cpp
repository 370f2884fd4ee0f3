#include <algorithm>

#include "blockscope/profile/distribution.hpp"

namespace blockscope {

MaxDistribution::MaxDistribution(const DesignSpace& space, const LayerTable& table)
    : space_(space), table_(table), body_(uniform_body(space)), stem_(stem_weights(space, table)) {
    for (int v = 0; v < table.stem_variants(); ++v) values_.push_back(table.stem(v));
    for (int u = 0; u < table.unit_count(); ++u) {
        const int depth = static_cast<int>(body_[u].block.size());
        for (int l = 0; l < depth; ++l) {
            for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table.width_states(u); ++w) {
                    for (std::size_t b = 0; b < space.blocks.size(); ++b) {
                        values_.push_back(table.term(u, l, i, w, static_cast<int>(b)));
                    }
                }
            }
        }
    }
    for (int w = 0; w < table.width_states(table.unit_count() - 1); ++w) {
        values_.push_back(table.head(w));
    }
    std::sort(values_.begin(), values_.end());
    values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
}

std::vector<double> MaxDistribution::cdf(const BodyDistribution& body) const {
    std::vector<double> result;
    for (const double t : values_) {
        // state[w]: probability that nothing so far exceeds t and the width is w
        std::vector<double> state(table_.incoming_states(0), 0.0);
        for (int v = 0; v < table_.stem_variants(); ++v) {
            if (table_.stem(v) <= t) state[table_.stem_state(v)] += stem_[v];
        }
        for (int u = 0; u < table_.unit_count(); ++u) {
            const UnitDistribution& unit = body[u];
            std::vector<double> next(unit.width.size(), 0.0);
            for (std::size_t w = 0; w < unit.width.size(); ++w) {
                if (unit.width[w] == 0) continue;
                const auto below = [&](int l, int i) {
                    double p = 0;
                    for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
                        if (unit.block[l][b] > 0 &&
                            table_.term(u, l, i, static_cast<int>(w), static_cast<int>(b)) <= t) {
                            p += unit.block[l][b];
                        }
                    }
                    return p;
                };
                double first = 0;
                for (std::size_t i = 0; i < state.size(); ++i) {
                    if (state[i] > 0) first += state[i] * below(0, static_cast<int>(i));
                }
                double later = 1;
                double sum = unit.depth[1];
                for (std::size_t l = 1; l < unit.block.size(); ++l) {
                    later *= below(static_cast<int>(l), 0);
                    sum += unit.depth[l + 1] * later;
                }
                next[w] = unit.width[w] * first * sum;
            }
            state = std::move(next);
        }
        double total = 0;
        for (std::size_t w = 0; w < state.size(); ++w) {
            if (table_.head(static_cast<int>(w)) <= t) total += state[w];
        }
        result.push_back(total);
    }
    return result;
}

std::vector<double> MaxDistribution::invert(const std::vector<double>& cdf,
                                            const std::vector<double>& probabilities) const {
    std::vector<double> quantiles;
    for (const double p : probabilities) {
        const auto at = std::lower_bound(cdf.begin(), cdf.end(), p - 1e-12);
        quantiles.push_back(at == cdf.end() ? values_.back() : values_[at - cdf.begin()]);
    }
    return quantiles;
}

double MaxDistribution::mean(const BodyDistribution& body) const {
    const auto f = cdf(body);
    double mean = 0;
    for (std::size_t i = 0; i < f.size(); ++i) mean += values_[i] * (f[i] - (i > 0 ? f[i - 1] : 0));
    return mean;
}

std::vector<double> MaxDistribution::quantiles(const std::vector<double>& probabilities) const {
    return invert(cdf(body_), probabilities);
}

std::function<double(double)> MaxDistribution::below(const Placement* fixed,
                                                     Protocol protocol) const {
    BodyDistribution body = body_;
    if (fixed != nullptr) body[fixed->unit] = fixed_unit(space_, *fixed, protocol);
    return [this, f = cdf(body)](double t) {
        const auto at = std::upper_bound(values_.begin(), values_.end(), t);
        return at == values_.begin() ? 0.0 : f[static_cast<std::size_t>(at - values_.begin()) - 1];
    };
}

std::vector<double> MaxDistribution::quantiles(const Placement& fixed, Protocol protocol,
                                               const std::vector<double>& probabilities) const {
    BodyDistribution body = body_;
    body[fixed.unit] = fixed_unit(space_, fixed, protocol);
    return invert(cdf(body), probabilities);
}

}  // namespace blockscope
