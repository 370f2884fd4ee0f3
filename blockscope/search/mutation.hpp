#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// How often parts of an architecture are chosen to be changed.
struct MutationRates {
    std::vector<double> units;  ///< one for each; empty: the space's own, or 0.5 for all (nsga2:
                                ///< one over the number of units)
    double stem = 0.25;         ///< of the stem's choices together, where there are any
    double resolution = 0.25;   ///< where there are several
};

/// Random neighbours as in the paper's published code. Every part (the stem, each unit, and the
/// resolution, which that code leaves alone) is chosen with its rate, at least one; each chosen
/// unit makes one move, uniform over those it has:
/// - add: layers of random blocks at random positions, up to the next depth allowed;
/// - remove: random layers (of bottleneck units the last ones), down to the next depth allowed;
/// - swap: one layer gets another block;
/// - widen: the unit gets another width.
/// The stem leaves a layer out or puts it in, or draws all its widths anew until one differs. The
/// resolution becomes another one.
/// A part without a move (and a unit of rate 0) is never chosen. Where layers have blocks of their
/// own, only positions are drawn whose moved layers keep to them. Allocates nothing.
class Mutator {
public:
    /// resolutions: that a mutation may choose from; fewer than two: it keeps the one it has.
    /// Throws Error for rates that are not from 0 to 1 or not one for each unit.
    explicit Mutator(const DesignSpace& space, const MutationRates& rates = {},
                     std::vector<int> resolutions = {});

    /// Changes `a`, a point of the space, into another one. False if no part has a move.
    bool mutate(Architecture& a, Rng& rng) const;

private:
    static constexpr int stem_part = 0;  ///< part u + 1 is unit u, the last is the resolution
    int resolution_part() const { return static_cast<int>(units_.size()) + 1; }
    struct UnitMoves {
        std::uint64_t depths = 0, widths = 0;
        int first_slot = 0;
        bool removes_last = false;
        std::vector<std::uint64_t> blocks;  ///< of each layer
    };
    bool can_move(const Architecture& a, int part) const;
    void move_stem(Architecture& a, Rng& rng) const;
    void move_resolution(Architecture& a, Rng& rng) const;
    void move_unit(Architecture& a, int u, Rng& rng) const;

    std::vector<double> rates_;         ///< of each part
    std::uint64_t layers_of_stem_ = 0;  ///< choices of more than one option, by kind
    std::uint64_t widths_of_stem_ = 0;
    std::array<std::uint64_t, max_stem_choices> stem_options_{};
    std::vector<UnitMoves> units_;
    std::vector<int> resolutions_;
};

/// Each unit (depth, width and blocks together), each stem choice and the resolution from either
/// parent with equal chances.
Architecture crossed(const DesignSpace& space, const Architecture& a, const Architecture& b,
                     Rng& rng);

}  // namespace blockscope
