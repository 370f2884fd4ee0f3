#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "blockscope/space/beginning.hpp"
#include "blockscope/supernet/subnet.hpp"

namespace blockscope {

/// What the sub-network calibrated last leaves to the next one, which may begin with the same units
/// of the same supernet: the maps of the calibration images behind them, and the batch statistics
/// of their layers. They are what the next one would compute, to the bit.
class CalibratedBeginnings {
public:
    /// most_bytes: of maps. The space is kept by reference.
    CalibratedBeginnings(const DesignSpace& space, std::size_t most_bytes)
        : space_(space), most_bytes_(most_bytes) {}

    /// The end of the stem or of a unit.
    struct Border {
        std::size_t op = 0;                         ///< the last operator before it
        Architecture beginning;                     ///< up to there
        std::size_t room = 0;                       ///< batches whose maps may be kept
        std::vector<std::vector<float>> maps = {};  ///< of the first batches
        std::vector<BatchNorm> norms = {};  ///< of the operators up to op; none: not known yet

        bool holds(std::size_t batch) const { return !norms.empty() && batch < maps.size(); }
    };

    /// The borders of a network, behind those operators; those up to which the last network was the
    /// same come with what it left. batches: of `images` each. Deep borders get their room first:
    /// their maps are small and save most.
    std::vector<Border> begin(const Architecture& a, const NetworkGraph& network,
                              std::span<const std::size_t> operators, std::size_t batches,
                              int images);

    /// What the next one may take over; nothing: nothing.
    void end(std::vector<Border> borders) { last_ = std::move(borders); }

private:
    const DesignSpace& space_;
    std::size_t most_bytes_;
    std::vector<Border> last_;
};

}  // namespace blockscope
