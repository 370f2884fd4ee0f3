#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "blockscope/search/staircase.hpp"

namespace blockscope {

/// The sides of a box that has a corner at 0; all positive.
template <std::size_t d>
using Box = std::array<double, d>;

/// The volume that boxes with a common corner cover together. Up to three dimensions a sweep along
/// the last one; beyond, slices along the last one (WFG), each of which adds what the box's lower
/// sides add to those of the boxes before it. Keeps its memory from call to call.
template <std::size_t d>
class BoxUnion {
public:
    /// Sorts the boxes; any may lie within others.
    double volume(std::span<Box<d>> boxes) {
        std::sort(boxes.begin(), boxes.end(),
                  [](const Box<d>& a, const Box<d>& b) { return a[d - 1] > b[d - 1]; });
        double sum = 0;
        if constexpr (d == 1) {
            if (!boxes.empty()) sum = boxes[0][0];
        } else if constexpr (d == 2) {
            double width = 0;
            for (const auto& box : boxes) {
                sum += box[1] * std::max(0.0, box[0] - width);
                width = std::max(width, box[0]);
            }
        } else if constexpr (d == 3) {
            Staircase stairs(&pool_);
            for (const auto& box : boxes) sum += box[2] * stairs.add(box[0], box[1]);
        } else {
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                sum += boxes[i][d - 1] * slice_.added(boxes[i].data(), boxes.first(i));
            }
        }
        return sum;
    }

    /// What a box of the first d sides at `box` adds to others; of those the first d sides count.
    template <std::size_t sides>
    double added(const double* box, std::span<const Box<sides>> others) {
        static_assert(sides >= d);
        double whole = 1;
        for (std::size_t k = 0; k < d; ++k) whole *= box[k];
        return whole - volume(shadows(box, others));
    }
    template <std::size_t sides>
    double added(const double* box, std::span<Box<sides>> others) {
        return added(box, std::span<const Box<sides>>(others));
    }

private:
    /// What the others cover within the box, without those that lie within another. The largest
    /// that is left lies within none and mostly holds many: of a thousand a handful is left.
    template <std::size_t sides>
    std::span<Box<d>> shadows(const double* box, std::span<const Box<sides>> others) {
        if (shadows_.size() < others.size()) shadows_.resize(others.size());
        std::size_t largest = 0;
        double most = -1;
        for (std::size_t j = 0; j < others.size(); ++j) {
            double volume = 1;
            for (std::size_t k = 0; k < d; ++k) {
                shadows_[j][k] = std::min(box[k], others[j][k]);
                volume *= shadows_[j][k];
            }
            if (volume > most) largest = j;
            most = std::max(most, volume);
        }
        std::size_t kept = 0;
        for (std::size_t end = others.size(); kept < end;) {
            std::swap(shadows_[kept], shadows_[largest]);
            const Box<d> outer = shadows_[kept++];
            largest = kept;
            most = -1;
            std::size_t left = kept;
            for (std::size_t j = kept; j < end; ++j) {
                const Box<d> inner = shadows_[j];
                bool within = true;
                double volume = 1;
                for (std::size_t k = 0; k < d; ++k) {
                    within &= inner[k] <= outer[k];
                    volume *= inner[k];
                }
                if (within) continue;
                if (volume > most) largest = left;
                most = std::max(most, volume);
                shadows_[left++] = inner;
            }
            end = left;
        }
        return {shadows_.data(), kept};
    }

    std::vector<Box<d>> shadows_;
    std::pmr::unsynchronized_pool_resource pool_;
    [[no_unique_address]] std::conditional_t<(d > 3), BoxUnion<(d > 3 ? d - 1 : 1)>, std::monostate>
        slice_;
};

}  // namespace blockscope
