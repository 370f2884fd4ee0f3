#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/space/architecture.hpp"

namespace blockscope {

enum class Activation : std::uint8_t { none, relu, relu6, h_swish, swish, h_sigmoid };

/// MBConv: expand 1x1, depthwise kxk, optional squeeze-and-excite, project 1x1; expansion of the
/// block's input channels. Bottleneck: 1x1, kxk, 1x1 with a shortcut; ratio of its output channels.
enum class Family : std::uint8_t { mbconv, bottleneck };

/// One candidate for a layer.
struct Block {
    std::string name;   ///< as in tables: "MBConv6-7", "B20"
    std::string token;  ///< as in the text form of an architecture: "e6k7", "e20"
    Family family = Family::mbconv;
    double expand = 1;  ///< middle channels over input (mbconv) or output (bottleneck) channels
    int kernel = 3;
    std::optional<bool> squeeze_excite;    ///< overrides the unit's
    std::optional<Activation> activation;  ///< overrides the unit's
};

/// A layer of the stem or head: the same in every architecture except for its choices.
struct FixedLayer {
    enum class Kind : std::uint8_t { conv, mbconv, max_pool, global_pool, linear };
    Kind kind = Kind::conv;
    int kernel = 1;
    int stride = 1;
    /// Output channels: none (as many as come in), one, or one for each option of a choice.
    std::vector<int> channels;
    int width_choice = -1;     ///< index into DesignSpace::stem_choices, -1: not a choice
    int presence_choice = -1;  ///< likewise; option 0 leaves the layer out
    double expand = 1;         ///< mbconv only
    Activation activation = Activation::none;
    bool squeeze_excite = false;
    bool batch_norm = true;
    bool bias = false;
    bool shortcut = false;  ///< conv: adds its input to its activated output
    bool two_means = true;  ///< global_pool: run as a mean over width, then over height
};

/// Something a stem lets you choose; written `s1` or `w2` in the text form.
struct StemChoice {
    char letter = 'w';  ///< 's': a layer left out (0) or present (1); 'w': a width
    std::vector<std::string> options;
    std::uint64_t allowed = 0;  ///< bit i: option i may be used
};

struct Unit {
    std::vector<int> channels;         ///< output channels, one for each width option
    std::vector<double> width_ratios;  ///< ratio of each width option, for names (C65)
    int stride = 1;                    ///< of layer 1
    Activation activation = Activation::relu;
    bool squeeze_excite = false;
    int min_depth = max_layers;  ///< smallest depth it was described with
    int max_depth = 1;           ///< largest; slots of an Architecture
    int first_slot = 0;
    std::uint64_t depths = 0;  ///< bit d: depth d may be used
    std::uint64_t widths = 0;  ///< bit w: width option w may be used
    std::vector<std::uint64_t>
        blocks;  ///< of each layer, bit b: DesignSpace::blocks[b] may be used

    bool has_width_choice() const { return channels.size() > 1; }
};

/// The bodies one may build. A restricted space is the same description with fewer allowed bits, so
/// architectures and block numbers mean the same in both.
struct DesignSpace {
    std::string name;
    std::string title;
    std::vector<int> resolutions;
    int default_resolution = 0;
    int round_to = 8;  ///< channel counts are multiples of this
    double batch_norm_eps = 1e-5;
    std::vector<Block> blocks;  ///< at most 64
    std::vector<StemChoice> stem_choices;
    std::vector<FixedLayer> stem;
    std::vector<Unit> units;
    std::vector<FixedLayer> head;
    std::vector<double> mutation;  ///< a search's starting probability for each unit; may be empty

    /// Names the body and what is allowed: equal for spaces that mean the same, whatever their
    /// file.
    std::string fingerprint() const;
};

/// v rounded to a multiple of `divisor`, never losing more than 10 %: the rule of MobileNet code.
int round_channels(double v, int divisor = 8);

/// Middle channels of a block: rounded from its input (mbconv) or output (bottleneck) channels. An
/// mbconv of expansion 1 keeps its input's, rounded or not.
int middle_channels(const DesignSpace& space, const Block& block, int in_channels,
                    int out_channels);

/// Reduced channels of a squeeze-and-excite with `middle` channels.
int squeezed_channels(const DesignSpace& space, int middle);

std::string_view to_string(Activation activation);

/// Allowed depths, widths, blocks as lists, ascending.
std::vector<int> allowed(std::uint64_t bits);

/// True if `a` is a point of `space`: every choice allowed, inactive entries 0. The resolution must
/// be one of the space's.
bool contains(const DesignSpace& space, const Architecture& a);

/// Sets the entries of inactive layers to 0.
void clear_inactive(const DesignSpace& space, Architecture& a);

/// Number of architectures (of one resolution), exact decimal digits. body: without stem choices.
struct SpaceSize {
    std::string total;
    std::string body;
    double log10_total = 0;
};
SpaceSize size(const DesignSpace& space);

/// Throws Error if nothing can be built: a unit without depth, a layer without block.
void validate(const DesignSpace& space);

}  // namespace blockscope
