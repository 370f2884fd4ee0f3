#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "blockscope/base/random.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {

/// Draws architectures as the paper does: the depth of each unit uniform over its allowed values,
/// then width, stem choices and the block of every active layer uniform. Prepared once; a draw
/// allocates nothing.
class Sampler {
public:
    /// resolution: every drawn architecture has it; need not be one of the space's.
    Sampler(const DesignSpace& space, int resolution);

    Architecture draw(Rng& rng) const;

    /// With block and width of one placement held fixed.
    Architecture draw(Rng& rng, const Placement& fixed, Protocol protocol) const;

private:
    struct Options {
        std::uint8_t count = 0;
        std::array<std::uint8_t, 64> values{};
    };
    struct UnitOptions {
        int first_slot = 0;
        Options depths, widths;
        std::vector<Options> blocks;
        bool raises_to_layer = false;  ///< published rule of bottleneck units
    };
    std::uint16_t resolution_;
    std::vector<Options> stem_;
    std::vector<UnitOptions> units_;
};

/// n independent architectures. Architecture i depends on the generator's seed and i only: the same
/// for any number of threads, and a longer sample starts with the shorter one.
std::vector<Architecture> sample(const DesignSpace& space, std::size_t n, const Rng& rng,
                                 int resolution, unsigned threads = 1);

/// The same with one placement held fixed.
std::vector<Architecture> sample(const DesignSpace& space, std::size_t n, const Rng& rng,
                                 int resolution, const Placement& fixed, Protocol protocol,
                                 unsigned threads = 1);

}  // namespace blockscope
