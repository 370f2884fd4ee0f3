#include "blockscope/profile/link_means.hpp"

namespace blockscope {
namespace {

/// A function on the grid, from `start` on.
struct Tabulated {
    int start = 0;
    std::vector<double> at;
};

/// Of a surrogate's value in steps: its link's mean over the resolutions.
Tabulated tabulated(const Link& link, const GridSurrogate& grid, std::size_t resolutions) {
    const GridMass& all = grid.distribution();
    Tabulated table{all.start, std::vector<double>(all.p.size(), 0.0)};
    for (std::size_t r = 0; r < resolutions; ++r) {
        for (std::size_t i = 0; i < table.at.size(); ++i) {
            const double steps = table.start + static_cast<double>(i);
            table.at[i] +=
                link(grid.offset(r) + grid.width(r) * steps) / static_cast<double>(resolutions);
        }
    }
    return table;
}

/// x -> E[f(x + steps)] where steps are distributed as given.
Tabulated averaged(const Tabulated& f, const GridMass& steps) {
    Tabulated mean{f.start - steps.start,
                   std::vector<double>(f.at.size() - steps.p.size() + 1, 0.0)};
    for (std::size_t x = 0; x < mean.at.size(); ++x) {
        double sum = 0;
        for (std::size_t k = 0; k < steps.p.size(); ++k) sum += steps.p[k] * f.at[x + k];
        mean.at[x] = sum;
    }
    return mean;
}

double expected(const Tabulated& f, const GridMass& mass) {
    double sum = 0;
    const double* at = f.at.data() + (mass.start - f.start);
    for (std::size_t i = 0; i < mass.p.size(); ++i) sum += mass.p[i] * at[i];
    return sum;
}

}  // namespace

std::vector<double> link_means(std::span<const Link> links, std::span<const GridSurrogate> grids,
                               const Strata& strata, std::size_t resolutions) {
    const std::size_t folds = grids.size();
    std::vector<double> means(static_cast<std::size_t>(strata.size()) * folds);
    for (std::size_t f = 0; f < folds; ++f) {
        const Tabulated whole = tabulated(links[f], grids[f], resolutions);
        std::vector<Tabulated> of_unit;
        for (int u = 0; u < grids[f].unit_count(); ++u) {
            of_unit.push_back(averaged(whole, grids[f].others(u)));
        }
        for (int s = 0; s < strata.size(); ++s) {
            const int u = strata.unit_of(s);
            means[static_cast<std::size_t>(s) * folds + f] =
                u < 0 ? expected(whole, grids[f].distribution())
                      : expected(of_unit[static_cast<std::size_t>(u)],
                                 grids[f].unit(u, strata.unit_in(s)));
        }
    }
    return means;
}

}  // namespace blockscope
