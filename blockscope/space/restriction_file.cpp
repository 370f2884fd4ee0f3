#include "blockscope/space/restriction_file.hpp"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

std::string toml_text(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

/// "[1, 2]" or "3".
std::string toml_numbers(const std::vector<int>& numbers) {
    if (numbers.size() == 1) return std::to_string(numbers[0]);
    return fmt::format("[{}]", fmt::join(numbers, ", "));
}

std::string block_list(const DesignSpace& space, std::uint64_t mask) {
    std::vector<std::string> names;
    for (const int b : allowed(mask)) names.push_back(toml_text(space.blocks[b].name));
    return fmt::format("[{}]", fmt::join(names, ", "));
}

/// What goes at each location, as few entries: units that lose the same blocks in all layers
/// together, then layers of one unit that do.
std::string block_drops(const DesignSpace& whole, const DesignSpace& restricted) {
    std::map<std::uint64_t, std::vector<int>> of_units;
    std::string text;
    for (std::size_t u = 0; u < whole.units.size(); ++u) {
        const Unit& unit = whole.units[u];
        std::vector<std::uint64_t> gone;
        std::uint64_t everywhere = ~std::uint64_t{0};
        for (std::size_t l = 0; l < unit.blocks.size(); ++l) {
            gone.push_back(unit.blocks[l] & ~restricted.units[u].blocks[l]);
            everywhere &= gone.back();
        }
        if (everywhere != 0) of_units[everywhere].push_back(static_cast<int>(u) + 1);
        std::map<std::uint64_t, std::vector<int>> of_layers;
        for (std::size_t l = 0; l < gone.size(); ++l) {
            const std::uint64_t rest = gone[l] & ~everywhere;
            if (rest != 0) of_layers[rest].push_back(static_cast<int>(l) + 1);
        }
        for (const auto& [mask, layers] : of_layers) {
            text += fmt::format("\n[[drop]]\nunit = {}\nlayer = {}\nblocks = {}\n", u + 1,
                                toml_numbers(layers), block_list(whole, mask));
        }
    }
    std::string units;
    for (const auto& [mask, list] : of_units) {
        units += "\n[[drop]]\n";
        if (list.size() < whole.units.size()) units += "unit = " + toml_numbers(list) + "\n";
        units += "blocks = " + block_list(whole, mask) + "\n";
    }
    return units + text;
}

std::string depth_and_width_drops(const DesignSpace& whole, const DesignSpace& restricted) {
    std::map<std::uint64_t, std::vector<int>> of_depths;
    std::string text;
    for (std::size_t u = 0; u < whole.units.size(); ++u) {
        const std::uint64_t depths = whole.units[u].depths & ~restricted.units[u].depths;
        if (depths != 0) of_depths[depths].push_back(static_cast<int>(u) + 1);
        const std::uint64_t widths = whole.units[u].widths & ~restricted.units[u].widths;
        if (widths == 0) continue;
        std::vector<std::string> ratios;
        for (const int w : allowed(widths)) {
            ratios.push_back(round_trip(whole.units[u].width_ratios[w]));
        }
        text +=
            fmt::format("\n[[drop]]\nunit = {}\nwidth = [{}]\n", u + 1, fmt::join(ratios, ", "));
    }
    std::string units;
    for (const auto& [mask, list] : of_depths) {
        units += fmt::format("\n[[drop]]\nunit = {}\ndepth = {}\n", toml_numbers(list),
                             toml_numbers(allowed(mask)));
    }
    return units + text;
}

}  // namespace

std::string restriction_toml(const DesignSpace& whole, const DesignSpace& restricted,
                             const std::string& base, const std::string& comment) {
    std::string text;
    for (const auto line : split(comment, '\n')) {
        if (!comment.empty()) text += fmt::format("# {}\n", line);
    }
    text += fmt::format("base = {}\nname = {}\ntitle = {}\n", toml_text(base),
                        toml_text(restricted.name), toml_text(restricted.title));
    text += depth_and_width_drops(whole, restricted);
    text += block_drops(whole, restricted);
    if (!restricted.mutation.empty()) {
        std::vector<std::string> rates;
        rates.reserve(restricted.mutation.size());
        for (const double p : restricted.mutation) rates.push_back(round_trip(p));
        text += fmt::format("\n[search]\nmutation = [{}]\n", fmt::join(rates, ", "));
    }
    return text;
}

}  // namespace blockscope
