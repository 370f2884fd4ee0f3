#include "blockscope/profile/profile_comparison.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/family_wise.hpp"

namespace blockscope {
namespace {

using Of = ProfileDifference::Of;
using Verdict = ProfileDifference::Verdict;

/// A profile's numbers on the comparison's scale and at its level.
class Scaled {
public:
    Scaled(const Profile& profile, bool relative, double level)
        : factor_(relative ? 100 / profile.base.value : 1),
          stretch_(normal_quantile(0.5 + level / 2) /
                   normal_quantile(0.5 + profile.options.level / 2)) {}

    Estimate operator()(const Estimate& e) const {
        const double value = factor_ * e.value;
        return {value, value - stretch_ * factor_ * (e.value - e.low),
                value + stretch_ * factor_ * (e.high - e.value)};
    }

private:
    double factor_, stretch_;
};

/// Two-sided, of a normal estimate whose interval has the level. rounding: what exact numbers may
/// differ by.
double p_value(const Estimate& e, double level, double rounding) {
    const double error = half_width(e) / normal_quantile(0.5 + level / 2);
    if (std::isnan(error)) return error;
    if (error <= rounding) return std::abs(e.value) <= rounding ? 1 : 0;
    return 2 * normal_cdf(-std::abs(e.value / error));
}

/// Verdicts of all numbers of one kind.
void judge(std::vector<ProfileDifference>& kind, double level, double rounding) {
    std::vector<double> p_values;
    p_values.reserve(kind.size());
    for (const auto& d : kind) p_values.push_back(p_value(d.difference, level, rounding));
    const auto adjusted = family_wise_p_values(p_values);
    for (std::size_t i = 0; i < kind.size(); ++i) {
        kind[i].p_value = adjusted[i];
        if (!(adjusted[i] <= 1 - level)) continue;
        kind[i].verdict = kind[i].difference.value < 0 ? Verdict::lower : Verdict::higher;
    }
}

}  // namespace

std::string_view to_string(Of of) {
    switch (of) {
        case Of::mean:
            return "mean";
        case Of::block:
            return "block response";
        case Of::placement:
            return "placement delta";
        case Of::depth:
            return "depth effect";
    }
    return "";
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::lower:
            return "lower";
        case Verdict::undecided:
            return "undecided";
        case Verdict::higher:
            return "higher";
    }
    return "";
}

ProfileComparison compare_profiles(const DesignSpace& space, const Profile& first,
                                   const Profile& second, double level) {
    if (first.options.protocol != second.options.protocol) {
        throw Error(fmt::format("a profile by protocol {} and one by {} do not compare",
                                to_string(first.options.protocol),
                                to_string(second.options.protocol)));
    }
    if (first.resolutions != second.resolutions) {
        throw Error("profiles at different resolutions do not compare");
    }
    const bool relative = first.metric.name != second.metric.name;
    ProfileComparison result{first.metric.name,
                             second.metric.name,
                             first.resolution,
                             relative ? "% of the mean" : first.metric.unit,
                             level,
                             {}};
    const Scaled scale_a(first, relative, level);
    const Scaled scale_b(second, relative, level);
    const auto compared = [&](ProfileDifference d, const Estimate& a, const Estimate& b) {
        d.first = scale_a(a);
        d.second = scale_b(b);
        d.difference = difference_of_independent(d.second, d.first);
        return d;
    };
    const auto add = [&](std::vector<ProfileDifference> kind) {
        judge(kind, level, 1e-12 * std::abs(scale_a(first.base).value));
        for (auto& d : kind) result.differences.push_back(std::move(d));
    };
    std::vector<ProfileDifference> kind;
    if (!relative) add({compared({}, first.base, second.base)});
    for (std::size_t i = 0; i < first.blocks.size(); ++i) {
        ProfileDifference d;
        d.of = Of::block;
        d.block = first.blocks[i].block;
        kind.push_back(compared(d, first.blocks[i].response, second.blocks[i].response));
    }
    add(std::exchange(kind, {}));
    for (std::size_t i = 0; i < first.cells.size(); ++i) {
        const Placement& p = first.cells[i].placement;
        ProfileDifference d;
        d.of = Of::placement;
        d.unit = p.unit;
        d.layer = p.layer;
        d.block = block_name(space, p);
        kind.push_back(compared(d, first.cells[i].delta, second.cells[i].delta));
    }
    add(std::exchange(kind, {}));
    for (std::size_t i = 0; i < first.depths.size(); ++i) {
        if (std::isnan(first.depths[i].effect.value)) continue;  // of the smallest depth
        ProfileDifference d;
        d.of = Of::depth;
        d.unit = first.depths[i].unit;
        d.depth = first.depths[i].depth;
        kind.push_back(compared(d, first.depths[i].effect, second.depths[i].effect));
    }
    add(std::exchange(kind, {}));
    return result;
}

std::vector<std::pair<std::size_t, std::size_t>> matching_profiles(
    const std::vector<Profile>& first, const std::vector<Profile>& second) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < first.size(); ++i) {
        for (std::size_t j = 0; j < second.size(); ++j) {
            if (first[i].metric.name == second[j].metric.name &&
                first[i].resolutions == second[j].resolutions) {
                pairs.emplace_back(i, j);
            }
        }
    }
    if (pairs.empty() && first.size() == 1 && second.size() == 1) pairs.emplace_back(0, 0);
    if (pairs.empty()) {
        throw Error(
            "the two have no metric at a resolution in common, and not one profile each, which "
            "would be compared in per cent of their means");
    }
    return pairs;
}

}  // namespace blockscope
