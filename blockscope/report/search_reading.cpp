#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/report/evenly.hpp"
#include "blockscope/report/search_figures.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace {

std::vector<std::string> objective_columns(const std::filesystem::path& directory) {
    const auto summary =
        nlohmann::json::parse(read_file(directory / "summary.json"), nullptr, false);
    std::vector<std::string> columns;
    for (const auto& objective : summary.at("objectives"))
        columns.push_back(objective.at("column"));
    return columns;
}

/// "NAME" of "NAME_low" and "NAME_high" where both stand in the table.
bool is_bound(const CsvTable& table, const std::string& name) {
    for (const std::string_view end : {"_low", "_high"}) {
        if (!name.ends_with(end)) continue;
        const std::string of = name.substr(0, name.size() - end.size());
        return table.has_column(of) && table.has_column(of + "_low") &&
               table.has_column(of + "_high");
    }
    return false;
}

/// The number in a column, with its bounds if the table has them.
Estimate estimate_at(const CsvTable& table, std::size_t row, std::size_t column) {
    Estimate e{table.number(row, column), std::nan(""), std::nan("")};
    const std::string& name = table.header[column];
    if (table.has_column(name + "_low") && table.has_column(name + "_high")) {
        e.low = table.number(row, table.column(name + "_low"));
        e.high = table.number(row, table.column(name + "_high"));
    }
    return e;
}

/// A space that cannot say it that way has no dictionary.
std::string ofa_dictionary(const DesignSpace* space, const FrontNetwork& network) {
    if (space == nullptr) return "";
    try {
        return to_ofa_dictionary(*space,
                                 parse_architecture(*space, network.arch, network.resolution));
    } catch (const Error&) {
        return "";
    }
}

}  // namespace

ReportedSearch read_reported_search(const std::string& directory, const std::string& study,
                                    const DesignSpace* space, std::size_t most) {
    ReportedSearch search{study, read_search(directory), {}, {}, 0};
    const auto columns = objective_columns(directory);
    const std::filesystem::path file = std::filesystem::path(directory) / "front.csv";
    const CsvTable table = parse_csv(read_file(file), file.string());
    std::vector<std::size_t> own, others;
    for (const auto& column : columns) own.push_back(table.column(column));
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        const auto& name = table.header[c];
        const bool known = name == "seed" || name == "arch" || name == "resolution" ||
                           name == "contribution" || name == "on_joint_front" ||
                           name == "probability";
        if (known || std::find(own.begin(), own.end(), c) != own.end()) continue;
        if (is_bound(table, name)) continue;
        others.push_back(c);
        search.other_metrics.push_back(name);
    }
    const auto seed = table.column("seed"), arch = table.column("arch"),
               resolution = table.column("resolution"), joint = table.column("on_joint_front"),
               probability = table.column("probability");
    const bool only_joint = table.rows.size() > most;
    std::vector<std::size_t> listed;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        if (!only_joint || table.rows[r][joint] == "yes") listed.push_back(r);
    }
    listed = evenly(std::move(listed), most);
    search.left_out = table.rows.size() - listed.size();
    for (const std::size_t r : listed) {
        const auto& row = table.rows[r];
        FrontNetwork network;
        network.seed = row[seed];
        network.arch = row[arch];
        network.resolution = static_cast<int>(table.number(r, resolution));
        for (const auto c : own) network.objectives.push_back(estimate_at(table, r, c));
        for (const auto c : others) network.others.push_back(estimate_at(table, r, c));
        network.joint = row[joint] == "yes";
        network.probability = table.number(r, probability);
        network.ofa = ofa_dictionary(space, network);
        search.front.push_back(std::move(network));
    }
    return search;
}

bool wants_the_same(const SearchRecord& a, const SearchRecord& b) {
    return a.objectives == b.objectives;
}

std::string objective_title(const SearchRecord::Wanted& wanted) {
    return wanted.metric + " [" + wanted.unit + "]";
}

}  // namespace blockscope
