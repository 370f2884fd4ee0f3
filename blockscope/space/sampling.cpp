#include "blockscope/space/sampling.hpp"

#include <algorithm>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"

namespace blockscope {
namespace {

constexpr std::size_t chunk = 4096;  // architectures of one random stream

}  // namespace

Sampler::Sampler(const DesignSpace& space, int resolution)
    : resolution_(static_cast<std::uint16_t>(resolution)) {
    const auto options = [](std::uint64_t bits) {
        Options result;
        for (const int i : allowed(bits))
            result.values[result.count++] = static_cast<std::uint8_t>(i);
        return result;
    };
    for (const auto& choice : space.stem_choices) stem_.push_back(options(choice.allowed));
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        UnitOptions o;
        o.first_slot = unit.first_slot;
        o.depths = options(unit.depths);
        o.widths = options(unit.widths);
        for (const auto bits : unit.blocks) o.blocks.push_back(options(bits));
        o.raises_to_layer = published_least_depth(space, static_cast<int>(u), 0) == 1;
        units_.push_back(std::move(o));
    }
}

Architecture Sampler::draw(Rng& rng) const {
    const auto pick = [&rng](const Options& o) {
        return o.count == 1 ? o.values[0] : o.values[rng.below(o.count)];
    };
    Architecture a;
    a.resolution = resolution_;
    for (std::size_t i = 0; i < stem_.size(); ++i) a.stem[i] = pick(stem_[i]);
    for (std::size_t u = 0; u < units_.size(); ++u) {
        const UnitOptions& unit = units_[u];
        const int depth = pick(unit.depths);
        a.depth[u] = static_cast<std::uint8_t>(depth);
        a.width[u] = pick(unit.widths);
        for (int l = 0; l < depth; ++l) a.block[unit.first_slot + l] = pick(unit.blocks[l]);
    }
    return a;
}

Architecture Sampler::draw(Rng& rng, const Placement& fixed, Protocol protocol) const {
    Architecture a = draw(rng);
    const UnitOptions& unit = units_[fixed.unit];
    const auto first = unit.depths.values.begin();
    const auto last = first + unit.depths.count;
    const int old_depth = a.depth[fixed.unit];
    int depth = old_depth;
    if (protocol == Protocol::definition) {
        const auto reaching = std::upper_bound(first, last, fixed.layer);
        if (depth <= fixed.layer) {
            depth = reaching[rng.below(static_cast<std::uint32_t>(last - reaching))];
        }
    } else {
        const int least = unit.raises_to_layer ? fixed.layer + 1 : fixed.layer;
        depth = *std::lower_bound(first, last, std::max(depth, least));
    }
    for (int l = old_depth; l < depth; ++l) {
        const Options& o = unit.blocks[l];
        a.block[unit.first_slot + l] = o.values[rng.below(o.count)];
    }
    a.depth[fixed.unit] = static_cast<std::uint8_t>(depth);
    a.width[fixed.unit] = static_cast<std::uint8_t>(fixed.width);
    if (fixed.layer < depth) {
        a.block[unit.first_slot + fixed.layer] = static_cast<std::uint8_t>(fixed.block);
    }
    return a;
}

namespace {

template <typename Draw>
std::vector<Architecture> sample_with(std::size_t n, const Rng& rng, unsigned threads, Draw draw) {
    std::vector<Architecture> archs(n);
    parallel_chunks(n, chunk, threads, [&](std::size_t first, std::size_t last, std::size_t c) {
        Rng stream = rng.fork(c);
        for (std::size_t i = first; i < last; ++i) archs[i] = draw(stream);
    });
    return archs;
}

}  // namespace

std::vector<Architecture> sample(const DesignSpace& space, std::size_t n, const Rng& rng,
                                 int resolution, unsigned threads) {
    const Sampler sampler(space, resolution);
    return sample_with(n, rng, threads, [&](Rng& stream) { return sampler.draw(stream); });
}

std::vector<Architecture> sample(const DesignSpace& space, std::size_t n, const Rng& rng,
                                 int resolution, const Placement& fixed, Protocol protocol,
                                 unsigned threads) {
    const Sampler sampler(space, resolution);
    return sample_with(n, rng, threads,
                       [&](Rng& stream) { return sampler.draw(stream, fixed, protocol); });
}

}  // namespace blockscope
