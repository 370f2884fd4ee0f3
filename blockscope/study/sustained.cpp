#include "blockscope/study/sustained.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/measure/median.hpp"
#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/false_discovery.hpp"
#include "blockscope/stats/rank_correlation.hpp"

namespace blockscope {
namespace {

constexpr std::size_t least_visits = 6;
constexpr double same_ranking = 0.99;

struct Third {
    RobustMean value;
    double clock_ms = 0;
};

Third third(std::span<const StoredVisit> visits, bool by_cpu_time) {
    std::vector<double> values;
    std::vector<double> clock;
    values.reserve(visits.size());
    clock.reserve(visits.size());
    for (const auto& v : visits) {
        values.push_back(v.value);
        clock.push_back(by_cpu_time ? v.cpu_ms : v.wall_ms);
    }
    return {robust_mean(std::move(values)), median(std::move(clock))};
}

/// Changes on the scale of logarithms that stand out from their median.
std::size_t stand_out(const std::vector<double>& changes, const std::vector<double>& errors,
                      const std::vector<double>& degrees) {
    const double middle = median(changes);
    std::vector<double> p;
    p.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        p.push_back(student_p_value((changes[i] - middle) / errors[i], degrees[i]));
    }
    std::size_t count = 0;
    for (const double q : adjusted_p_values(p)) count += q <= 0.05 ? 1 : 0;
    return count;
}

std::string verdict_of(const Estimate& e) {
    if (e.low >= same_ranking) return "same";
    if (e.high < same_ranking) return "changed";
    return "undecided";
}

std::string with_interval(const Estimate& e) {
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", e.value, e.low, e.high);
}

}  // namespace

SustainedLoad sustained_load(std::span<const std::vector<StoredVisit>> visits, bool by_cpu_time,
                             double level, std::uint64_t seed) {
    SustainedLoad load;
    NoisyPairs pairs;
    std::vector<double> counts;
    std::vector<double> clock_ratios;
    std::vector<double> changes;
    std::vector<double> errors;
    std::vector<double> degrees;
    for (const auto& of : visits) {
        if (of.size() < least_visits) continue;
        const std::size_t n = of.size() / 3;
        const std::span all(of);
        const Third first = third(all.first(n), by_cpu_time);
        const Third last = third(all.last(n), by_cpu_time);
        pairs.a.push_back(first.value.value);
        pairs.error_a.push_back(first.value.standard_error);
        pairs.b.push_back(last.value.value);
        pairs.error_b.push_back(last.value.standard_error);
        counts.push_back(static_cast<double>(of.size()));
        clock_ratios.push_back(last.clock_ms / first.clock_ms);
        changes.push_back(std::log(last.value.value / first.value.value));
        errors.push_back(std::hypot(first.value.standard_error / first.value.value,
                                    last.value.standard_error / last.value.value));
        degrees.push_back(
            std::max(1.0, std::min(first.value.degrees_of_freedom, last.value.degrees_of_freedom)));
    }
    load.networks = pairs.a.size();
    load.verdict = "undecided";
    if (load.networks == 0) return load;
    load.visits = static_cast<std::size_t>(median(counts));
    load.change = median(clock_ratios) - 1;
    load.changed_alone = stand_out(changes, errors, degrees);
    if (load.networks < 4) return load;
    load.spearman = spearman(pairs.a, pairs.b, level);
    load.kendall = kendall(pairs.a, pairs.b, level);
    Rng rng(seed);
    load.without_noise = true_rank_correlation(pairs, level, rng);
    load.verdict = verdict_of(load.without_noise.spearman);
    return load;
}

std::string to_string(const SustainedLoad& load) {
    if (load.networks < 4) {
        return fmt::format("sustained load: {} network(s) with six visits or more, too few to rank",
                           load.networks);
    }
    const char* const verdict =
        load.verdict == "same"      ? "the ranking at the end is that at the beginning"
        : load.verdict == "changed" ? "THE RANKING CHANGED"
                                    : "whether the ranking changed is not known";
    return fmt::format(
        "sustained load: {}; last third of {} visits against the first, {} networks: Spearman {}, "
        "Kendall {}, without noise {} and {}; times changed by {:+.1f} %, {} network(s) by another "
        "factor than the rest",
        verdict, load.visits, load.networks, with_interval(load.spearman),
        with_interval(load.kendall), with_interval(load.without_noise.spearman),
        with_interval(load.without_noise.kendall), 100 * load.change, load.changed_alone);
}

}  // namespace blockscope
