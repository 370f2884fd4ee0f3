#include "blockscope/space/space_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/embedded.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/block_reader.hpp"
#include "blockscope/space/preset.hpp"
#include "blockscope/space/restriction.hpp"
#include "blockscope/space/toml_reader.hpp"

namespace blockscope {

extern const EmbeddedText built_in_spaces[];

namespace {

constexpr int deepest_base = 8;  // files that build on files

/// The lowest `count` bits, up to all 64.
std::uint64_t first_bits(std::size_t count) {
    return count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

void check_channels(const TomlTable& table, int channels) {
    if (channels < 1 || channels > 65536) {
        table.fail("channels", fmt::format("{} channels; from 1 to 65536 are possible", channels));
    }
}

/// Channels of a choice: a list, or one number and `widths` to multiply it with.
std::vector<int> read_channels(const TomlTable& table, int round_to, std::vector<double>& ratios) {
    std::vector<int> channels = table.integers("channels");
    for (const int c : channels) check_channels(table, c);
    ratios.assign(1, 1.0);
    if (table.has("widths")) {
        ratios = table.numbers("widths");
        if (channels.size() == 1) {
            channels.resize(ratios.size(), channels[0]);
            for (std::size_t i = 0; i < ratios.size(); ++i) {
                if (!(ratios[i] > 0) || ratios[i] > 16) {
                    table.fail("widths",
                               fmt::format("{} is not above 0 and at most 16", ratios[i]));
                }
                channels[i] = round_channels(channels[i] * ratios[i], round_to);
            }
        } else if (channels.size() != ratios.size()) {
            table.fail("widths", fmt::format("{} widths for {} channel counts", ratios.size(),
                                             channels.size()));
        }
    } else if (channels.size() > 1) {
        const int largest = *std::max_element(channels.begin(), channels.end());
        ratios.clear();
        for (const int c : channels) ratios.push_back(static_cast<double>(c) / largest);
    }
    if (channels.empty() || channels.size() > 64) {
        table.fail("channels", "from 1 to 64 widths are possible");
    }
    return channels;
}

FixedLayer read_fixed_layer(const TomlTable& table, DesignSpace& space, bool in_stem) {
    FixedLayer layer;
    const auto op = table.text("op");
    const std::vector<std::string> ops{"conv", "mbconv", "max_pool", "global_pool", "linear"};
    const auto found = std::find(ops.begin(), ops.end(), op);
    if (found == ops.end()) {
        table.fail("op", fmt::format("unknown op '{}'{}; known are {}", op, did_you_mean(op, ops),
                                     quoted_list(ops)));
    }
    layer.kind = static_cast<FixedLayer::Kind>(found - ops.begin());
    const bool convolves =
        layer.kind == FixedLayer::Kind::conv || layer.kind == FixedLayer::Kind::mbconv;
    const bool windowed = convolves || layer.kind == FixedLayer::Kind::max_pool;
    if (windowed) {
        layer.kernel = table.integer("kernel", 1);
        check_kernel(table, layer.kernel);
        layer.stride = table.integer("stride", 1);
        if (layer.stride < 1 || layer.stride > 8) {
            table.fail("stride", fmt::format("stride {} is not from 1 to 8", layer.stride));
        }
    }
    if (table.has("channels") && (convolves || layer.kind == FixedLayer::Kind::linear)) {
        std::vector<double> ratios;
        layer.channels = read_channels(table, space.round_to, ratios);
        if (layer.channels.size() > 1) {
            if (!in_stem) table.fail("channels", "only stem layers and units choose their width");
            layer.width_choice = static_cast<int>(space.stem_choices.size());
            StemChoice choice{'w', {}, first_bits(layer.channels.size())};
            for (const int c : layer.channels) choice.options.push_back(std::to_string(c));
            space.stem_choices.push_back(std::move(choice));
        }
    } else if (layer.kind == FixedLayer::Kind::linear) {
        table.fail("", "a linear layer needs 'channels'");
    }
    if (layer.kind == FixedLayer::Kind::mbconv) {
        layer.expand = table.number("expand", 1.0);
        check_expand(table, "expand", layer.expand);
        layer.squeeze_excite = table.flag("se", false);
    }
    if (layer.kind == FixedLayer::Kind::conv) {
        layer.batch_norm = table.flag("batch_norm", true);
        layer.bias = table.flag("bias", false);
        layer.shortcut = table.flag("shortcut", false);
        if (layer.shortcut && (!layer.channels.empty() || layer.stride != 1)) {
            table.fail(
                "shortcut",
                "a shortcut needs stride 1 and as many channels out as in; leave 'channels' out");
        }
    }
    if (layer.kind == FixedLayer::Kind::linear) {
        layer.batch_norm = false;
        layer.bias = table.flag("bias", true);
    }
    if (layer.kind == FixedLayer::Kind::global_pool) {
        const int means = table.integer("means", 2);
        if (means != 1 && means != 2) table.fail("means", "1 or 2");
        layer.two_means = means == 2;
    }
    layer.activation = read_activation(table, Activation::none);
    if (table.flag("optional", false)) {
        if (!in_stem) table.fail("optional", "only stem layers can be left out");
        if (layer.stride != 1 || !layer.channels.empty()) {
            table.fail("optional", "only a layer that keeps the shape can be left out");
        }
        layer.presence_choice = static_cast<int>(space.stem_choices.size());
        space.stem_choices.push_back({'s', {"absent", "present"}, 0b11});
    }
    table.refuse_unknown_keys();
    return layer;
}

/// The text form writes what may be left out first (s1w0w2), so choices are kept in that order.
void order_stem_choices(DesignSpace& space) {
    std::vector<int> order(space.stem_choices.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return (space.stem_choices[a].letter == 's') > (space.stem_choices[b].letter == 's');
    });
    std::vector<StemChoice> sorted;
    std::vector<int> new_index(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        sorted.push_back(space.stem_choices[order[i]]);
        new_index[order[i]] = static_cast<int>(i);
    }
    space.stem_choices = std::move(sorted);
    for (auto& layer : space.stem) {
        if (layer.width_choice >= 0) layer.width_choice = new_index[layer.width_choice];
        if (layer.presence_choice >= 0) layer.presence_choice = new_index[layer.presence_choice];
    }
}

Unit read_unit(const TomlTable& table, const DesignSpace& space, int first_slot) {
    Unit unit;
    unit.first_slot = first_slot;
    unit.channels = read_channels(table, space.round_to, unit.width_ratios);
    unit.widths = first_bits(unit.channels.size());
    unit.stride = table.integer("stride", 1);
    if (unit.stride < 1 || unit.stride > 8) {
        table.fail("stride", fmt::format("stride {} is not from 1 to 8", unit.stride));
    }
    unit.activation = read_activation(table, Activation::relu);
    unit.squeeze_excite = table.flag("se", false);
    for (const int d : table.integers("depth", /*ranges=*/true)) {
        if (d < 1 || d > max_layers) {
            table.fail("depth", fmt::format("depth {} is not from 1 to {}", d, max_layers));
        }
        unit.depths |= 1ULL << d;
        unit.min_depth = std::min(unit.min_depth, d);
        unit.max_depth = std::max(unit.max_depth, d);
    }
    if (unit.depths == 0) table.fail("depth", "no depth is given");
    std::uint64_t mask = first_bits(space.blocks.size());
    if (table.has("blocks")) mask = read_block_mask(table, "blocks", space);
    unit.blocks.assign(unit.max_depth, mask);
    table.refuse_unknown_keys();
    return unit;
}

void read_resolutions(const TomlTable& root, DesignSpace& space) {
    space.resolutions = root.integers("resolutions", /*ranges=*/true);
    for (const int r : space.resolutions) {
        if (r < 16 || r > 4096) {
            root.fail("resolutions", fmt::format("resolution {} is not from 16 to 4096", r));
        }
    }
    if (space.resolutions.empty()) root.fail("resolutions", "no resolution is given");
    std::vector<int> sorted = space.resolutions;
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
        root.fail("resolutions", fmt::format("resolution {} is given twice", *twice));
    }
    space.default_resolution = root.integer("resolution", space.resolutions.back());
    if (std::find(space.resolutions.begin(), space.resolutions.end(), space.default_resolution) ==
        space.resolutions.end()) {
        root.fail("resolution",
                  fmt::format("{} is not one of 'resolutions'", space.default_resolution));
    }
}

DesignSpace parse_with_depth(std::string_view toml, const std::string& source, int nesting);

/// The built-in space of a name or of what data files call it; null if there is none.
const EmbeddedText* built_in_space(std::string_view name) {
    static const std::pair<const char*, const char*> data_names[] = {
        {"ofa_mbv3", "ofa-mbv3"},
        {"ofa_mbv3_w1.0", "ofa-mbv3-w1.0"},
        {"ofa_proxyless", "proxylessnas"},
        {"ofa_resnet50", "resnet50"}};
    for (const auto& [theirs, ours] : data_names) {
        if (name == theirs) name = ours;
    }
    for (const auto* entry = built_in_spaces; entry->name != nullptr; ++entry) {
        if (name == entry->name) return entry;
    }
    return nullptr;
}

DesignSpace load_with_depth(const std::string& name_or_path, int nesting) {
    const std::string name = name_or_path.substr(0, name_or_path.find(':'));
    if (const EmbeddedText* entry = built_in_space(name)) {
        DesignSpace space =
            parse_with_depth(entry->text, std::string(entry->name) + " (built in)", nesting);
        if (name.size() == name_or_path.size()) return space;
        return with_preset(std::move(space), name_or_path.substr(name.size() + 1));
    }
    if (name_or_path.ends_with(".toml") || name_or_path.find('/') != std::string::npos) {
        return parse_with_depth(read_file(name_or_path), name_or_path, nesting);
    }
    const auto names = built_in_space_names();
    throw Error(fmt::format("unknown space '{}'{}; built in are {}; a file's name ends in .toml",
                            name_or_path, did_you_mean(name, names), quoted_list(names)));
}

DesignSpace read_whole_space(const TomlTable& root) {
    DesignSpace space;
    space.name = root.text("name");
    space.title = root.has("title") ? root.text("title") : space.name;
    space.round_to = root.integer("round_to", 8);
    if (space.round_to < 1 || space.round_to > 256) {
        root.fail("round_to", fmt::format("{} is not from 1 to 256", space.round_to));
    }
    space.batch_norm_eps = root.number("batch_norm_eps", 1e-5);
    if (!(space.batch_norm_eps > 0) || space.batch_norm_eps > 1) {
        root.fail("batch_norm_eps", "not above 0 and at most 1");
    }
    read_resolutions(root, space);
    space.blocks = read_blocks(root);
    for (const auto& table : root.tables("stem")) {
        space.stem.push_back(read_fixed_layer(table, space, true));
        if (space.stem.back().kind == FixedLayer::Kind::global_pool ||
            space.stem.back().kind == FixedLayer::Kind::linear) {
            table.fail("op", "a stem hands a map to the first unit");
        }
    }
    if (space.stem_choices.size() > max_stem_choices) {
        root.fail("stem", fmt::format("more than {} choices in the stem", max_stem_choices));
    }
    order_stem_choices(space);
    int slot = 0;
    for (const auto& table : root.tables("unit")) {
        if (static_cast<int>(space.units.size()) == max_units) {
            table.fail("", fmt::format("more than {} units", max_units));
        }
        space.units.push_back(read_unit(table, space, slot));
        slot += space.units.back().max_depth;
        if (slot > max_layers) {
            table.fail("depth", fmt::format("more than {} layers in all", max_layers));
        }
    }
    if (space.units.empty()) root.fail("", "a space needs at least one [[unit]]");
    for (const auto& table : root.tables("head")) {
        space.head.push_back(read_fixed_layer(table, space, false));
    }
    return space;
}

DesignSpace parse_with_depth(std::string_view toml, const std::string& source, int nesting) {
    const TomlFile file(toml, source);
    const TomlTable root = file.root();
    DesignSpace space;
    if (root.has("base")) {
        if (nesting >= deepest_base) root.fail("base", "spaces build on each other without end");
        std::string base = root.text("base");
        if (base.ends_with(".toml")) {
            base = (std::filesystem::path(source).parent_path() / base).string();
        }
        space = load_with_depth(base, nesting + 1);
        if (root.has("name")) space.name = root.text("name");
        if (root.has("title")) space.title = root.text("title");
    } else {
        space = read_whole_space(root);
    }
    read_restrictions(root, space);
    root.refuse_unknown_keys();
    return space;
}

}  // namespace

DesignSpace parse_space(std::string_view toml, const std::string& source) {
    return parse_with_depth(toml, source, 0);
}

DesignSpace load_space(const std::string& name_or_path) { return load_with_depth(name_or_path, 0); }

std::vector<std::string> built_in_space_names() {
    std::vector<std::string> names;
    for (const auto* entry = built_in_spaces; entry->name != nullptr; ++entry) {
        names.emplace_back(entry->name);
    }
    return names;
}

std::string_view built_in_space_text(const std::string& name) {
    for (const auto* entry = built_in_spaces; entry->name != nullptr; ++entry) {
        if (name == entry->name) return entry->text;
    }
    const auto names = built_in_space_names();
    throw Error(fmt::format("unknown space '{}'{}", name, did_you_mean(name, names)));
}

}  // namespace blockscope
