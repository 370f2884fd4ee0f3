#include "blockscope/report/attained.hpp"

#include <cmath>
#include <set>

#include "blockscope/report/evenly.hpp"
#include "blockscope/search/attainment.hpp"
#include "blockscope/search/dominance.hpp"

namespace blockscope {
namespace {

/// The front alone of what each run saw.
std::vector<Costs> fronts_of(const SearchRecord& record) {
    std::vector<Costs> fronts;
    for (const auto& run : record.runs) {
        Costs only{run.costs.dimensions, {}};
        for (const auto i : front(run.costs, Ties::keep_first)) {
            only.values.insert(only.values.end(), run.costs[i].begin(), run.costs[i].end());
        }
        fronts.push_back(std::move(only));
    }
    return fronts;
}

/// First cost of the surface at a second cost: the best of what costs no more; NaN where nothing
/// does.
double at(const Costs& surface, double second) {
    double best = std::nan("");
    for (std::size_t i = 0; i < surface.size(); ++i) {
        if (surface[i][1] <= second && !(surface[i][0] >= best)) best = surface[i][0];
    }
    return best;
}

double value_of(const SearchRecord::Wanted& wanted, double cost) {
    return wanted.direction == Direction::larger_is_better ? -cost : cost;
}

}  // namespace

std::vector<Attained> attained(const SearchRecord& record, std::size_t most) {
    std::vector<Attained> rows;
    const auto fronts = fronts_of(record);
    if (fronts.empty()) return rows;
    const auto best = attainment_surface(fronts, 1);
    const auto median = attainment_surface(fronts, (fronts.size() + 1) / 2);
    const auto all = attainment_surface(fronts, fronts.size());
    std::set<double> all_corners;
    for (const auto* surface : {&best, &median, &all}) {
        for (std::size_t i = 0; i < surface->size(); ++i) all_corners.insert((*surface)[i][1]);
    }
    const auto corners = evenly(std::vector(all_corners.begin(), all_corners.end()), most);
    const auto& wanted = record.objectives;
    for (const double x : corners) {
        rows.push_back({value_of(wanted[1], x), value_of(wanted[0], at(best, x)),
                        value_of(wanted[0], at(median, x)), value_of(wanted[0], at(all, x))});
    }
    return rows;
}

}  // namespace blockscope
