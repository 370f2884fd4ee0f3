#include "blockscope/report/paper_measure.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

Estimate minus(const Estimate& a, const Estimate& b) {
    return {a.value - b.value, a.low - b.high, a.high - b.low};
}

Estimate mean_of(const std::vector<Estimate>& parts) {
    Estimate sum = exactly(0);
    for (const auto& part : parts) {
        sum.value += part.value;
        sum.low += part.low;
        sum.high += part.high;
    }
    const auto n = static_cast<double>(parts.size());
    return {sum.value / n, sum.low / n, sum.high / n};
}

/// Intervals that all hold at once with probability `level`: picking the most extreme of several
/// estimates picks their errors too. Source: Bonferroni's inequality, for normal errors.
std::vector<Estimate> jointly(std::vector<Estimate> parts, double level) {
    constexpr double normal = 1e9;  // degrees of freedom
    const auto n = static_cast<double>(parts.size());
    const double factor =
        student_quantile(1 - (1 - level) / n, normal) / student_quantile(level, normal);
    for (auto& part : parts) {
        part.low = part.value - factor * (part.value - part.low);
        part.high = part.value + factor * (part.high - part.value);
    }
    return parts;
}

/// The extreme of several numbers lies between the extremes of their joint bounds.
template <typename Choose>
Estimate extreme(std::vector<Estimate> parts, double level, Choose choose) {
    parts = jointly(std::move(parts), level);
    Estimate result = parts.front();
    for (const auto& part : parts) {
        if (std::isnan(part.value)) return {};
        result = {choose(result.value, part.value), choose(result.low, part.low),
                  choose(result.high, part.high)};
    }
    return result;
}

double larger(double a, double b) { return std::max(a, b); }
double smaller(double a, double b) { return std::min(a, b); }

const Estimate& on(Curve curve, const Cell& cell) {
    if (curve == Curve::mean) return cell.delta;
    return cell.percentile_deltas[curve == Curve::p5 ? 0 : 1];
}

/// Deltas of the chosen cells of a location; empty where the profile is missing.
std::vector<Estimate> deltas(PaperNumbers& numbers, const PaperMetric& metric, int unit, int layer,
                             const Blocks& blocks, Curve curve) {
    const Profile* profile = numbers.profile(metric);
    if (profile == nullptr) return {};
    std::vector<Estimate> all;
    for (const auto& cell : profile->cells) {
        if (cell.placement.unit == unit - 1 && cell.placement.layer == layer - 1) {
            all.push_back(on(curve, cell));
        }
    }
    std::vector<Estimate> chosen;
    for (const int b : blocks) {
        assert(static_cast<std::size_t>(b) < all.size());  // a row names a location of the space
        chosen.push_back(all[static_cast<std::size_t>(b)]);
    }
    return chosen;
}

Estimate farthest(std::vector<Estimate> parts, double middle, double level) {
    parts = jointly(std::move(parts), level);
    return *std::max_element(parts.begin(), parts.end(), [&](const auto& a, const auto& b) {
        return std::abs(a.value - middle) < std::abs(b.value - middle);
    });
}

std::vector<Estimate> all_of(const std::vector<Measure>& parts, PaperNumbers& numbers) {
    std::vector<Estimate> values;
    values.reserve(parts.size());
    for (const auto& part : parts) values.push_back(part(numbers));
    return values;
}

}  // namespace

Measure response(PaperMetric metric, const Blocks& blocks) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const Profile* profile = numbers.profile(metric);
        if (profile == nullptr) return {};
        std::vector<Estimate> chosen;
        for (const int b : blocks) {
            chosen.push_back(profile->blocks.at(static_cast<std::size_t>(b)).response);
        }
        return mean_of(chosen);
    };
}

Measure delta(PaperMetric metric, int unit, int layer, const Blocks& blocks, Curve curve) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const auto chosen = deltas(numbers, metric, unit, layer, blocks, curve);
        return chosen.empty() ? Estimate{} : mean_of(chosen);
    };
}

Measure farthest_delta(PaperMetric metric, int unit, int layer, const Blocks& blocks, Curve curve,
                       double middle) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const auto chosen = deltas(numbers, metric, unit, layer, blocks, curve);
        return chosen.empty() ? Estimate{} : farthest(chosen, middle, numbers.inputs().level);
    };
}

Measure spread(PaperMetric metric, int unit, int layer) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const double level = numbers.inputs().level;
        const auto all = deltas(numbers, metric, unit, layer, every_block, Curve::mean);
        return all.empty() ? Estimate{}
                           : minus(extreme(all, level, larger), extreme(all, level, smaller));
    };
}

Measure base(PaperMetric metric, Curve curve) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const Profile* profile = numbers.profile(metric);
        if (profile == nullptr) return {};
        if (curve == Curve::mean) return profile->base;
        return profile->base_percentiles[curve == Curve::p5 ? 0 : 1];
    };
}

Measure worst_difference(PaperMetric metric, int unit, int layer,
                         const std::vector<double>& expected) {
    Blocks blocks;
    for (std::size_t b = 0; b < expected.size(); ++b) blocks.push_back(static_cast<int>(b));
    return [=](PaperNumbers& numbers) -> Estimate {
        auto chosen = deltas(numbers, metric, unit, layer, blocks, Curve::mean);
        if (chosen.empty()) return {};
        for (std::size_t b = 0; b < chosen.size(); ++b) {
            chosen[b] = minus(chosen[b], exactly(expected[b]));
        }
        return farthest(chosen, 0, numbers.inputs().level);
    };
}

Measure difference(Measure a, Measure b) {
    return [a = std::move(a), b = std::move(b)](PaperNumbers& numbers) {
        return minus(a(numbers), b(numbers));
    };
}

Measure linear(Measure a, double factor, double offset) {
    return [a = std::move(a), factor, offset](PaperNumbers& numbers) -> Estimate {
        const Estimate e = a(numbers);
        const auto [low, high] = std::minmax({factor * e.low, factor * e.high});
        return {factor * e.value + offset, low + offset, high + offset};
    };
}

Measure average(std::vector<Measure> parts) {
    return [parts = std::move(parts)](PaperNumbers& numbers) {
        return mean_of(all_of(parts, numbers));
    };
}

Measure largest(std::vector<Measure> parts) {
    return [parts = std::move(parts)](PaperNumbers& numbers) {
        return extreme(all_of(parts, numbers), numbers.inputs().level, larger);
    };
}

Measure smallest(std::vector<Measure> parts) {
    return [parts = std::move(parts)](PaperNumbers& numbers) {
        return extreme(all_of(parts, numbers), numbers.inputs().level, smaller);
    };
}

Measure constant(double value) {
    return [value](PaperNumbers&) { return exactly(value); };
}

}  // namespace blockscope
