#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/space/table_range.hpp"

#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct SpaceCommand {
    std::string space;
    bool json = false;
};

std::string join(const std::vector<int>& values, const char* separator = " ") {
    return fmt::format("{}", fmt::join(values, separator));
}

std::string resolutions_text(const DesignSpace& space) {
    if (space.resolutions.size() <= 8) return join(space.resolutions);
    return fmt::format("{} to {} ({} of them)", space.resolutions.front(), space.resolutions.back(),
                       space.resolutions.size());
}

struct Range {
    MetricInfo info;
    double least = 0;
    double most = 0;
};

/// Of every count.
std::vector<Range> count_ranges(const DesignSpace& space, int resolution) {
    std::vector<Range> ranges;
    for (const auto& info : count_metrics()) {
        const auto table = make_count_metric(info.name)->additive(space, resolution);
        if (!table) continue;  // every count is one
        const auto [least, most] = range(space, *table);
        ranges.push_back({info, least, most});
    }
    return ranges;
}

Rows range_rows(const std::vector<Range>& ranges) {
    Rows rows{{"count", "least", "most", "unit", "what"}, {}};
    for (const auto& [info, least, most] : ranges) {
        rows.cells.push_back({info.name, fmt::format("{:.0f}", least), fmt::format("{:.0f}", most),
                              info.unit, info.source});
    }
    return rows;
}

std::string fixed_name(const FixedLayer& layer) {
    constexpr const char* names[] = {"conv", "mbconv", "max_pool", "global_pool", "linear"};
    const std::string name = names[static_cast<std::size_t>(layer.kind)];
    const bool has_kernel =
        layer.kind != FixedLayer::Kind::global_pool && layer.kind != FixedLayer::Kind::linear;
    return has_kernel ? fmt::format("{} {}x{}", name, layer.kernel, layer.kernel) : name;
}

/// "w1: 24 32" for the choices that a layer of the stem follows.
std::string choices_text(const DesignSpace& space, const FixedLayer& layer) {
    std::string text;
    for (const int i : {layer.presence_choice, layer.width_choice}) {
        if (i < 0) continue;
        const StemChoice& choice = space.stem_choices[static_cast<std::size_t>(i)];
        text += fmt::format("{}{}:", text.empty() ? "" : "  ", choice.letter);
        for (const int option : allowed(choice.allowed)) {
            text += " " + choice.options[static_cast<std::size_t>(option)];
        }
    }
    return text;
}

/// Every layer of stem and head and every unit: what it is, what may be chosen, what comes out.
Rows layer_rows(const DesignSpace& space, int resolution) {
    Rows rows{{"part", "what", "channels", "stride", "activation", "SE", "map", "choices"}, {}};
    int channels = 3;
    int side = resolution;
    const auto fixed = [&](const char* part, const std::vector<FixedLayer>& layers) {
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const FixedLayer& layer = layers[i];
            if (!layer.channels.empty()) channels = layer.channels.back();
            const bool to_point = layer.kind == FixedLayer::Kind::global_pool;
            side = to_point ? 1 : (side - 1) / layer.stride + 1;
            rows.cells.push_back(
                {fmt::format("{} {}", part, i + 1), fixed_name(layer),
                 layer.channels.empty() ? std::to_string(channels) : join(layer.channels),
                 std::to_string(layer.stride), std::string(to_string(layer.activation)),
                 layer.squeeze_excite ? "yes" : "no", fmt::format("{0}x{0}", side),
                 choices_text(space, layer)});
        }
    };
    fixed("stem", space.stem);
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        side = (side - 1) / unit.stride + 1;
        channels = unit.channels.back();
        std::vector<int> widths;
        for (const int w : allowed(unit.widths)) {
            widths.push_back(unit.channels[static_cast<std::size_t>(w)]);
        }
        const auto depths = allowed(unit.depths);
        rows.cells.push_back(
            {fmt::format("unit {}", u + 1),
             fmt::format("{} layer{}", join(depths, " or "), depths == std::vector{1} ? "" : "s"),
             join(widths), std::to_string(unit.stride), std::string(to_string(unit.activation)),
             unit.squeeze_excite ? "yes" : "no", fmt::format("{0}x{0}", side),
             widths.size() > 1 ? "width of the unit" : ""});
    }
    fixed("head", space.head);
    return rows;
}

/// The allowed blocks, said once for layers that have the same.
std::string blocks_text(const DesignSpace& space) {
    std::vector<std::pair<std::uint64_t, std::vector<std::string>>> groups;
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        for (std::size_t l = 0; l < unit.blocks.size(); ++l) {
            const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
                return group.first == unit.blocks[l];
            });
            auto& group = found == groups.end()
                              ? groups.emplace_back(unit.blocks[l], std::vector<std::string>{})
                              : *found;
            group.second.push_back(fmt::format("U{}-L{}", u + 1, l + 1));
        }
    }
    std::string text;
    for (const auto& [bits, layers] : groups) {
        text += fmt::format("blocks of {}:", groups.size() == 1
                                                 ? "every layer"
                                                 : fmt::format("{}", fmt::join(layers, " ")));
        for (const int b : allowed(bits)) {
            text += " " + space.blocks[static_cast<std::size_t>(b)].name;
        }
        text += "\n";
    }
    return text;
}

int run(const SpaceCommand& command, const Common& common) {
    const auto space = load_space(command.space);
    const int resolution =
        common.resolutions.empty() ? space.default_resolution : common.resolutions.front();
    const auto ranges = count_ranges(space, resolution);
    const SpaceSize count = size(space);
    if (command.json) {
        nlohmann::ordered_json j{{"name", space.name},
                                 {"title", space.title},
                                 {"fingerprint", space.fingerprint()},
                                 {"size", count.total},
                                 {"size_body", count.body},
                                 {"placements", placements(space).size()},
                                 {"resolutions", space.resolutions},
                                 {"default_resolution", space.default_resolution},
                                 {"resolution", resolution}};
        for (const auto& [info, least, most] : ranges) {
            j[info.column] = {{"least", least}, {"most", most}};
        }
        for (const auto& unit : space.units) {
            nlohmann::ordered_json u{{"channels", unit.channels},
                                     {"width_ratios", unit.width_ratios},
                                     {"stride", unit.stride},
                                     {"depths", allowed(unit.depths)},
                                     {"activation", to_string(unit.activation)},
                                     {"se", unit.squeeze_excite}};
            for (const auto bits : unit.blocks) {
                auto names = nlohmann::ordered_json::array();
                for (const int b : allowed(bits)) names.push_back(space.blocks[b].name);
                u["blocks"].push_back(names);
            }
            j["units"].push_back(u);
        }
        write_output("-", j.dump(1) + "\n");
        return 0;
    }
    std::string text = fmt::format("{}: {}\narchitectures: {} (10^{:.1f})\n", space.name,
                                   space.title, count.total, count.log10_total);
    if (count.total != count.body) text += fmt::format("without stem choices: {}\n", count.body);
    text += fmt::format("placements: {}\nresolutions: {}, default {}\n\n", placements(space).size(),
                        resolutions_text(space), space.default_resolution);
    text += as_table(layer_rows(space, resolution)) + "\n" + blocks_text(space) + "\n";
    text += fmt::format("at {0}x{0}, over all architectures\n", resolution);
    text += as_table(range_rows(ranges));
    write_output("-", text);
    return 0;
}

}  // namespace

void add_space(Program& program) {
    const auto command = std::make_shared<SpaceCommand>();
    CLI::App& verb = program.add_verb(
        "space", "shows one design space", "blockscope space ofa-mbv3",
        [command](const Common& common, Console&) { return run(*command, common); });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_flag("--json", command->json, "as JSON");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
