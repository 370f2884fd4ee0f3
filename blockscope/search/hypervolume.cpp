#include "blockscope/search/hypervolume.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/search/box_union.hpp"
#include "blockscope/search/dominance.hpp"

namespace blockscope {
namespace {

constexpr std::size_t most_objectives = 10;

/// The box between a point and the reference, or nothing if the point is not better throughout.
template <std::size_t d>
std::optional<Box<d>> box_of(std::span<const double> point, std::span<const double> reference) {
    Box<d> box;
    for (std::size_t k = 0; k < d; ++k) {
        box[k] = reference[k] - point[k];
        if (!(box[k] > 0)) return std::nullopt;  // NaN too
    }
    return box;
}

template <std::size_t d>
double volume(const Costs& costs, std::span<const double> reference) {
    std::vector<Box<d>> boxes;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        if (const auto box = box_of<d>(costs[i], reference)) boxes.push_back(*box);
    }
    return BoxUnion<d>().volume(boxes);
}

/// Boxes of two sides: what a box adds is the rectangle between its neighbours on the front, less
/// what boxes off the front cover of it; each of those reaches into one such rectangle at most.
std::vector<double> added_areas(std::span<const Box<2>> boxes) {
    Costs costs{2, {}};
    for (const auto& box : boxes) costs.values.insert(costs.values.end(), {-box[0], -box[1]});
    struct Corner {
        std::size_t box;
        double low_x = 0, low_y = 0;
    };
    std::map<double, Corner> corners;  // by x
    for (const auto i : front(costs, Ties::keep_first)) corners[boxes[i][0]] = {i};
    double x = 0;
    Corner* before = nullptr;
    std::vector<double> added(boxes.size(), 0.0);
    std::vector<bool> on_front(boxes.size(), false);
    for (auto& [own_x, corner] : corners) {
        on_front[corner.box] = true;
        corner.low_x = x;
        x = own_x;
        if (before != nullptr) before->low_y = boxes[corner.box][1];
        before = &corner;
    }
    for (const auto& [own_x, corner] : corners) {
        added[corner.box] = (own_x - corner.low_x) * (boxes[corner.box][1] - corner.low_y);
    }
    std::pmr::unsynchronized_pool_resource pool;
    std::map<std::size_t, Staircase> covered;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (on_front[i]) continue;
        const Corner& corner = corners.lower_bound(boxes[i][0])->second;
        const double width = boxes[i][0] - corner.low_x;
        const double height = boxes[i][1] - corner.low_y;
        if (!(width > 0) || !(height > 0)) continue;
        auto& stairs = covered.try_emplace(corner.box, &pool).first->second;
        added[corner.box] -= stairs.add(width, height);
    }
    return added;
}

template <std::size_t d>
std::vector<double> added_volumes(const Costs& costs, std::span<const double> reference) {
    std::vector<double> result(costs.size(), 0.0);
    std::vector<Box<d>> boxes;
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        if (const auto box = box_of<d>(costs[i], reference)) {
            boxes.push_back(*box);
            points.push_back(i);
        }
    }
    if constexpr (d == 2) {
        const auto areas = added_areas(boxes);
        for (std::size_t i = 0; i < points.size(); ++i) result[points[i]] = areas[i];
    } else {
        BoxUnion<d> united;
        for (std::size_t i = 0; i < points.size(); ++i) {  // every box but the last one
            std::swap(boxes[i], boxes.back());
            const std::span<const Box<d>> others(boxes.data(), boxes.size() - 1);
            result[points[i]] = united.added(boxes.back().data(), others);
            std::swap(boxes[i], boxes.back());
        }
    }
    return result;
}

/// work.template operator()<d>() for the number of objectives.
template <typename Work>
auto for_dimensions(std::size_t dimensions, Work work) {
    switch (dimensions) {
        case 1:
            return work.template operator()<1>();
        case 2:
            return work.template operator()<2>();
        case 3:
            return work.template operator()<3>();
        case 4:
            return work.template operator()<4>();
        case 5:
            return work.template operator()<5>();
        case 6:
            return work.template operator()<6>();
        case 7:
            return work.template operator()<7>();
        case 8:
            return work.template operator()<8>();
        case 9:
            return work.template operator()<9>();
        case most_objectives:
            return work.template operator()<most_objectives>();
        default:
            throw Error(fmt::format("a hypervolume of {} objectives; 1 to {} are possible",
                                    dimensions, most_objectives));
    }
}

void check(const Costs& costs, std::span<const double> reference) {
    if (costs.dimensions != reference.size()) {
        throw Error(fmt::format("a reference point of {} objectives for points of {}",
                                reference.size(), costs.dimensions));
    }
}

}  // namespace

double hypervolume(const Costs& costs, std::span<const double> reference) {
    check(costs, reference);
    return for_dimensions(costs.dimensions,
                          [&]<std::size_t d>() { return volume<d>(costs, reference); });
}

std::vector<double> contributions(const Costs& costs, std::span<const double> reference) {
    check(costs, reference);
    return for_dimensions(costs.dimensions,
                          [&]<std::size_t d>() { return added_volumes<d>(costs, reference); });
}

std::vector<double> worst(const Costs& costs) {
    std::vector<double> result(costs.dimensions, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto p = costs[i];
        bool known = true;
        for (const double v : p) known = known && !std::isnan(v);
        for (std::size_t k = 0; known && k < p.size(); ++k) result[k] = std::max(result[k], p[k]);
    }
    return result;
}

}  // namespace blockscope
