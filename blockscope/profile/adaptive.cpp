#include "blockscope/profile/adaptive.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "blockscope/profile/targeted_sampling.hpp"
#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// What is open after a round, what each placement lacks, and by which factor the pool should grow.
struct Outlook {
    std::size_t resolved = 0;
    std::vector<std::string> unresolved;
    std::vector<double> needs;
    double growth = 1.5;
};

Outlook look_at_widths(const DesignSpace& space, const Profile& p, const Goal& goal) {
    Outlook look;
    const double target = goal.relative ? goal.width * std::abs(p.base.value) : goal.width;
    double largest = 1;
    for (const Cell& cell : p.cells) {
        const double width = half_width(cell.delta);
        // without an interval: as if four times too wide
        const double lack = std::isnan(width) ? 16.0 : (width / target) * (width / target);
        if (lack <= 1) {
            ++look.resolved;
            look.needs.push_back(0);
            continue;
        }
        look.unresolved.push_back(label(space, cell.placement));
        look.needs.push_back(lack - 1);
        largest = std::max(largest, lack);
    }
    look.growth = std::min(largest, 3.0);
    return look;
}

/// ordered: [i * blocks + j], pairs told apart so far; updated.
Outlook look_at_ranking(const DesignSpace& space, const Profile& p, const Goal& goal,
                        std::size_t round, std::vector<bool>& ordered) {
    Outlook look;
    const std::size_t n = p.blocks.size();
    ordered.resize(n * n, false);
    const double pairs = static_cast<double>(n * (n - 1)) / 2;
    const double k = std::numbers::pi * static_cast<double>(round);
    const double allowed = (1 - goal.confidence) * 6 / (k * k) / std::max(1.0, pairs);
    const double t = student_quantile(1 - allowed, static_cast<double>(p.evaluations) - 1);
    std::vector<bool> open(n, false);
    double largest = 1;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = i + 1; j < n; ++j) {
            const double apart = std::abs(p.blocks[i].response.value - p.blocks[j].response.value);
            const auto& v = p.block_covariance;
            const double error =
                std::sqrt(std::max(0.0, v[i * n + i] + v[j * n + j] - 2 * v[i * n + j]));
            if (apart > t * error) ordered[i * n + j] = true;
            if (ordered[i * n + j]) {
                ++look.resolved;
                continue;
            }
            look.unresolved.push_back(p.blocks[i].block + " and " + p.blocks[j].block);
            open[i] = open[j] = true;
            const double lack = apart > 0 ? t * error / apart : 10.0;
            largest = std::max(largest, lack * lack);
        }
    }
    for (const Cell& cell : p.cells) {
        double need = 0;
        for (std::size_t b = 0; b < n; ++b) {
            if (open[b] && block_name(space, cell.placement) == p.blocks[b].block) {
                need = half_width(cell.mean);
                if (std::isnan(need)) need = std::abs(p.base.value);
            }
        }
        look.needs.push_back(need);
    }
    look.growth = std::clamp(largest, 1.3, 2.0);
    return look;
}

}  // namespace

AdaptiveResult adaptive_profile(
    const DesignSpace& space,
    const std::function<MetricColumn(std::span<const Architecture>)>& evaluate,
    const MetricInfo& metric, const std::vector<int>& resolutions, const AdaptiveOptions& adaptive,
    const ProfileOptions& options) {
    TargetedSampling sampling(space, resolutions, adaptive.seed);
    ProfileOptions without_percentiles = options;
    without_percentiles.percentiles.clear();
    AdaptiveResult result;
    std::vector<bool> ordered;
    std::vector<double> needs(placements(space).size(), 0.0);
    std::size_t size = std::min(adaptive.first_round, adaptive.most);
    while (true) {
        const auto batch =
            sampling.draw(size, needs, Rng(adaptive.seed).fork(result.rounds), result.uniform);
        const MetricColumn values = evaluate(batch);
        for (const auto& [i, reason] : values.failures) {
            result.column.failures.emplace_back(result.archs.size() + i, reason);
        }
        result.archs.insert(result.archs.end(), batch.begin(), batch.end());
        result.column.values.insert(result.column.values.end(), values.values.begin(),
                                    values.values.end());
        ++result.rounds;
        result.weights = sampling.weights(result.archs);
        const EvaluatedSample sample{result.archs, result.column.values, result.weights};
        result.profile = pooled_profile(space, sample, metric, resolutions, without_percentiles);
        Outlook look =
            adaptive.goal.kind == Goal::Kind::width
                ? look_at_widths(space, result.profile, adaptive.goal)
                : look_at_ranking(space, result.profile, adaptive.goal, result.rounds, ordered);
        result.resolved = look.resolved;
        result.unresolved = std::move(look.unresolved);
        if (result.unresolved.empty()) {
            result.stopped = "the goal is reached";
        } else if (result.archs.size() >= adaptive.most) {
            result.stopped = "the budget of evaluations is spent";
        } else if (adaptive.out_of_time && adaptive.out_of_time()) {
            result.stopped = "the time is spent";
        }
        if (!result.stopped.empty()) {
            if (!options.percentiles.empty()) {
                result.profile = pooled_profile(space, sample, metric, resolutions, options);
            }
            return result;
        }
        needs = std::move(look.needs);
        const double more = static_cast<double>(result.archs.size()) * (look.growth - 1);
        size = std::min(std::max<std::size_t>(50, static_cast<std::size_t>(more)),
                        adaptive.most - result.archs.size());
    }
}

}  // namespace blockscope
