#include "blockscope/profile/profile_reader.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::json;

std::filesystem::path file_of(const std::filesystem::path& path) {
    return std::filesystem::is_directory(path) ? path / "profile.json" : path;
}

Json document_of(const std::filesystem::path& file) {
    Json document = Json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
    if (!document.is_object() || document.value("schema", Json()) != Json("blockscope profile 1")) {
        throw Error("is no profile.json of blockscope profile", file.string());
    }
    return document;
}

double number(const Json& j) { return j.is_null() ? std::nan("") : j.get<double>(); }

Estimate estimate(const Json& j) {
    return {number(j.at("value")), number(j.at("low")), number(j.at("high"))};
}

std::vector<Estimate> estimates(const Json& list) {
    std::vector<Estimate> result;
    for (const auto& e : list) result.push_back(estimate(e));
    return result;
}

const Json& list(const Json& j, const char* key) {
    static const Json none = Json::array();
    const auto found = j.find(key);
    return found == j.end() || found->is_null() ? none : *found;
}

Profile profile_of(const Json& j, const DesignSpace& space) {
    Profile p;
    p.metric.name = j.at("metric");
    p.metric.unit = j.at("unit_of_measure");
    p.metric.direction = j.contains("direction")
                             ? direction_named(j["direction"].get<std::string>())
                             : direction_of_unit(p.metric.unit);  // files of earlier versions
    p.metric.source = j.at("source");
    p.resolutions = j.at("resolutions").get<std::vector<int>>();
    p.resolution = p.resolutions.size() == 1 ? p.resolutions.front() : 0;
    p.options.protocol =
        j.at("protocol") == "published" ? Protocol::published : Protocol::definition;
    p.estimator = j.at("estimator");
    p.options.level = j.at("level");
    p.simultaneous_level = j.at("simultaneous_level");
    p.evaluations = j.at("evaluations");
    p.noise = number(j.at("noise"));
    p.notes = j.at("notes").get<std::vector<std::string>>();
    p.options.percentiles = j.at("percentiles").get<std::vector<double>>();
    p.percentile_error = j.at("percentile_error_bound");
    p.base = estimate(j.at("base"));
    p.base_percentiles = estimates(list(j, "base_percentiles"));
    for (const auto& b : list(j, "blocks")) {
        p.blocks.push_back(
            {b.at("block"), estimate(b.at("response")), b.at("count"), b.at("distinguishable")});
    }
    const auto family = placements(space);
    const Json& cells = list(j, "placements");
    if (cells.size() != family.size()) throw Error("has other placements than " + space.name);
    for (std::size_t i = 0; i < family.size(); ++i) {
        const Json& c = cells[i];
        if (c.at("unit") != family[i].unit + 1 || c.at("layer") != family[i].layer + 1 ||
            c.at("block") != block_name(space, family[i])) {
            throw Error("has other placements than " + space.name);
        }
        Cell cell;
        cell.placement = family[i];
        cell.mean = estimate(c.at("mean"));
        cell.delta = estimate(c.at("delta"));
        cell.simultaneous = estimate(c.at("delta_simultaneous"));
        cell.percentiles = estimates(list(c, "percentiles"));
        cell.percentile_deltas = estimates(list(c, "percentile_deltas"));
        cell.count = c.at("count");
        cell.distinguishable = c.at("distinguishable");
        cell.discovered = c.at("discovered");
        p.cells.push_back(std::move(cell));
    }
    for (const auto& d : list(j, "depths")) {
        const int unit = d.at("unit").get<int>() - 1;
        const int depth = d.at("depth");
        if (unit < 0 || unit >= static_cast<int>(space.units.size()) || depth < 1 ||
            depth > space.units[unit].max_depth) {
            throw Error("has other depths than " + space.name);
        }
        p.depths.push_back(
            {unit, depth, estimate(d.at("mean")), estimate(d.at("effect")), d.at("count")});
    }
    for (const auto& s : list(j, "variance")) {
        p.shares.push_back({s.at("factor"), estimate(s.at("share"))});
    }
    return p;
}

}  // namespace

std::vector<Profile> read_profiles(const std::filesystem::path& path, const DesignSpace& space) {
    const auto file = file_of(path);
    const Json document = document_of(file);
    try {
        if (document.at("space").at("fingerprint") != space.fingerprint()) {
            throw Error(fmt::format("was written for another space than {}", space.name));
        }
        std::vector<Profile> profiles;
        for (const auto& p : document.at("profiles")) profiles.push_back(profile_of(p, space));
        return profiles;
    } catch (const Json::exception& e) {
        throw Error(std::string("is damaged: ") + e.what(), file.string());
    } catch (const Error& e) {
        throw Error(e.what(), file.string());
    }
}

bool is_profile(const std::filesystem::path& path) {
    std::error_code code;
    const bool directory = std::filesystem::is_directory(path, code);
    const auto file = directory ? path / "profile.json" : path;
    return file.filename() == "profile.json" && std::filesystem::is_regular_file(file, code);
}

std::string profiled_space(const std::filesystem::path& path) {
    const auto file = file_of(path);
    const Json document = document_of(file);
    const auto space = document.find("space");
    if (space == document.end() || !space->is_object() || !(*space)["name"].is_string()) {
        throw Error("does not name its space", file.string());
    }
    return (*space)["name"];
}

}  // namespace blockscope
