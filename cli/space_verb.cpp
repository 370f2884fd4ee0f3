#include <bit>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct SpaceCommand {
    std::string space;
    bool json = false;
};

std::string join(const std::vector<int>& values) {
    return fmt::format("{}", fmt::join(values, " "));
}

/// Smallest and largest value of a sum table over everything allowed: the smallest and largest path
/// through depth, width and block, unit by unit, for every width that goes in and out.
std::pair<double, double> range(const DesignSpace& space, const LayerTable& table) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    std::pair<double, double> best{none, none};
    for (const bool largest : {false, true}) {
        const auto better = [largest](double a, double b) {
            if (std::isnan(b)) return a;
            return largest ? std::max(a, b) : std::min(a, b);
        };
        std::vector<double> state(table.incoming_states(0), none);
        for (int v = 0; v < table.stem_variants(); ++v) {
            double& s = state[table.stem_state(v)];
            s = better(table.stem(v), s);
        }
        for (int u = 0; u < table.unit_count(); ++u) {
            const Unit& unit = space.units[u];
            std::vector<double> next(table.width_states(u), none);
            for (const int w : allowed(unit.widths)) {
                for (int i = 0; i < table.incoming_states(u); ++i) {
                    if (std::isnan(state[i])) continue;
                    double sum = state[i];
                    for (int l = 0; l < unit.max_depth && unit.blocks[l] != 0; ++l) {
                        double layer = none;
                        for (const int b : allowed(unit.blocks[l])) {
                            layer = better(table.term(u, l, l == 0 ? i : 0, w, b), layer);
                        }
                        sum += layer;
                        if (((unit.depths >> (l + 1)) & 1U) != 0) next[w] = better(sum, next[w]);
                    }
                }
            }
            state = std::move(next);
        }
        double total = none;
        for (std::size_t w = 0; w < state.size(); ++w) {
            if (!std::isnan(state[w]))
                total = better(state[w] + table.head(static_cast<int>(w)), total);
        }
        (largest ? best.second : best.first) = total;
    }
    return best;
}

std::string resolutions_text(const DesignSpace& space) {
    if (space.resolutions.size() <= 8) return join(space.resolutions);
    return fmt::format("{} to {} ({} of them)", space.resolutions.front(), space.resolutions.back(),
                       space.resolutions.size());
}

int run(const SpaceCommand& command, const Common& common) {
    const auto space = load_space(command.space);
    const int resolution =
        common.resolutions.empty() ? space.default_resolution : common.resolutions.front();
    const auto [least, most] = range(space, count_table(space, resolution, Count::macs));
    const auto [fewest, largest] = range(space, count_table(space, resolution, Count::params));
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
                                 {"resolution", resolution},
                                 {"macs", {{"least", least}, {"most", most}}},
                                 {"params", {{"least", fewest}, {"most", largest}}}};
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
    text += fmt::format("placements: {}\nresolutions: {}, default {}\n", placements(space).size(),
                        resolutions_text(space), space.default_resolution);
    text += fmt::format(
        "at {0}x{0}: {1:.0f} to {2:.0f} MACs (convolutions and linear layers, biases "
        "not counted), {3:.0f} to {4:.0f} parameters\n\n",
        resolution, least, most, fewest, largest);
    text += fmt::format("{:<8}{:<18}{:>7}  {:<10}{:<11}{:<5}{:<14}{}\n", "unit", "channels",
                        "stride", "layers", "activation", "SE", "map out", "blocks of layer 1");
    Architecture a;
    a.resolution = static_cast<std::uint16_t>(resolution);
    Shape map = space.stem.empty() ? Shape{3, resolution, resolution}
                                   : lower_stem(space, a).operators.back().out;
    text += fmt::format("{:<8}{:<49}{}x{}x{}\n", "stem", "", map.channels, map.height, map.width);
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        map.height = (map.height - 1) / unit.stride + 1;
        map.width = (map.width - 1) / unit.stride + 1;
        std::string blocks;
        for (const int b : allowed(unit.blocks[0])) blocks += space.blocks[b].name + " ";
        text += fmt::format("{:<8}{:<18}{:>7}  {:<10}{:<11}{:<5}{:<14}{}\n", u + 1,
                            join(unit.channels), unit.stride, join(allowed(unit.depths)),
                            to_string(unit.activation), unit.squeeze_excite ? "yes" : "no",
                            fmt::format("{}x{}", map.height, map.width), blocks);
    }
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
