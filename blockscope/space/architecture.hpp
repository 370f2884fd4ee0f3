#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace blockscope {

inline constexpr int max_stem_choices = 4;
inline constexpr int max_units = 10;
inline constexpr int max_layers = 38;  ///< over all units of a space

/// One point of a design space: plain bytes, so that millions of them cost 64 MB a million.
/// Every entry is an index into the lists of its DesignSpace, counted from 0. Entries of layers
/// that are not active are 0, so equal networks are equal bytes.
struct Architecture {
    std::uint16_t resolution = 0;                       ///< input side, pixels
    std::array<std::uint8_t, max_stem_choices> stem{};  ///< option of each stem choice
    std::array<std::uint8_t, max_units> depth{};        ///< active layers of each unit
    std::array<std::uint8_t, max_units> width{};        ///< width option of each unit
    std::array<std::uint8_t, max_layers>
        block{};  ///< block of each layer: Unit::first_slot + layer

    friend bool operator==(const Architecture&, const Architecture&) = default;
    friend auto operator<=>(const Architecture&, const Architecture&) = default;
};
static_assert(sizeof(Architecture) == 64);

struct ArchitectureHash {
    std::size_t operator()(const Architecture& a) const noexcept;
};

}  // namespace blockscope
