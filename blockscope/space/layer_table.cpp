#include "blockscope/space/layer_table.hpp"

#include <algorithm>

namespace blockscope {
namespace {

int option_count(const StemChoice& choice) { return static_cast<int>(choice.options.size()); }

}  // namespace

int stem_channels(const DesignSpace& space, const Architecture& a) {
    int channels = 3;
    for (const auto& layer : space.stem) {
        if (layer.presence_choice >= 0 && a.stem[layer.presence_choice] == 0) continue;
        if (layer.channels.empty()) continue;
        channels = layer.channels[layer.width_choice >= 0 ? a.stem[layer.width_choice] : 0];
    }
    return channels;
}

LayerTable::LayerTable(const DesignSpace& space, Combine combine)
    : combine_(combine), blocks_(static_cast<std::uint32_t>(space.blocks.size())) {
    int variants = 1;
    for (const auto& choice : space.stem_choices) {
        stem_radix_.push_back(option_count(choice));
        variants *= option_count(choice);
    }
    stem_.assign(variants, 0.0);
    const auto states = stem_channel_states(space);
    for (int v = 0; v < variants; ++v) {
        const int channels = stem_channels(space, stem_architecture(v));
        stem_state_.push_back(
            static_cast<int>(std::find(states.begin(), states.end(), channels) - states.begin()));
    }
    int incoming = static_cast<int>(states.size());
    std::uint32_t offset = 0;
    for (const Unit& unit : space.units) {
        const int widths = static_cast<int>(unit.channels.size());
        units_.push_back({unit.first_slot, incoming, widths, static_cast<int>(layers_.size())});
        for (int l = 0; l < unit.max_depth; ++l) {
            const std::uint32_t block = static_cast<std::uint32_t>(widths) * blocks_;
            layers_.push_back({offset, l == 0 ? block : 0});
            offset += l == 0 ? block * static_cast<std::uint32_t>(incoming) : block;
        }
        incoming = widths;
    }
    terms_.assign(offset, 0.0);
    head_.assign(incoming, 0.0);
}

int LayerTable::stem_variant(const Architecture& a) const {
    int variant = 0;
    for (std::size_t i = 0; i < stem_radix_.size(); ++i) {
        variant = variant * stem_radix_[i] + a.stem[i];
    }
    return variant;
}

Architecture LayerTable::stem_architecture(int variant) const {
    Architecture a;
    for (std::size_t i = stem_radix_.size(); i-- > 0;) {
        a.stem[i] = static_cast<std::uint8_t>(variant % stem_radix_[i]);
        variant /= stem_radix_[i];
    }
    return a;
}

template <LayerTable::Combine combine>
double LayerTable::value_of(const Architecture& a) const {
    const int variant = stem_variant(a);
    double result = stem_[variant];
    std::size_t incoming = stem_state_[variant];
    const double* terms = terms_.data();
    for (std::size_t u = 0; u < units_.size(); ++u) {
        const UnitShape& unit = units_[u];
        const std::size_t width = a.width[u];
        const LayerShape* layer = &layers_[unit.first_layer];
        const std::uint8_t* block = &a.block[unit.first_slot];
        for (int l = 0; l < a.depth[u]; ++l) {
            const double term = terms[layer[l].offset + incoming * layer[l].incoming_stride +
                                      width * blocks_ + block[l]];
            if constexpr (combine == Combine::sum) {
                result += term;
            } else {
                result = std::max(result, term);
            }
        }
        incoming = width;
    }
    return combine == Combine::sum ? result + head_[incoming] : std::max(result, head_[incoming]);
}

double LayerTable::value(const Architecture& a) const {
    return combine_ == Combine::sum ? value_of<Combine::sum>(a) : value_of<Combine::max>(a);
}

void LayerTable::evaluate(std::span<const Architecture> archs, std::span<double> values) const {
    if (combine_ == Combine::sum) {
        for (std::size_t i = 0; i < archs.size(); ++i) values[i] = value_of<Combine::sum>(archs[i]);
    } else {
        for (std::size_t i = 0; i < archs.size(); ++i) values[i] = value_of<Combine::max>(archs[i]);
    }
}

std::vector<int> stem_channel_states(const DesignSpace& space) {
    std::vector<int> states;
    int last = 3;
    for (const auto& layer : space.stem) {
        if (layer.channels.empty()) continue;
        if (layer.presence_choice < 0) states.clear();
        states.insert(states.end(), layer.channels.begin(), layer.channels.end());
        last = layer.channels.back();
    }
    if (states.empty()) states.push_back(last);
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    return states;
}

}  // namespace blockscope
