#include "blockscope/search/mutation.hpp"

#include <bit>
#include <span>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

std::uint64_t bit(int i) { return std::uint64_t{1} << i; }

/// A bit that is set, uniformly; there is one.
int draw(std::uint64_t bits, Rng& rng) {
    for (auto skip = rng.below(static_cast<std::uint32_t>(std::popcount(bits))); skip > 0; --skip) {
        bits &= bits - 1;
    }
    return std::countr_zero(bits);
}

std::uint8_t draw_byte(std::uint64_t bits, Rng& rng) {
    return static_cast<std::uint8_t>(draw(bits, rng));
}

/// The first position where a layer may be inserted: those behind move up and keep to their blocks.
int first_insertion(std::span<const std::uint8_t> layers,
                    const std::vector<std::uint64_t>& blocks) {
    std::size_t p = layers.size();
    while (p > 0 && (blocks[p] & bit(layers[p - 1])) != 0) --p;
    return static_cast<int>(p);
}

/// The first position whose layer may be removed: those behind move down.
int first_removal(std::span<const std::uint8_t> layers, const std::vector<std::uint64_t>& blocks) {
    std::size_t p = layers.size() - 1;
    while (p > 0 && (blocks[p - 1] & bit(layers[p])) != 0) --p;
    return static_cast<int>(p);
}

}  // namespace

Mutator::Mutator(const DesignSpace& space, const MutationRates& rates, std::vector<int> resolutions)
    : rates_{rates.stem}, resolutions_(std::move(resolutions)) {
    const auto& own = rates.units.empty() ? space.mutation : rates.units;
    rates_.insert(rates_.end(), own.begin(), own.end());
    if (own.empty()) rates_.insert(rates_.end(), space.units.size(), 0.5);
    if (rates_.size() != space.units.size() + 1) {
        throw Error(fmt::format("{} mutation rates for {} units", own.size(), space.units.size()));
    }
    rates_.push_back(rates.resolution);
    for (const double rate : rates_) {
        if (!(rate >= 0) || rate > 1) {
            throw Error(fmt::format("a mutation rate of {} is not from 0 to 1", rate));
        }
    }
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        const auto& choice = space.stem_choices[i];
        stem_options_[i] = choice.allowed;
        if (std::popcount(choice.allowed) < 2) continue;
        auto& kind = choice.letter == 's' ? layers_of_stem_ : widths_of_stem_;
        kind |= bit(static_cast<int>(i));
    }
    for (const auto& unit : space.units) {
        const auto block = static_cast<std::size_t>(std::countr_zero(unit.blocks[0]));
        units_.push_back({unit.depths, unit.widths, unit.first_slot,
                          space.blocks[block].family == Family::bottleneck, unit.blocks});
    }
}

bool Mutator::can_move(const Architecture& a, int part) const {
    if (rates_[part] == 0) return false;
    if (part == stem_part) return (layers_of_stem_ | widths_of_stem_) != 0;
    if (part == resolution_part()) return resolutions_.size() > 1;
    const auto& unit = units_[part - 1];
    if ((unit.depths & ~bit(a.depth[part - 1])) != 0) return true;
    if ((unit.widths & ~bit(a.width[part - 1])) != 0) return true;
    for (int l = 0; l < a.depth[part - 1]; ++l) {
        if ((unit.blocks[l] & ~bit(a.block[unit.first_slot + l])) != 0) return true;
    }
    return false;
}

bool Mutator::mutate(Architecture& a, Rng& rng) const {
    const int parts = static_cast<int>(rates_.size());
    // Drawn again until a part is chosen, in one go: the first chosen part is k with the
    // probability that it is and none before it was, given that any from k on is.
    std::array<double, max_units + 3> any{};  // of parts k and later
    for (int k = parts - 1; k >= 0; --k) {
        const double rate = can_move(a, k) ? rates_[k] : 0;
        any[k] = rate + (1 - rate) * any[k + 1];
    }
    if (any[0] == 0) return false;
    bool chosen = false;
    for (int k = 0; k < parts; ++k) {
        if (!can_move(a, k)) continue;
        if (!(rng.uniform() < (chosen ? rates_[k] : rates_[k] / any[k]))) continue;
        chosen = true;
        if (k == stem_part) {
            move_stem(a, rng);
        } else if (k == resolution_part()) {
            move_resolution(a, rng);
        } else {
            move_unit(a, k - 1, rng);
        }
    }
    return true;
}

void Mutator::move_stem(Architecture& a, Rng& rng) const {
    const bool both = layers_of_stem_ != 0 && widths_of_stem_ != 0;
    if (both ? rng.below(2) == 0 : layers_of_stem_ != 0) {
        const int i = draw(layers_of_stem_, rng);
        a.stem[i] = draw_byte(stem_options_[i] & ~bit(a.stem[i]), rng);
        return;
    }
    const auto before = a.stem;
    while (a.stem == before) {
        for (int i = 0; i < max_stem_choices; ++i) {
            if ((widths_of_stem_ & bit(i)) != 0) a.stem[i] = draw_byte(stem_options_[i], rng);
        }
    }
}

void Mutator::move_resolution(Architecture& a, Rng& rng) const {
    const int before = a.resolution;
    while (a.resolution == before) {
        a.resolution = static_cast<std::uint16_t>(
            resolutions_[rng.below(static_cast<std::uint32_t>(resolutions_.size()))]);
    }
}

void Mutator::move_unit(Architecture& a, int u, Rng& rng) const {
    enum Move : std::uint8_t { add, remove, swap, widen };
    const auto& unit = units_[u];
    int depth = a.depth[u];
    std::uint8_t* const layers = a.block.data() + unit.first_slot;
    std::uint64_t swappable = 0;
    for (int l = 0; l < depth; ++l) {
        if ((unit.blocks[l] & ~bit(layers[l])) != 0) swappable |= bit(l);
    }
    const std::uint64_t deeper = unit.depths & ~(bit(depth + 1) - 1);
    const std::uint64_t shallower = unit.depths & (bit(depth) - 1);
    std::uint64_t moves = 0;
    if (deeper != 0) moves |= bit(add);
    if (shallower != 0) moves |= bit(remove);
    if (swappable != 0) moves |= bit(swap);
    if ((unit.widths & ~bit(a.width[u])) != 0) moves |= bit(widen);
    const auto uniform = [&](int first, int last) {
        return first + static_cast<int>(rng.below(static_cast<std::uint32_t>(last - first + 1)));
    };
    switch (draw(moves, rng)) {
        case add:
            for (const int most = std::countr_zero(deeper); depth < most; ++depth) {
                const std::span<const std::uint8_t> active(layers, depth);
                const int p = uniform(first_insertion(active, unit.blocks), depth);
                for (int l = depth; l > p; --l) layers[l] = layers[l - 1];
                layers[p] = draw_byte(unit.blocks[p], rng);
            }
            break;
        case remove:
            for (const int least = 63 - std::countl_zero(shallower); depth > least; --depth) {
                const std::span<const std::uint8_t> active(layers, depth);
                const int first = first_removal(active, unit.blocks);
                const int p = unit.removes_last ? depth - 1 : uniform(first, depth - 1);
                for (int l = p; l + 1 < depth; ++l) layers[l] = layers[l + 1];
                layers[depth - 1] = 0;
            }
            break;
        case swap: {
            const int l = draw(swappable, rng);
            layers[l] = draw_byte(unit.blocks[l] & ~bit(layers[l]), rng);
            break;
        }
        default:
            a.width[u] = draw_byte(unit.widths & ~bit(a.width[u]), rng);
    }
    a.depth[u] = static_cast<std::uint8_t>(depth);
}

Architecture crossed(const DesignSpace& space, const Architecture& a, const Architecture& b,
                     Rng& rng) {
    Architecture child = a;
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        if (rng.below(2) == 0) child.stem[i] = b.stem[i];
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        if (rng.below(2) == 0) continue;
        child.depth[u] = b.depth[u];
        child.width[u] = b.width[u];
        const int first = space.units[u].first_slot;
        for (int l = first; l < first + space.units[u].max_depth; ++l) child.block[l] = b.block[l];
    }
    if (a.resolution != b.resolution && rng.below(2) == 0) child.resolution = b.resolution;
    return child;
}

}  // namespace blockscope
