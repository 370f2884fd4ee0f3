#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "blockscope/base/parallel.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {

/// How often intervals of one kind covered the truth, over seeds: by the number of the quantity.
struct Coverage {
    std::vector<std::size_t> covered, tried;

    void count(std::size_t which, const Estimate& interval, double truth) {
        if (covered.size() <= which) {
            covered.resize(which + 1, 0);
            tried.resize(which + 1, 0);
        }
        if (std::isnan(interval.low) || std::isnan(truth)) return;
        ++tried[which];
        const double slack = 1e-9 * std::abs(truth);  // of summing in another order
        covered[which] += interval.low <= truth + slack && truth <= interval.high + slack;
    }
    double share() const {
        double sum = 0;
        double all = 0;
        for (std::size_t i = 0; i < tried.size(); ++i) {
            sum += static_cast<double>(covered[i]);
            all += static_cast<double>(tried[i]);
        }
        return sum / all;
    }
    /// Of quantities that had an interval in at least half as many seeds as the most frequent one.
    double worst() const {
        double least = 1;
        const std::size_t most = *std::max_element(tried.begin(), tried.end());
        for (std::size_t i = 0; i < tried.size(); ++i) {
            if (2 * tried[i] < most) continue;
            least =
                std::min(least, static_cast<double>(covered[i]) / static_cast<double>(tried[i]));
        }
        return least;
    }
};

struct Calibration {
    Coverage means, deltas, blocks, effects, percentiles, percentile_deltas;
    std::size_t seeds = 0;
    std::size_t bands_held = 0;  ///< seeds whose simultaneous bounds held for every cell
    /// Seeds that called a cell distinguishable (or discovered) whose true delta is 0
    std::size_t false_flags = 0;
    double half_width = 0;  ///< mean over cells and seeds, of the deltas

    void add(const Profile& p, const Profile& truth) {
        bool held = true;
        bool lied = false;
        double width = 0;
        for (std::size_t c = 0; c < p.cells.size(); ++c) {
            const Cell& cell = p.cells[c];
            const Cell& t = truth.cells[c];
            means.count(c, cell.mean, t.mean.value);
            deltas.count(c, cell.delta, t.delta.value);
            for (std::size_t i = 0; i < t.percentiles.size(); ++i) {
                const std::size_t which = c * t.percentiles.size() + i;
                percentiles.count(which, cell.percentiles[i], t.percentiles[i].value);
                percentile_deltas.count(which, cell.percentile_deltas[i],
                                        t.percentile_deltas[i].value);
            }
            const double d = t.delta.value;
            const double slack = 1e-9 * std::abs(t.mean.value);
            if (!std::isnan(cell.simultaneous.low)) {
                held = held && cell.simultaneous.low <= d + slack &&
                       d - slack <= cell.simultaneous.high;
                width += (cell.delta.high - cell.delta.low) / 2;
            }
            lied = lied || (d == 0 && cell.distinguishable);
        }
        for (std::size_t b = 0; b < p.blocks.size(); ++b) {
            blocks.count(b, p.blocks[b].response, truth.blocks[b].response.value);
        }
        for (std::size_t d = 0; d < p.depths.size(); ++d) {
            effects.count(2 * d, p.depths[d].mean, truth.depths[d].mean.value);
            effects.count(2 * d + 1, p.depths[d].effect, truth.depths[d].effect.value);
        }
        ++seeds;
        bands_held += held;
        false_flags += lied;
        half_width += width / static_cast<double>(p.cells.size());
    }
};

/// Values of a batch as a metric would give them; the generator is for its noise.
using Measure = std::function<std::vector<double>(std::span<const Architecture>, Rng&)>;

inline Calibration calibrate(const DesignSpace& space, const Measure& measure, const Profile& truth,
                             std::size_t n, std::size_t seeds, unsigned threads = 0,
                             std::uint64_t first_seed = 0) {
    Calibration result;
    std::mutex one_at_a_time;
    parallel_chunks(
        seeds, 1, thread_count(threads), [&](std::size_t seed, std::size_t, std::size_t) {
            const int resolution = truth.resolution;
            Rng noise = Rng(first_seed + seed).fork(1);
            const auto archs = sample(space, n, Rng(first_seed + 1000 + seed), resolution);
            const auto values = measure(archs, noise);
            const Profile p =
                pooled_profile(space, {archs, values}, truth.metric, {resolution}, truth.options);
            const std::lock_guard lock(one_at_a_time);
            result.add(p, truth);
        });
    return result;
}

}  // namespace blockscope
