#include "blockscope/model/lookup_table.hpp"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

/// R of the key "Conv-input:RxRx3-output:...", 0 for any other.
int resolution_of(const std::string& key) {
    constexpr std::string_view start = "Conv-input:";
    if (!key.starts_with(start)) return 0;
    const auto sides = split(std::string_view(key).substr(start.size()), 'x');
    long long resolution = 0;
    if (sides.size() < 3 || !parse_number(sides[0], resolution)) return 0;
    return resolution >= 16 && resolution <= 4096 ? static_cast<int>(resolution) : 0;
}

}  // namespace

LookupTable parse_lookup_table(std::string_view text, const std::string& source) {
    LookupTable table{source, 0, {}};
    std::string key;
    std::size_t key_line = 0;
    bool has_mean = true;
    std::size_t line = 0;
    const auto fail = [&](std::size_t column, const std::string& what) {
        throw Error(what, fmt::format("{}:{}:{}", source, line, column));
    };
    const auto finish = [&] {
        if (!has_mean)
            throw Error(fmt::format("entry {} has no mean", printable(key)),
                        fmt::format("{}:{}:1", source, key_line));
    };
    for (auto row : split(text, '\n')) {
        ++line;
        if (row.ends_with('\r')) row.remove_suffix(1);
        if (trim(row).empty() || row.front() == '#' || row == "---") continue;
        if (row.front() != ' ') {
            finish();
            if (row.back() != ':' || row.size() < 2)
                fail(row.size(), "an entry 'name:' was expected");
            key = row.substr(0, row.size() - 1);
            key_line = line;
            if (table.mean_ms.count(key) != 0)
                fail(1, fmt::format("entry {} stands twice", printable(key)));
            if (const int r = resolution_of(key)) {
                if (table.resolution != 0)
                    fail(1, "a second first convolution; a table is for one resolution");
                table.resolution = r;
            }
            has_mean = false;
            continue;
        }
        const auto colon = row.find(':');
        if (colon == std::string_view::npos || key.empty())
            fail(1, "'count:', 'mean:' or 'std:' of an entry was expected");
        const auto name = trim(row.substr(0, colon));
        double value = 0;
        if (!parse_number(trim(row.substr(colon + 1)), value) || !std::isfinite(value)) {
            fail(colon + 2, fmt::format("{} is not a number", printable(name)));
        }
        if (name == "mean") {
            if (has_mean) fail(1, fmt::format("entry {} has two means", printable(key)));
            if (value < 0) fail(colon + 2, "a negative mean");
            table.mean_ms[key] = value;
            has_mean = true;
        }
    }
    finish();
    if (table.resolution == 0)
        throw Error("is no look-up table: no entry 'Conv-input:RxRx3-...'", source);
    return table;
}

std::map<int, LookupTable> read_lookup_tables(const std::string& path) {
    std::vector<fs::path> files{path};
    if (fs::is_directory(path)) {
        files.clear();
        for (const auto& entry : fs::directory_iterator(path)) {
            if (entry.path().extension() == ".yaml") files.push_back(entry.path());
        }
        if (files.empty()) throw Error("holds no .yaml file", path);
    }
    std::map<int, LookupTable> tables;
    for (const auto& file : files) {
        auto table = parse_lookup_table(read_file(file), file.string());
        const int resolution = table.resolution;
        const auto [found, added] = tables.emplace(resolution, std::move(table));
        if (!added)
            throw Error(fmt::format("a second table of resolution {}, beside {}", resolution,
                                    found->second.source),
                        file.string());
    }
    return tables;
}

namespace {

/// An MBConv layer as the tables write it; expand: middle channels.
std::string layer_key(int in_side, int in_channels, int out_side, int out_channels, int middle,
                      int kernel, int stride, bool shortcut, bool squeeze_excite, bool h_swish) {
    return fmt::format(
        "expanded_conv-input:{0}x{0}x{1}-output:{2}x{2}x{3}-expand:{4}-kernel:{5}-stride:{6}"
        "-idskip:{7:d}-se:{8:d}-hs:{9:d}",
        in_side, in_channels, out_side, out_channels, middle, kernel, stride, shortcut,
        squeeze_excite, h_swish);
}

class Keys {
public:
    Keys(const LookupTable& table, const DesignSpace& space) : table_(table), space_(space) {}

    double operator()(const std::string& key) const {
        const auto found = table_.mean_ms.find(key);
        if (found == table_.mean_ms.end()) {
            throw Error(fmt::format("no entry '{}', which space '{}' needs", key, space_.name),
                        table_.source);
        }
        return found->second;
    }

private:
    const LookupTable& table_;
    const DesignSpace& space_;
};

}  // namespace

LayerTable layer_table(const LookupTable& table, const DesignSpace& space) {
    const Keys mean(table, space);
    LayerTable terms(space, LayerTable::Combine::sum);
    const auto fits = [&] {
        if (space.stem.size() != 2 || space.stem[0].kind != FixedLayer::Kind::conv ||
            space.stem[1].kind != FixedLayer::Kind::mbconv || space.head.size() != 4) {
            return false;
        }
        for (const auto& unit : space.units) {
            if (unit.channels.size() != 1) return false;
        }
        return space.blocks.front().family == Family::mbconv;
    };
    if (!fits()) {
        throw Error(fmt::format("a table of OFA-MobileNetV3 networks; '{}' is built differently",
                                space.name),
                    table.source);
    }
    const auto halved = [](int side, int stride) { return (side - 1) / stride + 1; };
    int side = halved(table.resolution, space.stem[0].stride);
    int channels = space.stem[0].channels.front();
    const FixedLayer& fixed = space.stem[1];
    terms.stem(0) =
        mean(fmt::format("Conv-input:{0}x{0}x3-output:{1}x{1}x{2}", table.resolution, side,
                         channels)) +
        mean(layer_key(side, channels, side, fixed.channels.front(), channels, fixed.kernel,
                       fixed.stride, fixed.stride == 1 && fixed.channels.front() == channels,
                       fixed.squeeze_excite, fixed.activation == Activation::h_swish));
    channels = fixed.channels.front();
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        const int out = unit.channels.front();
        for (int l = 0; l < unit.max_depth; ++l) {
            const int stride = l == 0 ? unit.stride : 1;
            const int in = l == 0 ? channels : out;
            const int out_side = l == 0 ? halved(side, stride) : halved(side, unit.stride);
            for (std::size_t b = 0; b < space.blocks.size(); ++b) {
                const Block& block = space.blocks[b];
                terms.term(static_cast<int>(u), l, 0, 0, static_cast<int>(b)) = mean(
                    layer_key(l == 0 ? side : out_side, in, out_side, out,
                              middle_channels(space, block, in, out), block.kernel, stride, l > 0,
                              block.squeeze_excite.value_or(unit.squeeze_excite),
                              block.activation.value_or(unit.activation) == Activation::h_swish));
            }
        }
        side = halved(side, unit.stride);
        channels = out;
    }
    const int expanded = space.head[0].channels.front();
    const int mixed = space.head[2].channels.front();
    terms.head(0) =
        mean(fmt::format("Conv_1-input:{0}x{0}x{1}-output:{0}x{0}x{2}", side, channels, expanded)) +
        mean(fmt::format("AvgPool2D-input:{0}x{0}x{1}-output:1x1x{1}", side, expanded)) +
        mean(fmt::format("Conv_2-input:1x1x{}-output:1x1x{}", expanded, mixed)) +
        mean(fmt::format("Logits-input:1x1x{}-output:{}", mixed, space.head[3].channels.front()));
    return terms;
}

}  // namespace blockscope
