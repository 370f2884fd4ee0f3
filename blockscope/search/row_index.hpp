#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "blockscope/space/architecture.hpp"

namespace blockscope {

/// Finds the row of an architecture in a list that only grows and that somebody else keeps: 8 to 16
/// bytes a row, where a map would hold every architecture a second time. At most 2^32 - 2 rows.
class RowIndex {
public:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    /// The row of `a` in `archs`, all of which are known here; none if it has no row.
    std::uint32_t find(const std::vector<Architecture>& archs, const Architecture& a) const {
        return slots_.empty() ? none : slots_[slot_of(archs, a)];
    }

    /// The row of `a`, and true if it was appended to `archs` for that.
    std::pair<std::uint32_t, bool> find_or_append(std::vector<Architecture>& archs,
                                                  const Architecture& a) {
        if (2 * (archs.size() + 1) > slots_.size()) grow(archs);
        std::uint32_t& row = slots_[slot_of(archs, a)];
        if (row != none) return {row, false};
        row = static_cast<std::uint32_t>(archs.size());
        archs.push_back(a);
        return {row, true};
    }

private:
    /// Where `a` is, or the free slot where it belongs: linear probing.
    std::size_t slot_of(const std::vector<Architecture>& archs, const Architecture& a) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = ArchitectureHash()(a) & mask;
        while (slots_[slot] != none && archs[slots_[slot]] != a) slot = (slot + 1) & mask;
        return slot;
    }
    void grow(const std::vector<Architecture>& archs) {
        slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), none);
        for (std::uint32_t row = 0; row < archs.size(); ++row) {
            slots_[slot_of(archs, archs[row])] = row;
        }
    }

    std::vector<std::uint32_t> slots_;  ///< rows; a power of two, at most half of them taken
};

}  // namespace blockscope
