#include "blockscope/report/study_sources.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/profile/profile_reader.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The last part of a path; of `a/x` and `b/x` with what tells them apart.
std::vector<std::string> study_names(const std::vector<std::string>& directories) {
    std::vector<std::string> names;
    for (const auto& directory : directories) {
        fs::path path = fs::path(directory).lexically_normal();
        if (path.filename().empty()) path = path.parent_path();
        std::string name = path.filename().string();
        if (name.empty() || name == ".") name = directory;
        if (std::find(names.begin(), names.end(), name) != names.end()) name = path.string();
        names.push_back(std::move(name));
    }
    return names;
}

DesignSpace space_of(const fs::path& directory) {
    const std::string name = profiled_space(directory);
    const auto built_in = built_in_space_names();
    if (std::find(built_in.begin(), built_in.end(), name) == built_in.end()) {
        throw Error(fmt::format("the profiles are of '{}', which is not built in: say which file "
                                "describes it with --space",
                                name),
                    (directory / "profile.json").string());
    }
    return load_space(name);
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void read_profile_directory(ReportSources& sources, const fs::path& directory,
                            const std::string& study) {
    if (!sources.space) sources.space = space_of(directory);
    const Json document = Json::parse(read_file(directory / "profile.json"), nullptr, false);
    std::string seed;
    const auto provenance = document.find("provenance");
    if (provenance != document.end() && provenance->is_object()) {
        for (const auto& [key, value] : provenance->items()) {
            if (key == "seed") seed = text_of(value);
            sources.facts.emplace_back(fmt::format("{}: {}", study, key), text_of(value));
        }
    }
    for (auto& profile : read_profiles(directory, *sources.space)) {
        for (const auto& note : profile.notes) {
            sources.facts.emplace_back(fmt::format("{}: note on {}", study, profile.metric.name),
                                       note);
        }
        sources.facts.emplace_back(fmt::format("{}: {} is", study, profile.metric.name),
                                   profile.metric.source);
        sources.profiles.push_back({study, seed, std::move(profile)});
    }
}

/// Provenance of a JSON file: the object `provenance`.
void add_provenance(ReportSources& sources, const fs::path& file, const std::string& study) {
    const Json document = Json::parse(read_file(file), nullptr, false);
    if (!document.is_object() || !document.contains("provenance")) return;
    for (const auto& [key, value] : document["provenance"].items()) {
        sources.facts.emplace_back(fmt::format("{}: {}", study, key), text_of(value));
    }
}

/// The space that a search's summary names, if it is built in: restrictions keep their parent's
/// notation, so any will do that reads the networks.
void find_space(ReportSources& sources, const fs::path& directory) {
    if (sources.space) return;
    const Json summary = Json::parse(read_file(directory / "summary.json"), nullptr, false);
    try {
        sources.space = load_space(summary.at("space").get<std::string>());
    } catch (const std::exception&) {
        sources.notes.push_back(
            fmt::format("{}: its space is not built in, so networks have no OFA dictionaries here; "
                        "--space names its file",
                        directory.string()));
    }
}

}  // namespace

ReportSources read_sources(const std::vector<std::string>& directories, const std::string& space) {
    ReportSources sources;
    if (!space.empty()) sources.space = load_space(space);
    const auto names = study_names(directories);
    for (std::size_t i = 0; i < directories.size(); ++i) {
        const fs::path directory = directories[i];
        if (!fs::is_directory(directory)) {
            throw Error("is no directory that a command of blockscope wrote", directories[i]);
        }
        bool found = false;
        if (is_profile(directory)) {
            read_profile_directory(sources, directory, names[i]);
            found = true;
        }
        if (is_pruning(directory)) {
            sources.prunings.push_back(read_pruning(directory, names[i]));
            add_provenance(sources, directory / "insights.json", names[i]);
            found = true;
        }
        if (is_search(directory)) {
            find_space(sources, directory);
            sources.searches.push_back(read_reported_search(
                directories[i], names[i], sources.space ? &*sources.space : nullptr));
            add_provenance(sources, directory / "summary.json", names[i]);
            found = true;
        }
        for (auto& measurement : read_measurements(directory, names[i])) {
            for (const auto& [what, value] : measurement.sessions) {
                sources.facts.emplace_back(fmt::format("{}: {}", measurement.study, what), value);
            }
            sources.measurements.push_back(std::move(measurement));
            found = true;
        }
        for (auto& model : read_models(directory, names[i])) {
            sources.facts.emplace_back(fmt::format("{}: fitted by", model.study), model.card.tool);
            sources.models.push_back(std::move(model));
            found = true;
        }
        for (const auto& entry : fs::directory_iterator(directory)) {
            if (entry.path().extension() == ".onnx") sources.onnx.push_back(entry.path());
        }
        if (!found) {
            throw Error("has nothing that profile, prune, search, measure or fit wrote",
                        directories[i]);
        }
    }
    std::sort(sources.onnx.begin(), sources.onnx.end());
    return sources;
}

void remove_hosts(ReportSources& sources) {
    static const std::regex stated(R"re(\\?"host\\?"\s*:\s*\\?"([^"\\]*)\\?"\s*,?\s*)re");
    std::vector<std::string> hosts;
    for (auto& [name, value] : sources.facts) {
        for (std::smatch match; std::regex_search(value, match, stated);) {
            if (!match[1].str().empty()) hosts.push_back(match[1]);
            value = match.prefix().str() + match.suffix().str();
        }
    }
    for (const auto& host : hosts) {
        if (host.size() < 3) continue;  // a word as short occurs elsewhere too
        for (auto& [name, value] : sources.facts) {
            for (auto at = value.find(host); at != std::string::npos; at = value.find(host, at)) {
                value.erase(at, host.size());
            }
        }
    }
}

}  // namespace blockscope
