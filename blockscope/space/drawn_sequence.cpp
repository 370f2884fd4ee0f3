#include "blockscope/space/drawn_sequence.hpp"

#include <algorithm>
#include <utility>

namespace blockscope {

DrawnSequence::DrawnSequence(const DesignSpace& space, std::vector<int> resolutions,
                             std::uint64_t seed, unsigned threads)
    : space_(space), resolutions_(std::move(resolutions)), seed_(seed), threads_(threads) {}

std::span<const Architecture> DrawnSequence::first(std::size_t n) {
    if (n > drawn_.size()) {
        // twice as many, so that a pool that grows batch by batch draws each a few times at most
        const std::size_t more = std::max(n, std::min(2 * drawn_.size(), drawn_.size() + 1000000));
        drawn_ = sample(space_, more, Rng(seed_), resolutions_.front(), threads_);
        for (std::size_t i = 0; i < drawn_.size() && resolutions_.size() > 1; ++i) {
            drawn_[i].resolution =
                static_cast<std::uint16_t>(resolutions_[i % resolutions_.size()]);
        }
    }
    return std::span(drawn_).first(n);
}

}  // namespace blockscope
