#include "blockscope/report/profile_tables.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/report/block_grid.hpp"
#include "blockscope/report/shown_unit.hpp"

namespace blockscope {

TextTable block_table(const DesignSpace& space, const ReportedProfile& reported,
                      std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    const BlockGrid grid = block_grid(space, p);
    TextTable table;
    table.title = fmt::format("Block responses: {} of {} [{}]; {}", name_of(reported, among),
                              space.name, unit.name, facts(reported));
    table.header = {"block"};
    table.header.insert(table.header.end(), grid.columns.begin(), grid.columns.end());
    for (std::size_t r = 0; r < grid.rows.size(); ++r) {
        std::vector<std::string> row{grid.rows[r]};
        for (std::size_t c = 0; c < grid.columns.size(); ++c) {
            const auto found = grid.cells.find({r, c});
            if (found == grid.cells.end() || std::isnan(found->second->response.value)) {
                row.emplace_back();
                continue;
            }
            const BlockResponse& b = *found->second;
            const double half = half_width(b.response) / unit.divisor;
            std::string cell =
                (b.distinguishable ? "" : "~") +
                significant(b.response.value / unit.divisor, p.estimator == "exact" ? 6 : 5);
            if (half > 0) cell += " \u00b1 " + significant(half, 2);
            row.push_back(std::move(cell));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

TextTable depth_table(const ReportedProfile& reported, std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    const ShownUnit unit = shown_unit(p.metric, p.base.value);
    TextTable table;
    table.title = fmt::format("What a further layer adds: {} [{}]; {}", name_of(reported, among),
                              unit.name, facts(reported));
    table.header = {"unit", "depth", "adds", "low", "high"};
    for (const auto& depth : p.depths) {
        if (std::isnan(depth.effect.value)) continue;
        const auto text = [&](double v) {
            return std::isnan(v) ? std::string() : significant(v / unit.divisor, 4);
        };
        table.rows.push_back({std::to_string(depth.unit + 1), std::to_string(depth.depth),
                              text(depth.effect.value), text(depth.effect.low),
                              text(depth.effect.high)});
    }
    return table;
}

}  // namespace blockscope
