#pragma once

#include <cstddef>
#include <map>
#include <memory_resource>
#include <vector>

namespace blockscope {

/// The area that boxes [0, x] x [0, y] cover together, kept while boxes are added: O(log n) each,
/// averaged over all. Only the outer corners are stored.
class Staircase {
public:
    explicit Staircase(std::pmr::memory_resource* memory) : corners_(memory) {}

    /// The area that a box adds.
    double add(double x, double y) {
        auto right = corners_.lower_bound(x);
        double covered = right == corners_.end() ? 0 : right->second;
        if (covered >= y) return 0;
        double added = 0;
        double end = x;
        while (right != corners_.begin()) {
            const auto left = std::prev(right);
            if (left->second > y) break;
            added += (end - left->first) * (y - covered);
            end = left->first;
            covered = left->second;
            right = corners_.erase(left);
        }
        const double start = right == corners_.begin() ? 0 : std::prev(right)->first;
        added += (end - start) * (y - covered);
        if (right != corners_.end() && right->first == x) {
            right->second = y;
        } else {
            corners_.emplace_hint(right, x, y);
        }
        return added;
    }

private:
    std::pmr::map<double, double> corners_;  ///< x -> y; y falls
};

}  // namespace blockscope
