#include "blockscope/space/foreign_encoding.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace {

using nlohmann::json;

/// Python's literals as JSON, character for character, so that error columns stay right.
std::string python_to_json(std::string_view text) {
    std::string result(text);
    char quote = '\0';
    for (std::size_t i = 0; i < result.size(); ++i) {
        char& c = result[i];
        if (quote != '\0') {
            if (c == quote) {
                c = '"';
                quote = '\0';
            }
            continue;
        }
        if (c == '"' || c == '\'') {
            quote = c;
            c = '"';
        } else if (c == '(') {
            c = '[';
        } else if (c == ')') {
            c = ']';
        } else if (result.compare(i, 4, "None") == 0) {
            result.replace(i, 4, "null");
        } else if (c == 'T' && result.compare(i, 4, "True") == 0) {
            c = 't';
        } else if (c == 'F' && result.compare(i, 5, "False") == 0) {
            c = 'f';
        }
    }
    return result;
}

constexpr int no_block = -1;
constexpr int several_blocks = -2;

/// The one block of this expansion and, where asked, this kernel; or which of the above.
int find_block(const DesignSpace& space, double expand, std::optional<double> kernel) {
    int found = no_block;
    for (std::size_t b = 0; b < space.blocks.size(); ++b) {
        if (std::abs(space.blocks[b].expand - expand) < 1e-6 &&
            (!kernel || space.blocks[b].kernel == *kernel)) {
            if (found != no_block) return several_blocks;
            found = static_cast<int>(b);
        }
    }
    return found;
}

/// What a foreign text is turned into, step by step.
class Builder {
public:
    Builder(const DesignSpace& space, int resolution, std::string source)
        : space_(space), source_(std::move(source)) {
        set_resolution(resolution);
    }

    [[noreturn]] void fail(const std::string& message) const { throw Error(message, source_); }

    void set_resolution(double resolution) {
        if (!(resolution >= 16) || resolution > 4096 || !whole(resolution)) {
            fail(fmt::format("resolution {} is not a whole number from 16 to 4096", resolution));
        }
        arch_.resolution = static_cast<std::uint16_t>(resolution);
    }

    void set_depth(int u, double depth) {
        if (!(depth >= 1) || depth > space_.units[u].max_depth || !whole(depth)) {
            fail(fmt::format("unit {}: depth {} is not a whole number from 1 to {}", u + 1, depth,
                             space_.units[u].max_depth));
        }
        arch_.depth[u] = static_cast<std::uint8_t>(depth);
    }

    void set_option(std::uint8_t& entry, double index, std::size_t count, const char* what) const {
        if (!(index >= 0) || index >= static_cast<double>(count) || !whole(index)) {
            fail(fmt::format("{} index {} is not a whole number from 0 to {}", what, index,
                             count - 1));
        }
        entry = static_cast<std::uint8_t>(index);
    }

    void set_block(int u, int l, double expand, std::optional<double> kernel) {
        const int block = find_block(space_, expand, kernel);
        if (block < 0) {
            fail(fmt::format("unit {}, layer {}: the space has {} with expansion {}{}", u + 1,
                             l + 1, block == no_block ? "no block" : "several blocks", expand,
                             kernel ? fmt::format(" and kernel {}", *kernel) : ""));
        }
        arch_.block[space_.units[u].first_slot + l] = static_cast<std::uint8_t>(block);
    }

    /// For notations that name blocks and depths and nothing else.
    void expect_no_other_choices() const {
        const bool widths = std::any_of(space_.units.begin(), space_.units.end(),
                                        [](const Unit& u) { return u.has_width_choice(); });
        if (widths || !space_.stem_choices.empty()) {
            fail(fmt::format("'{}' has choices of width or stem, which this notation cannot name",
                             space_.name));
        }
    }

    Architecture& arch() { return arch_; }

private:
    static bool whole(double value) { return std::floor(value) == value; }

    const DesignSpace& space_;
    std::string source_;
    Architecture arch_;
};

/// Numbers of a key: a list, or one scalar for all slots.
std::vector<double> numbers(const Builder& build, const json& object, const char* key,
                            std::size_t slots) {
    if (!object.contains(key)) build.fail(fmt::format("the dictionary has no '{}'", key));
    const json& value = object[key];
    std::vector<double> list;
    if (value.is_number()) {
        list.assign(slots, value.get<double>());
        return list;
    }
    if (!value.is_array()) build.fail(fmt::format("'{}' is neither a number nor a list", key));
    for (const auto& element : value) {
        if (!element.is_number())
            build.fail(fmt::format("'{}' holds something that is not a number", key));
        list.push_back(element.get<double>());
    }
    if (list.size() < slots) {
        build.fail(fmt::format("'{}' has {} entries, the space needs {}", key, list.size(), slots));
    }
    return list;
}

bool is_bottleneck(const DesignSpace& space) {
    return space.blocks.front().family == Family::bottleneck;
}

std::size_t slot_count(const DesignSpace& space) {
    const Unit& last = space.units.back();
    return static_cast<std::size_t>(last.first_slot) + last.max_depth;
}

Architecture from_dictionary(const DesignSpace& space, const json& object, Builder& build) {
    for (const char* key : {"r", "image_size"}) {
        if (!object.contains(key) || object[key].is_null()) continue;
        const auto r = numbers(build, object, key, 1);
        build.set_resolution(r[0]);
    }
    const bool bottleneck = is_bottleneck(space);
    if (!bottleneck) build.expect_no_other_choices();
    const std::size_t units = space.units.size();
    const auto e = numbers(build, object, "e", slot_count(space));
    std::vector<double> ks;
    if (!bottleneck) ks = numbers(build, object, "ks", slot_count(space));
    // bottleneck: d[0] belongs to the stem, the others are layers beyond the smallest depth
    auto d = numbers(build, object, "d", bottleneck ? units + 1 : 1);
    if (bottleneck) {
        for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
            if (space.stem_choices[i].letter == 's') build.arch().stem[i] = d[0] == 2 ? 1 : 0;
        }
        d.erase(d.begin());
    } else {
        if (object["d"].is_number()) d.assign(units, d[0]);
        // last units of fixed depth may be left out
        for (std::size_t u = d.size(); u < units; ++u) {
            if (space.units[u].min_depth != space.units[u].max_depth) {
                build.fail(fmt::format("'d' has {} entries, the space has {} units", u, units));
            }
            d.push_back(space.units[u].max_depth);
        }
    }
    if (bottleneck) {
        const auto stem_widths = std::count_if(space.stem_choices.begin(), space.stem_choices.end(),
                                               [](const auto& c) { return c.letter == 'w'; });
        const auto w = numbers(build, object, "w", units + static_cast<std::size_t>(stem_widths));
        std::size_t next = 0;
        for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
            const auto& choice = space.stem_choices[i];
            if (choice.letter != 'w') continue;
            build.set_option(build.arch().stem[i], w[next++], choice.options.size(), "width");
        }
        for (std::size_t u = 0; u < units; ++u) {
            build.set_option(build.arch().width[u], w[next + u], space.units[u].channels.size(),
                             "width");
        }
    }
    for (std::size_t u = 0; u < units; ++u) {
        const Unit& unit = space.units[u];
        // original code cuts the depth of a unit that has only one to that one
        const bool fixed = unit.min_depth == unit.max_depth;
        build.set_depth(static_cast<int>(u),
                        fixed ? unit.max_depth : d[u] + (bottleneck ? unit.min_depth : 0));
        for (int l = 0; l < build.arch().depth[u]; ++l) {
            const int slot = unit.first_slot + l;
            build.set_block(static_cast<int>(u), l, e[slot],
                            bottleneck ? std::nullopt : std::optional<double>(ks[slot]));
        }
    }
    return build.arch();
}

Architecture from_lists(const DesignSpace& space, const json& lists, Builder& build) {
    build.expect_no_other_choices();
    if (lists.size() != space.units.size()) {
        build.fail(
            fmt::format("{} lists where the space has {} units", lists.size(), space.units.size()));
    }
    for (std::size_t u = 0; u < lists.size(); ++u) {
        if (!lists[u].is_array()) build.fail(fmt::format("unit {} is not a list", u + 1));
        build.set_depth(static_cast<int>(u), static_cast<double>(lists[u].size()));
        for (std::size_t l = 0; l < lists[u].size(); ++l) {
            const auto text = lists[u][l].is_string() ? lists[u][l].get<std::string>() : "";
            double expand = -1;
            double kernel = -1;
            for (const auto part : split(text, '_')) {
                if (part.starts_with('e')) parse_number(part.substr(1), expand);
                if (part.starts_with('k')) parse_number(part.substr(1), kernel);
            }
            if (expand < 0 || kernel < 0) {
                build.fail(fmt::format("unit {}, layer {}: '{}' is not like mbconv3_e6_k7", u + 1,
                                       l + 1, text.substr(0, 40)));
            }
            build.set_block(static_cast<int>(u), static_cast<int>(l), expand, kernel);
        }
    }
    return build.arch();
}

int whole(const Builder& build, const json& object, const char* key) {
    if (!object.contains(key) || !object[key].is_number()) {
        build.fail(fmt::format("a block has no number '{}'", key));
    }
    const double value = object[key].get<double>();
    return value > 0 && value < 1e6 ? static_cast<int>(value) : -1;
}

/// net.config: a flat list of blocks; a unit starts at each block without shortcut.
Architecture from_net_config(const DesignSpace& space, const json& object, Builder& build) {
    if (is_bottleneck(space)) build.fail("net.config files describe MBConv spaces");
    build.expect_no_other_choices();
    int u = -1;
    int l = 0;
    std::size_t seen = 0;
    if (!object["blocks"].is_array()) build.fail("'blocks' is not a list");
    for (const auto& block : object["blocks"]) {
        if (seen++ == 0) continue;  // the fixed first block belongs to the stem
        if (!block.is_object()) build.fail("a block is not an object");
        const json conv = block.value("mobile_inverted_conv", block.value("conv", json()));
        if (!conv.is_object()) continue;
        const bool starts = block.value("shortcut", json()).is_null();
        if (starts) {
            if (u >= 0) build.set_depth(u, l);
            ++u;
            l = 0;
        }
        if (u < 0 || u >= static_cast<int>(space.units.size())) {
            build.fail(fmt::format("the blocks do not form the {} units of '{}'",
                                   space.units.size(), space.name));
        }
        const int out = whole(build, conv, "out_channels");
        if (out != space.units[u].channels[0]) {
            build.fail(
                fmt::format("unit {} has {} channels, in '{}' it has {}: a network of "
                            "another width or family",
                            u + 1, out, space.name, space.units[u].channels[0]));
        }
        if (l >= space.units[u].max_depth) {
            build.fail(
                fmt::format("unit {} has more than {} layers", u + 1, space.units[u].max_depth));
        }
        if (!conv.contains("expand_ratio") || !conv["expand_ratio"].is_number()) {
            build.fail("a block has no number 'expand_ratio'");
        }
        build.set_block(u, l++, conv["expand_ratio"].get<double>(),
                        whole(build, conv, "kernel_size"));
    }
    if (u + 1 != static_cast<int>(space.units.size())) {
        build.fail(fmt::format("the blocks form {} units, '{}' has {}", u + 1, space.name,
                               space.units.size()));
    }
    build.set_depth(u, l);
    return build.arch();
}

json parse_json(std::string_view text, const std::string& source) {
    try {
        return json::parse(python_to_json(text));
    } catch (const json::exception& e) {
        const std::string message = e.what();
        const auto colon = message.find(": ");
        throw Error("neither a text form, a dictionary nor JSON: " +
                        (colon == std::string::npos ? message : message.substr(colon + 2)),
                    source);
    }
}

}  // namespace

Architecture parse_foreign(const DesignSpace& space, std::string_view text, int resolution,
                           const std::string& source) {
    const json document = parse_json(text, source);
    Builder build(space, resolution, source);
    if (document.is_array()) return from_lists(space, document, build);
    if (document.contains("blocks")) return from_net_config(space, document, build);
    return from_dictionary(space, document, build);
}

Architecture read_net_config(const DesignSpace& space, const std::string& path) {
    namespace fs = std::filesystem;
    const fs::path given(path);
    const fs::path config = fs::is_directory(given) ? given / "net.config" : given;
    int resolution = 0;
    const fs::path run = config.parent_path() / "run.config";
    if (fs::exists(run)) {
        const json document = parse_json(read_file(run), run.string());
        if (!document.is_object() || !document.contains("image_size") ||
            !document["image_size"].is_number_integer()) {
            throw Error("has no whole number 'image_size'", run.string());
        }
        resolution = document["image_size"].get<int>();
    }
    return parse_architecture(space, read_file(config), resolution, config.string());
}

std::string to_ofa_dictionary(const DesignSpace& space, const Architecture& a) {
    const bool bottleneck = is_bottleneck(space);
    const auto refuse = [&](const char* what) {
        throw Error(
            fmt::format("space '{}' has {} that an OFA dictionary cannot hold", space.name, what));
    };
    json ks = json::array();
    json e = json::array();
    json d = json::array();
    json w = json::array();
    if (!bottleneck && !space.stem_choices.empty()) refuse("stem choices");
    if (bottleneck) d.push_back(0);
    int may_be_absent = 0;
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        if (space.stem_choices[i].letter == 'w') {
            w.push_back(a.stem[i]);
        } else {
            if (++may_be_absent > 1) refuse("stem choices");
            d[0] = a.stem[i] == 1 ? 2 : 0;
        }
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        if (unit.has_width_choice() && !bottleneck) refuse("widths");
        d.push_back(bottleneck ? a.depth[u] - unit.min_depth : a.depth[u]);
        w.push_back(a.width[u]);
        for (int l = 0; l < unit.max_depth; ++l) {
            const int b = a.block[unit.first_slot + l];
            const Block& block = space.blocks[b];
            std::optional<double> kernel;
            if (!bottleneck) kernel = block.kernel;
            if (l < a.depth[u] && find_block(space, block.expand, kernel) != b) refuse("blocks");
            e.push_back(std::floor(block.expand) == block.expand
                            ? json(static_cast<int>(block.expand))
                            : json(block.expand));
            ks.push_back(block.kernel);
        }
    }
    const std::string text =
        bottleneck ? fmt::format("{{'d':{},'e':{},'w':{}", d.dump(), e.dump(), w.dump())
                   : fmt::format("{{'ks':{},'e':{},'d':{}", ks.dump(), e.dump(), d.dump());
    return text + fmt::format(",'r':[{}]}}", a.resolution);
}

}  // namespace blockscope
