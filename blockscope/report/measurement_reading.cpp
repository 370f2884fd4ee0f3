#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/report/quality_figures.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::vector<fs::path> tables_in(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory)) {
        const auto name = entry.path().filename().string();
        // what other commands write beside is told by its name
        if (!name.ends_with(".csv") || name == "front.csv" || name == "history.csv" ||
            name == "blocks.csv" || name == "placements.csv" || name == "depths.csv" ||
            name == "variance.csv" || name == "correlations.csv") {
            continue;
        }
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

void add_predictions(ReportedMeasurement& m, const fs::path& file) {
    const std::string text = read_file(file);
    if (!text.starts_with("arch,resolution")) return;
    const CsvTable table = parse_csv(text, file.string());
    const auto arch = table.column("arch"), resolution = table.column("resolution");
    std::map<std::pair<std::string, int>, bool> measured;
    for (const auto& network : m.set.networks) measured[{network.arch, network.resolution}] = true;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        const auto& name = table.header[c];
        if (!name.ends_with("_ms")) continue;
        PredictedColumn column{fmt::format("{} of {}", name, file.filename().string()), {}, {}, {}};
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            const int side = static_cast<int>(table.number(r, resolution));
            if (!measured.contains({table.rows[r][arch], side})) continue;
            Estimate e{table.number(r, c), std::nan(""), std::nan("")};
            if (table.has_column(name + "_low"))
                e.low = table.number(r, table.column(name + "_low"));
            if (table.has_column(name + "_high")) {
                e.high = table.number(r, table.column(name + "_high"));
            }
            if (std::isnan(e.value)) continue;
            column.archs.push_back(table.rows[r][arch]);
            column.resolutions.push_back(side);
            column.values.push_back(e);
        }
        if (!column.archs.empty()) m.predictions.push_back(std::move(column));
    }
}

/// The reference network over a session; empty where it was not recorded.
MeasuringSession reference_of(const Json& session, const std::string& resolution) {
    MeasuringSession run;
    run.name = fmt::format("{0}x{0}, {1}", resolution, session.value("started", ""));
    run.resolution = resolution;
    run.doubt = session.value("doubt", "");
    const auto reference = session.find("reference");
    if (reference == session.end()) return run;
    run.seconds = reference->at("seconds").get<std::vector<double>>();
    run.reference = reference->at("ms").get<std::vector<double>>();
    if (run.seconds.size() != run.reference.size()) run.reference.clear();
    return run;
}

void add_sessions(ReportedMeasurement& m, const Json& document) {
    const auto all = document.value("measuring", Json::object());
    for (const auto& [resolution, measuring] : all.items()) {
        if (measuring.contains("quality") && measuring["quality"].is_string()) {
            m.sessions.emplace_back(fmt::format("quality at {}", resolution), measuring["quality"]);
        }
        if (!measuring.contains("sessions")) continue;
        int n = 0;
        for (Json session : measuring["sessions"]) {
            auto run = reference_of(session, resolution);
            if (!run.reference.empty()) m.runs.push_back(std::move(run));
            session.erase("reference");  // drawn, and long
            m.sessions.emplace_back(fmt::format("session {} at {}", ++n, resolution),
                                    session.dump());
        }
    }
    for (const auto& [key, value] : m.set.context)
        m.sessions.emplace_back("context: " + key, value);
}

}  // namespace

std::vector<ReportedMeasurement> read_measurements(const fs::path& directory,
                                                   const std::string& study) {
    std::vector<ReportedMeasurement> found;
    std::vector<fs::path> others;
    for (const auto& file : tables_in(directory)) {
        if (!is_measured_set(file.string())) {
            others.push_back(file);
            continue;
        }
        ReportedMeasurement m{fmt::format("{}, {}", study, file.stem().string()),
                              read_measured_set(file.string()),
                              {},
                              {}};
        const auto json = fs::path(file).replace_extension("json");
        try {
            add_sessions(m, Json::parse(read_file(json)));
        } catch (const Json::exception& e) {
            throw Error(std::string("is damaged: ") + e.what(), json.string());
        }
        found.push_back(std::move(m));
    }
    for (auto& m : found) {
        for (const auto& file : others) add_predictions(m, file);
    }
    return found;
}

}  // namespace blockscope
