#include "blockscope/space/preset.hpp"

#include <utility>

#include <fmt/format.h>

#include "blockscope/base/embedded.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/restriction.hpp"
#include "blockscope/space/toml_reader.hpp"

namespace blockscope {

extern const EmbeddedText built_in_presets[];  // named SPACE.NAME

namespace {

/// Cuts `text` at `mark`; what is behind it, or nothing.
std::string cut_behind(std::string& text, const std::string& mark) {
    const auto at = text.rfind(mark);
    if (at == std::string::npos) return "";
    std::string behind = text.substr(at + mark.size());
    text.resize(at);
    return behind;
}

PresetInfo info_of(const EmbeddedText& entry) {
    std::string space = entry.name;
    const std::string name = "paper/" + cut_behind(space, ".");
    return {space, name, TomlFile(entry.text, name).root().text("title")};
}

/// Blocks of each unit anew: as many as are left, of those of the whole space.
void draw_blocks(const DesignSpace& whole, DesignSpace& restricted, std::uint64_t seed) {
    Rng rng(seed);
    for (std::size_t u = 0; u < whole.units.size(); ++u) {
        auto candidates = allowed(whole.units[u].blocks[0]);
        const auto count = allowed(restricted.units[u].blocks[0]).size();
        shuffle(candidates, rng);
        std::uint64_t mask = 0;
        for (std::size_t i = 0; i < count; ++i) mask |= std::uint64_t{1} << candidates[i];
        for (auto& blocks : restricted.units[u].blocks) blocks = mask;
    }
}

}  // namespace

std::vector<PresetInfo> presets() {
    std::vector<PresetInfo> all;
    for (const auto* entry = built_in_presets; entry->name != nullptr; ++entry) {
        all.push_back(info_of(*entry));
    }
    return all;
}

DesignSpace with_preset(DesignSpace space, const std::string& preset) {
    std::string name = preset;
    const std::string seed_text = cut_behind(name, "@");
    const bool random = name.ends_with("-random");
    if (random) name.resize(name.size() - std::string("-random").size());
    long long seed = 1;
    if (preset.find('@') != std::string::npos &&
        (!random || !parse_number(seed_text, seed) || seed < 0)) {
        throw Error(
            fmt::format("preset '{}': a seed as in 'paper/npu-random@7' was expected", preset));
    }
    std::vector<std::string> known;
    for (const auto* entry = built_in_presets; entry->name != nullptr; ++entry) {
        const PresetInfo info = info_of(*entry);
        if (!space.name.starts_with(info.space)) continue;
        known.push_back(info.name);
        if (info.name != name) continue;
        const DesignSpace whole = space;
        const TomlTable root = TomlFile(entry->text, name + " (built in)").root();
        read_restrictions(root, space);
        if (random) draw_blocks(whole, space, static_cast<std::uint64_t>(seed));
        space.name += ":" + preset;
        space.title = info.title;
        if (random) space.title += fmt::format("; blocks drawn at random, seed {}", seed);
        return space;
    }
    throw Error(fmt::format("{} has no preset '{}'{}; it has {}", space.name, name,
                            did_you_mean(name, known),
                            known.empty() ? "none" : quoted_list(known)));
}

}  // namespace blockscope
