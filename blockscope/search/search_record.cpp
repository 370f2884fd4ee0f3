#include "blockscope/search/search_record.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"

namespace blockscope {
namespace {

using Json = nlohmann::json;

/// Everything but the runs, and the columns of the objectives.
std::vector<std::string> read_summary(const Json& summary, SearchRecord& record) {
    record.space = summary.at("space");
    record.fingerprint = summary.at("fingerprint");
    record.resolutions = summary.at("resolutions").get<std::vector<int>>();
    record.algorithm = summary.at("algorithm").at("name");
    std::vector<std::string> columns;
    for (const auto& j : summary.at("objectives")) {
        record.objectives.push_back({j.at("metric"), j.at("unit"),
                                     j.at("is") == "maximised" ? Direction::larger_is_better
                                                               : Direction::smaller_is_better});
        columns.push_back(j.at("column"));
    }
    for (const auto& j : summary.at("limits")) record.limits.push_back(j.at("text"));
    for (const auto& j : summary.at("runs")) {
        record.runs.push_back({j.at("seed"), {record.objectives.size(), {}}});
    }
    return columns;
}

void read_history(const CsvTable& history, const std::vector<std::string>& columns,
                  SearchRecord& record) {
    const auto seed_column = history.column("seed");
    const auto keeps = history.column("keeps_limits");
    std::vector<std::size_t> places;
    places.reserve(columns.size());
    for (const auto& column : columns) places.push_back(history.column(column));
    std::size_t run = 0;
    for (std::size_t row = 0; row < history.rows.size(); ++row) {
        const auto is_of = [&](std::size_t r) {
            return std::to_string(record.runs[r].seed) == history.rows[row][seed_column];
        };
        while (run < record.runs.size() && !is_of(run)) ++run;  // in the summary's order
        if (run == record.runs.size()) {
            throw Error("a seed that summary.json has not, or not in its order",
                        history.where(row));
        }
        for (std::size_t k = 0; k < places.size(); ++k) {
            const bool larger = record.objectives[k].direction == Direction::larger_is_better;
            const double value =
                history.rows[row][keeps] == "yes" ? history.number(row, places[k]) : std::nan("");
            record.runs[run].costs.values.push_back(larger ? -value : value);
        }
    }
}

}  // namespace

SearchRecord record_of(const Problem& problem, const SearchReport& report) {
    SearchRecord record{problem.space.name,
                        problem.space.fingerprint(),
                        std::string(to_string(report.options.algorithm)),
                        problem.resolutions,
                        {},
                        {},
                        {}};
    for (const auto& objective : problem.objectives) {
        const auto& info = problem.metrics[objective.metric]->info();
        record.objectives.push_back({info.name, info.unit, objective.direction});
    }
    for (const auto& limit : problem.limits) record.limits.push_back(to_string(problem, limit));
    for (std::size_t r = 0; r < report.runs.size(); ++r) {
        record.runs.push_back({report.seeds[r], costs_of_run(problem, report.runs[r])});
    }
    return record;
}

SearchRecord read_search(const std::filesystem::path& directory) {
    const auto summary = directory / "summary.json";
    SearchRecord record;
    std::vector<std::string> columns;
    try {
        columns = read_summary(Json::parse(read_file(summary)), record);
    } catch (const Json::exception& e) {
        throw Error(fmt::format("is no summary of a search by this version: {}", e.what()),
                    summary.string());
    }
    const auto history = directory / "history.csv";
    read_history(parse_csv(read_file(history), history.string()), columns, record);
    return record;
}

bool is_search(const std::filesystem::path& directory) {
    std::error_code code;
    return std::filesystem::exists(directory / "summary.json", code) &&
           std::filesystem::exists(directory / "history.csv", code);
}

}  // namespace blockscope
