#include "blockscope/profile/profile_files.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

std::string cells(const Estimate& e) {
    return round_trip(e.value) + "," + round_trip(e.low) + "," + round_trip(e.high);
}

std::string resolution(const Profile& p) {
    return p.resolution == 0 ? "mixed" : std::to_string(p.resolution);
}

std::string head(const Profile& p) {
    return fmt::format("{},{},{}", csv_cell(p.metric.name), csv_cell(p.metric.unit), resolution(p));
}

/// An exact number rests on no evaluated architectures: its count is empty.
std::string count(const Profile& p, std::size_t n) {
    return p.estimator == "exact" ? "" : std::to_string(n);
}

nlohmann::ordered_json json(const Estimate& e) {
    const auto number = [](double v) {
        return std::isnan(v) ? nlohmann::ordered_json() : nlohmann::ordered_json(v);
    };
    return {{"value", number(e.value)}, {"low", number(e.low)}, {"high", number(e.high)}};
}

nlohmann::ordered_json json(const std::vector<Estimate>& estimates) {
    auto list = nlohmann::ordered_json::array();
    for (const auto& e : estimates) list.push_back(json(e));
    return list;
}

nlohmann::ordered_json json(const DesignSpace& space, const Profile& p) {
    nlohmann::ordered_json j;
    j["metric"] = p.metric.name;
    j["unit_of_measure"] = p.metric.unit;
    j["direction"] = to_string(p.metric.direction);
    j["source"] = p.metric.source;
    j["resolutions"] = p.resolutions;
    j["protocol"] = to_string(p.options.protocol);
    j["estimator"] = p.estimator;
    j["level"] = p.options.level;
    j["simultaneous_level"] = p.simultaneous_level;
    j["evaluations"] = p.evaluations;
    j["noise"] = std::isnan(p.noise) ? nlohmann::ordered_json() : nlohmann::ordered_json(p.noise);
    j["notes"] = p.notes;
    j["percentiles"] = p.options.percentiles;
    j["percentile_error_bound"] = p.percentile_error;
    j["base"] = json(p.base);
    j["base_percentiles"] = json(p.base_percentiles);
    for (const auto& b : p.blocks) {
        j["blocks"].push_back({{"block", b.block},
                               {"response", json(b.response)},
                               {"count", b.count},
                               {"distinguishable", b.distinguishable}});
    }
    for (const auto& c : p.cells) {
        j["placements"].push_back({{"unit", c.placement.unit + 1},
                                   {"layer", c.placement.layer + 1},
                                   {"block", block_name(space, c.placement)},
                                   {"mean", json(c.mean)},
                                   {"delta", json(c.delta)},
                                   {"delta_simultaneous", json(c.simultaneous)},
                                   {"percentiles", json(c.percentiles)},
                                   {"percentile_deltas", json(c.percentile_deltas)},
                                   {"count", c.count},
                                   {"distinguishable", c.distinguishable},
                                   {"discovered", c.discovered}});
    }
    for (const auto& d : p.depths) {
        j["depths"].push_back({{"unit", d.unit + 1},
                               {"depth", d.depth},
                               {"mean", json(d.mean)},
                               {"effect", json(d.effect)},
                               {"count", d.count}});
    }
    for (const auto& s : p.shares) {
        j["variance"].push_back({{"factor", s.factor}, {"share", json(s.share)}});
    }
    return j;
}

}  // namespace

std::string blocks_csv(std::span<const Profile> profiles) {
    std::string text =
        "metric,unit_of_measure,resolution,block,response,low,high,count,distinguishable\n";
    for (const auto& p : profiles) {
        for (const auto& b : p.blocks) {
            text += fmt::format("{},{},{},{},{}\n", head(p), csv_cell(b.block), cells(b.response),
                                count(p, b.count), b.distinguishable);
        }
    }
    return text;
}

std::string placements_csv(const DesignSpace& space, std::span<const Profile> profiles) {
    std::string text =
        "metric,unit_of_measure,resolution,unit,layer,block,mean,mean_low,mean_high,"
        "delta,delta_low,delta_high";
    if (!profiles.empty()) {
        for (const double p : profiles.front().options.percentiles) {
            text += fmt::format(
                ",p{0},p{0}_low,p{0}_high,p{0}_delta,p{0}_delta_low,p{0}_delta_high", p);
        }
    }
    text += ",count,distinguishable\n";
    for (const auto& p : profiles) {
        for (const auto& c : p.cells) {
            text += fmt::format("{},{},{},{},{},{}", head(p), c.placement.unit + 1,
                                c.placement.layer + 1, csv_cell(block_name(space, c.placement)),
                                cells(c.mean), cells(c.delta));
            for (std::size_t i = 0; i < c.percentiles.size(); ++i) {
                text += "," + cells(c.percentiles[i]) + "," + cells(c.percentile_deltas[i]);
            }
            text += fmt::format(",{},{}\n", count(p, c.count), c.distinguishable);
        }
    }
    return text;
}

std::string depths_csv(std::span<const Profile> profiles) {
    std::string text =
        "metric,unit_of_measure,resolution,unit,depth,mean,mean_low,mean_high,"
        "effect,effect_low,effect_high,count\n";
    for (const auto& p : profiles) {
        for (const auto& d : p.depths) {
            text += fmt::format("{},{},{},{},{},{}\n", head(p), d.unit + 1, d.depth, cells(d.mean),
                                cells(d.effect), count(p, d.count));
        }
    }
    return text;
}

std::string variance_csv(std::span<const Profile> profiles) {
    std::string text = "metric,resolution,factor,share,share_low,share_high\n";
    for (const auto& p : profiles) {
        for (const auto& s : p.shares) {
            text += fmt::format("{},{},{},{}\n", csv_cell(p.metric.name), resolution(p),
                                csv_cell(s.factor), cells(s.share));
        }
    }
    return text;
}

std::string profile_json(const DesignSpace& space, std::span<const Profile> profiles,
                         const Provenance& provenance) {
    nlohmann::ordered_json document;
    document["schema"] = "blockscope profile 1";
    document["space"] = {{"name", space.name}, {"fingerprint", space.fingerprint()}};
    for (const auto& [key, value] : provenance) document["provenance"][key] = value;
    document["profiles"] = nlohmann::ordered_json::array();
    for (const auto& p : profiles) document["profiles"].push_back(json(space, p));
    return document.dump(1) + "\n";
}

void write_profiles(const std::filesystem::path& directory, const DesignSpace& space,
                    std::span<const Profile> profiles, const Provenance& provenance) {
    make_output_directory(directory);
    write_file(directory / "blocks.csv", blocks_csv(profiles));
    write_file(directory / "placements.csv", placements_csv(space, profiles));
    write_file(directory / "depths.csv", depths_csv(profiles));
    write_file(directory / "variance.csv", variance_csv(profiles));
    write_file(directory / "profile.json", profile_json(space, profiles, provenance));
}

}  // namespace blockscope
