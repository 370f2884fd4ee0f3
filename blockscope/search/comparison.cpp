#include "blockscope/search/comparison.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/search/attainment.hpp"
#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/stats/comparison.hpp"
#include "blockscope/stats/mean.hpp"

namespace blockscope {
namespace {

constexpr int thirds = 3;

/// The runs of one seed and their fronts.
struct Pair {
    const SearchRecord::Run* first;
    const SearchRecord::Run* second;
    Costs first_front, second_front;
};

Costs front_of(const Costs& costs) {
    Costs result{costs.dimensions, {}};
    for (const auto i : front(costs, Ties::keep_first)) {
        const auto point = costs[i];
        result.values.insert(result.values.end(), point.begin(), point.end());
    }
    return result;
}

bool contains_all(const std::vector<int>& all, const std::vector<int>& some) {
    return std::all_of(some.begin(), some.end(),
                       [&](int r) { return std::find(all.begin(), all.end(), r) != all.end(); });
}

void check(const SearchRecord& first, const SearchRecord& second) {
    if (first.objectives != second.objectives) {
        std::string texts[2];
        for (int i = 0; i < 2; ++i) {
            for (const auto& o : (i == 0 ? first : second).objectives) {
                texts[i] +=
                    fmt::format("{}{} ({})", texts[i].empty() ? "" : ", ", o.metric, o.unit);
            }
        }
        throw Error(fmt::format("searches for different things: {} and {}", texts[0], texts[1]));
    }
    if (!contains_all(first.resolutions, second.resolutions) &&
        !contains_all(second.resolutions, first.resolutions)) {
        throw Error(fmt::format("searches at resolutions {} and {}",
                                resolutions_text(first.resolutions),
                                resolutions_text(second.resolutions)));
    }
    if (first.limits != second.limits) {
        const auto text = [](const std::vector<std::string>& limits) {
            return limits.empty() ? std::string("no limits") : quoted_list(limits);
        };
        throw Error(fmt::format("searches within different limits: {} against {}",
                                text(first.limits), text(second.limits)));
    }
}

std::vector<Pair> pairs_of(const SearchRecord& first, const SearchRecord& second) {
    std::vector<Pair> pairs;
    for (const auto& a : first.runs) {
        for (const auto& b : second.runs) {
            if (a.seed == b.seed) pairs.push_back({&a, &b, front_of(a.costs), front_of(b.costs)});
        }
    }
    if (pairs.empty()) throw Error("searches that share no seed");
    for (const auto& pair : pairs) {
        if (pair.first_front.size() == 0 || pair.second_front.size() == 0) {
            throw Error(fmt::format("a search that found nothing with seed {}", pair.first->seed));
        }
    }
    return pairs;
}

/// Worst cost on any front.
std::vector<double> worst_on_fronts(const std::vector<Pair>& pairs) {
    Costs all{pairs[0].first_front.dimensions, {}};
    for (const auto& pair : pairs) {
        for (const auto* costs : {&pair.first_front, &pair.second_front}) {
            all.values.insert(all.values.end(), costs->values.begin(), costs->values.end());
        }
    }
    return worst(all);
}

/// How many of a run's networks, in their order, have a hypervolume of at least `volume`.
double needed(const Costs& costs, const std::vector<double>& reference, double volume) {
    volume *= 1 - 1e-12;  // another order of the same boxes differs in the last bits
    const auto reached = [&](std::size_t n) {
        const auto end = costs.values.begin() + static_cast<std::ptrdiff_t>(n * costs.dimensions);
        return hypervolume({costs.dimensions, {costs.values.begin(), end}}, reference) >= volume;
    };
    std::size_t low = 0;
    std::size_t high = costs.size();
    if (!reached(high)) return std::nan("");
    while (low < high) {
        const std::size_t middle = (low + high) / 2;
        if (reached(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return static_cast<double>(low);
}

/// The second cost first, as the axis that regions are cut from.
Costs swapped(Costs costs) {
    for (std::size_t i = 0; i < costs.size(); ++i) {
        std::swap(costs.values[2 * i], costs.values[2 * i + 1]);
    }
    return costs;
}

std::vector<RegionGain> regions_of(const std::vector<Pair>& pairs,
                                   const std::vector<double>& worst_costs,
                                   const std::vector<SearchRecord::Wanted>& wanted, double level) {
    const auto sign = [&](std::size_t k) {
        return wanted[k].direction == Direction::larger_is_better ? -1.0 : 1.0;
    };
    double least = worst_costs[1];
    for (const auto& pair : pairs) {
        for (const auto* costs : {&pair.first_front, &pair.second_front}) {
            for (std::size_t i = 0; i < costs->size(); ++i) least = std::min(least, (*costs)[i][1]);
        }
    }
    std::vector<RegionGain> regions;
    if (!(least < worst_costs[1])) return regions;
    for (int r = 0; r < thirds; ++r) {
        const double width = (worst_costs[1] - least) / thirds;
        const double low = least + r * width;
        const double high = low + width;
        const auto best = [&](const Costs& front) {
            return sign(0) * mean_best(swapped(front), low, high, worst_costs[0]);
        };
        std::vector<double> first;
        std::vector<double> second;
        for (const auto& pair : pairs) {
            first.push_back(best(pair.first_front));
            second.push_back(best(pair.second_front));
        }
        regions.push_back(
            {sign(1) * low, sign(1) * high, paired(std::move(first), std::move(second), level)});
    }
    return regions;
}

}  // namespace

PairedNumbers paired(std::vector<double> first, std::vector<double> second, double level) {
    PairedNumbers result{std::move(first), std::move(second), {}, {}, {}, 1};
    std::vector<double> differences;
    for (std::size_t i = 0; i < result.first.size(); ++i) {
        differences.push_back(result.second[i] - result.first[i]);
    }
    result.first_mean = mean(result.first, level);
    result.second_mean = mean(result.second, level);
    result.difference = mean(differences, level);
    result.p_value = paired_permutation_p_value(differences);
    return result;
}

SearchComparison compare(const SearchRecord& first, const SearchRecord& second,
                         std::vector<double> reference, double level) {
    check(first, second);
    const auto pairs = pairs_of(first, second);
    std::vector<Direction> directions;
    directions.reserve(first.objectives.size());
    for (const auto& o : first.objectives) directions.push_back(o.direction);
    if (reference.empty()) reference = costs_of(worst_on_fronts(pairs), directions);
    const auto worst_costs = costs_of(reference, directions);
    SearchComparison result;
    result.level = level;
    result.reference = reference;
    std::vector<double> volumes[2];
    std::vector<double> bests[2];
    for (const auto& pair : pairs) {
        result.seeds.push_back(pair.first->seed);
        for (int side = 0; side < 2; ++side) {
            const auto& costs = side == 0 ? pair.first_front : pair.second_front;
            volumes[side].push_back(hypervolume(costs, worst_costs));
            double least = costs[0][0];
            for (std::size_t i = 0; i < costs.size(); ++i) least = std::min(least, costs[i][0]);
            bests[side].push_back(directions[0] == Direction::larger_is_better ? -least : least);
        }
        result.second_reaches_first.push_back(
            needed(pair.second->costs, worst_costs, volumes[0].back()));
        result.first_reaches_second.push_back(
            needed(pair.first->costs, worst_costs, volumes[1].back()));
    }
    result.volume = paired(std::move(volumes[0]), std::move(volumes[1]), level);
    result.best = paired(std::move(bests[0]), std::move(bests[1]), level);
    if (directions.size() == 2) {
        result.regions = regions_of(pairs, worst_costs, first.objectives, level);
    }
    return result;
}

}  // namespace blockscope
