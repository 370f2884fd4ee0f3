#include "blockscope/search/dominance.hpp"

#include <algorithm>
#include <cmath>

namespace blockscope {
namespace {

bool equal(std::span<const double> a, std::span<const double> b) {
    return std::equal(a.begin(), a.end(), b.begin());
}

/// Points without NaN by their costs in turn, then by index: whatever dominates a point stands
/// before it, and so does the first of equals.
std::vector<std::size_t> sorted(const Costs& costs) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto p = costs[i];
        if (std::none_of(p.begin(), p.end(), [](double v) { return std::isnan(v); })) {
            order.push_back(i);
        }
    }
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        const auto a = costs[i];
        const auto b = costs[j];
        for (std::size_t k = 0; k < a.size(); ++k) {
            if (a[k] != b[k]) return a[k] < b[k];
        }
        return i < j;
    });
    return order;
}

/// The front of sorted points, in their order. At most two objectives: what came before a point is
/// no worse in the first, so the last member tells whether the second is.
std::vector<std::size_t> sorted_front(const Costs& costs, const std::vector<std::size_t>& order) {
    std::vector<std::size_t> members;
    for (const auto i : order) {
        const auto dominated = [&](std::size_t j) { return dominates(costs[j], costs[i]); };
        const auto first =
            costs.dimensions <= 2 && !members.empty() ? members.end() - 1 : members.begin();
        if (std::none_of(first, members.end(), dominated)) members.push_back(i);
    }
    return members;
}

/// Smallest and largest cost of some points in objective k.
std::pair<double, double> span_of(const Costs& costs, std::span<const std::size_t> members,
                                  std::size_t k) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const auto i : members) {
        low = std::min(low, costs[i][k]);
        high = std::max(high, costs[i][k]);
    }
    return {low, high};
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
    bool better = false;
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (a[k] > b[k]) return false;
        better = better || a[k] < b[k];
    }
    return better;
}

std::vector<std::size_t> front(const Costs& costs, Ties ties) {
    auto members = sorted_front(costs, sorted(costs));
    if (ties == Ties::keep_first) {  // equals are neighbours
        const auto same = [&](std::size_t i, std::size_t j) { return equal(costs[i], costs[j]); };
        members.erase(std::unique(members.begin(), members.end(), same), members.end());
    }
    std::sort(members.begin(), members.end());
    return members;
}

std::vector<std::uint32_t> ranks(const Costs& costs) {
    std::vector<std::uint32_t> rank(costs.size(), unranked);
    std::vector<std::vector<std::size_t>> fronts;
    const std::size_t* previous = nullptr;
    const auto order = sorted(costs);
    for (const auto& i : order) {
        if (previous != nullptr && equal(costs[*previous], costs[i])) {
            rank[i] = rank[*previous];
        } else {
            // a front that dominates a point has one before it that does too
            const auto dominating = [&](const std::vector<std::size_t>& members) {
                const auto dominated = [&](std::size_t j) { return dominates(costs[j], costs[i]); };
                const auto first = costs.dimensions <= 2 ? members.rbegin() + 1 : members.rend();
                return std::any_of(members.rbegin(), first, dominated);
            };
            const auto place = std::partition_point(fronts.begin(), fronts.end(), dominating);
            rank[i] = static_cast<std::uint32_t>(place - fronts.begin());
            if (place == fronts.end()) {
                fronts.push_back({i});
            } else {
                place->push_back(i);
            }
        }
        previous = &i;
    }
    return rank;
}

std::vector<double> crowding(const Costs& costs, std::span<const std::size_t> members) {
    std::vector<double> distance(members.size(), 0.0);
    std::vector<std::size_t> order(members.size());
    for (std::size_t k = 0; k < costs.dimensions && !members.empty(); ++k) {
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        const auto cost = [&](std::size_t i) { return costs[members[i]][k]; };
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t i, std::size_t j) { return cost(i) < cost(j); });
        const double whole = cost(order.back()) - cost(order.front());
        distance[order.front()] = std::numeric_limits<double>::infinity();
        distance[order.back()] = std::numeric_limits<double>::infinity();
        if (!(whole > 0)) continue;
        for (std::size_t i = 1; i + 1 < order.size(); ++i) {
            distance[order[i]] += (cost(order[i + 1]) - cost(order[i - 1])) / whole;
        }
    }
    return distance;
}

std::vector<double> bulges(const Costs& costs, std::span<const std::size_t> members) {
    std::vector<double> bulge(members.size(), 1.0);
    for (std::size_t k = 0; k < costs.dimensions; ++k) {
        const auto [low, high] = span_of(costs, members, k);
        if (!(high > low)) continue;
        for (std::size_t i = 0; i < members.size(); ++i) {
            bulge[i] -= (costs[members[i]][k] - low) / (high - low);
        }
    }
    for (auto& b : bulge) b /= std::sqrt(static_cast<double>(costs.dimensions));
    return bulge;
}

}  // namespace blockscope
