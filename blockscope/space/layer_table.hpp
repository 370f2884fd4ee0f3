#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "blockscope/space/placement.hpp"

namespace blockscope {

/// A quantity that splits over the network: one term for the stem, one for every layer given its
/// block, the unit's width and (layer 1) the width that comes in, one for the head. Terms are added
/// (MACs, look-up tables) or the largest counts (peak memory). Valid for one resolution.
class LayerTable {
public:
    enum class Combine { sum, max };

    /// All terms 0.
    LayerTable(const DesignSpace& space, Combine combine);

    Combine combine() const { return combine_; }
    int unit_count() const { return static_cast<int>(units_.size()); }

    /// Number of stem variants (all options of all stem choices; at least 1), and the number of
    /// distinct channel counts a stem can hand to unit 1.
    int stem_variants() const { return static_cast<int>(stem_.size()); }
    int stem_variant(const Architecture& a) const;
    Architecture stem_architecture(int variant) const;  ///< only its stem entries are set

    /// Width states that come into unit u: those of the stem (u = 0) or of unit u - 1.
    int incoming_states(int u) const { return units_[u].incoming; }
    int stem_state(int variant) const { return stem_state_[variant]; }
    int width_states(int u) const { return units_[u].widths; }

    double& stem(int variant) { return stem_[variant]; }
    double stem(int variant) const { return stem_[variant]; }
    double& head(int last_width) { return head_[last_width]; }
    double head(int last_width) const { return head_[last_width]; }

    /// Term of layer l of unit u (from 0). incoming matters in layer 0 only.
    double& term(int u, int l, int incoming, int width, int block) {
        return terms_[index(u, l, incoming, width, block)];
    }
    double term(int u, int l, int incoming, int width, int block) const {
        return terms_[index(u, l, incoming, width, block)];
    }

    double value(const Architecture& a) const;

    /// values[i] = value(archs[i]); nothing is allocated.
    void evaluate(std::span<const Architecture> archs, std::span<double> values) const;

private:
    struct UnitShape {
        int first_slot = 0;
        int incoming = 1;
        int widths = 1;
        int first_layer = 0;  ///< into layers_
    };
    struct LayerShape {
        std::uint32_t offset = 0;           ///< into terms_
        std::uint32_t incoming_stride = 0;  ///< 0 in layers behind the first
    };
    std::size_t index(int u, int l, int incoming, int width, int block) const {
        const auto& layer = layers_[units_[u].first_layer + l];
        return layer.offset + static_cast<std::size_t>(incoming) * layer.incoming_stride +
               static_cast<std::size_t>(width) * blocks_ + block;
    }
    template <Combine combine>
    double value_of(const Architecture& a) const;

    Combine combine_;
    std::uint32_t blocks_ = 0;
    std::vector<int> stem_radix_;
    std::vector<int> stem_state_;
    std::vector<double> stem_;
    std::vector<UnitShape> units_;
    std::vector<LayerShape> layers_;
    std::vector<double> terms_;
    std::vector<double> head_;
};

/// Channel counts a stem variant's last layer can give unit 1, in the order of the table's stem
/// states; index [state].
std::vector<int> stem_channel_states(const DesignSpace& space);

/// Channels after the stem of `a`.
int stem_channels(const DesignSpace& space, const Architecture& a);

}  // namespace blockscope
