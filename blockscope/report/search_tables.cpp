#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/report/evenly.hpp"
#include "blockscope/report/search_figures.hpp"
#include "blockscope/search/comparison.hpp"
#include "blockscope/stats/mean.hpp"

namespace blockscope {
namespace {

std::string shown(const Estimate& e) {
    if (std::isnan(e.value)) return "";
    if (std::isnan(e.low) || e.low == e.high) return significant(e.value, 5);
    return fmt::format("{} ({} to {})", significant(e.value, 4), significant(e.low, 4),
                       significant(e.high, 4));
}

Estimate without_bounds(const Estimate& e) { return {e.value, std::nan(""), std::nan("")}; }

double deviation(const std::vector<double>& values) {
    if (values.size() < 2) return std::nan("");
    const double n = static_cast<double>(values.size());
    const double m = std::accumulate(values.begin(), values.end(), 0.0) / n;
    double squares = 0;
    for (const double v : values) squares += (v - m) * (v - m);
    return std::sqrt(squares / (n - 1));
}

}  // namespace

TextTable best_table(std::span<const ReportedSearch> searches) {
    const auto& wanted = searches.front().record.objectives.front();
    TextTable table;
    table.title = fmt::format(
        "Best {} of each search: mean over seeds with 95 % interval, and standard deviation "
        "(compare Table 2 of the paper)",
        wanted.metric);
    table.header = {"search",
                    "space",
                    "algorithm",
                    "seeds",
                    objective_title(wanted),
                    fmt::format("deviation [{}]", wanted.unit)};
    for (const auto& search : searches) {
        std::vector<double> best;
        for (const auto& run : search.record.runs) {
            double lowest = std::nan("");
            for (std::size_t i = 0; i < run.costs.size(); ++i) {
                if (!(run.costs[i][0] >= lowest)) lowest = run.costs[i][0];
            }
            if (std::isnan(lowest)) continue;
            best.push_back(wanted.direction == Direction::larger_is_better ? -lowest : lowest);
        }
        if (best.empty()) continue;
        table.rows.push_back({search.study, search.record.space, search.record.algorithm,
                              std::to_string(best.size()), shown(mean(best)),
                              std::isnan(deviation(best)) ? "" : significant(deviation(best), 2)});
    }
    return table;
}

TextTable gains_table(std::span<const ReportedSearch> searches) {
    TextTable table;
    if (searches.size() < 2) return table;
    const auto& first = searches.front();
    table.title = fmt::format(
        "What other searches gain over {}, seed by seed (95 % intervals, paired "
        "permutation tests)",
        first.study);
    table.header = {"search", "what", "unit", first.study, "the search", "difference", "p"};
    for (std::size_t i = 1; i < searches.size(); ++i) {
        try {
            const auto c = compare(first.record, searches[i].record);
            const auto& objectives = first.record.objectives;
            std::string unit;
            for (const auto& o : objectives) unit += (unit.empty() ? "" : " x ") + o.unit;
            const auto add = [&](const std::string& what, const std::string& of,
                                 const PairedNumbers& n) {
                table.rows.push_back({searches[i].study, what, of,
                                      shown(without_bounds(n.first_mean)),
                                      shown(without_bounds(n.second_mean)), shown(n.difference),
                                      significant(n.p_value, 2)});
            };
            add("hypervolume", unit, c.volume);
            add("best " + objectives[0].metric, objectives[0].unit, c.best);
            for (const auto& region : c.regions) {
                add(fmt::format("mean best {} at {} to {} {} of {}", objectives[0].metric,
                                significant(region.from, 3), significant(region.to, 3),
                                objectives[1].unit, objectives[1].metric),
                    objectives[0].unit, region.best);
            }
        } catch (const Error& e) {
            table.rows.push_back({searches[i].study, std::string("not comparable: ") + e.what(), "",
                                  "", "", "", ""});
        }
    }
    return table;
}

TextTable networks_table(const ReportedSearch& search, std::size_t most) {
    TextTable table;
    std::vector<const FrontNetwork*> joint;
    for (const auto& network : search.front) {
        if (network.joint) joint.push_back(&network);
    }
    const std::size_t all = joint.size();
    joint = evenly(std::move(joint), most);
    table.title = fmt::format("Networks on the front of all seeds, {}", search.study);
    if (joint.size() < all) {
        table.title += fmt::format(": {} of {}, evenly over it", joint.size(), all);
    }
    table.header = {"seed"};
    for (const auto& wanted : search.record.objectives) {
        table.header.push_back(objective_title(wanted));
    }
    for (const auto& name : search.other_metrics) table.header.push_back(name);
    table.header.insert(table.header.end(), {"probability", "resolution", "network", "text form"});
    const bool ofa = std::any_of(search.front.begin(), search.front.end(),
                                 [](const auto& n) { return !n.ofa.empty(); });
    table.copied = {table.header.size() - 1};
    if (ofa) {
        table.copied.push_back(table.header.size());
        table.header.push_back("OFA dictionary");
    }
    for (const auto* on_front : joint) {
        const FrontNetwork& network = *on_front;
        std::vector<std::string> row{network.seed};
        for (const auto& e : network.objectives) row.push_back(shown(e));
        for (const auto& e : network.others) row.push_back(shown(e));
        row.push_back(std::isnan(network.probability) ? "" : significant(network.probability, 2));
        row.push_back(std::to_string(network.resolution));
        row.push_back(network.arch);
        row.push_back(network.arch);
        if (ofa) row.push_back(network.ofa);
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace blockscope
