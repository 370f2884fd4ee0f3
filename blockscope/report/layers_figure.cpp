#include "blockscope/report/layers_figure.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/report/evenly.hpp"
#include "blockscope/report/plots.hpp"
#include "blockscope/report/shown_unit.hpp"
#include "blockscope/report/vega_lite.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace {

using vega_lite::Json;

constexpr std::size_t most_networks = 12, most_metrics = 4;

struct Drawn {
    const FrontNetwork* network;
    Architecture arch;
};

/// Of the joint front, evenly over it.
std::vector<Drawn> chosen(const DesignSpace& space, const ReportedSearch& search) {
    std::vector<Drawn> all;
    for (const auto& network : search.front) {
        if (!network.joint) continue;
        try {
            all.push_back({&network, parse_architecture(space, network.arch, network.resolution)});
        } catch (const Error&) {  // of another space
            return {};
        }
    }
    std::sort(all.begin(), all.end(), [](const Drawn& a, const Drawn& b) {
        return a.network->objectives[0].value > b.network->objectives[0].value;
    });
    return evenly(std::move(all), most_networks);
}

/// The search's metrics first; each once.
std::vector<const ReportedProfile*> metrics_of(const ReportedSearch& search,
                                               std::span<const ReportedProfile> profiles,
                                               int resolution) {
    std::vector<const ReportedProfile*> wanted, others;
    for (const auto& reported : profiles) {
        const auto& p = reported.profile;
        const auto same = [&](const ReportedProfile* other) {
            return other->profile.metric.name == p.metric.name;
        };
        if (p.resolution != resolution || p.cells.empty()) continue;
        if (std::any_of(wanted.begin(), wanted.end(), same)) continue;
        if (std::any_of(others.begin(), others.end(), same)) continue;
        const auto& objectives = search.record.objectives;
        const bool asked = std::any_of(objectives.begin(), objectives.end(),
                                       [&](const auto& o) { return o.metric == p.metric.name; });
        (asked ? wanted : others).push_back(&reported);
    }
    wanted.insert(wanted.end(), others.begin(), others.end());
    if (wanted.size() > most_metrics) wanted.resize(most_metrics);
    return wanted;
}

/// What a profile says of a block at a place, and how good that is, from -1 to 1 for the largest
/// effect of any placement.
struct Contribution {
    Estimate delta;
    double largest = 0;  ///< of any placement, without a sign
    double goodness = 0;
    bool sure = false;
};

std::optional<Contribution> contribution(const Profile& p, const Placement& place) {
    double largest = 0;
    const Cell* found = nullptr;
    for (const auto& cell : p.cells) {
        if (std::abs(cell.delta.value) > largest) largest = std::abs(cell.delta.value);
        if (cell.placement == place) found = &cell;
    }
    if (found == nullptr || std::isnan(found->delta.value)) return std::nullopt;
    const double share = largest > 0 ? found->delta.value / largest : 0;
    const Direction direction = p.metric.direction;
    return Contribution{found->delta, largest,
                        direction == Direction::neither            ? 0
                        : direction == Direction::larger_is_better ? share
                                                                   : -share,
                        found->distinguishable};
}

/// With the digits that two of the largest have.
std::string delta_text(const Contribution& c, double divisor) {
    const double largest = c.largest / divisor;
    const int decimals =
        largest > 0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(largest))), 0, 9) : 0;
    return fmt::format("{}{:.{}f}", c.sure ? "" : "~", c.delta.value / divisor, decimals);
}

std::string values_text(const ReportedSearch& search, const FrontNetwork& network) {
    std::string text;
    for (std::size_t k = 0; k < network.objectives.size(); ++k) {
        text +=
            fmt::format("{}{} {}", k == 0 ? "" : ", ", significant(network.objectives[k].value, 4),
                        search.record.objectives[k].unit);
    }
    return text;
}

}  // namespace

Figure layers_figure(const DesignSpace& space, const ReportedSearch& search,
                     std::span<const ReportedProfile> profiles) {
    Figure figure;
    const auto networks = chosen(space, search);
    if (networks.empty()) return figure;
    const auto metrics = metrics_of(search, profiles, networks.front().network->resolution);
    if (metrics.empty()) return figure;
    figure.id = id_of("layers " + search.study);
    figure.title = fmt::format("what each layer contributes, networks of {}", search.study);
    figure.caption =
        "what networks with this block at this place have more than all on average (Equation 2), "
        "so that numbers of one network do not add up; blue: better; ~ and faded: cannot be told "
        "from none";
    std::vector<std::string> rows{"block"};
    for (const auto* reported : metrics) {
        const Profile& p = reported->profile;
        rows.push_back(
            fmt::format("{} [{}]", p.metric.name, shown_unit(p.metric, p.base.value).name));
        figure.caption += fmt::format("; {}: {}", p.metric.name, facts(*reported));
    }

    Json values = Json::array();
    Json options = Json::array();
    Json labels = Json::array();
    Json texts = Json::array();
    Matrix matrix{rows, {}, {}, 44, 30};
    const std::size_t shown_first = networks.size() / 2;
    for (std::size_t n = 0; n < networks.size(); ++n) {
        const auto& [network, arch] = networks[n];
        options.push_back(n);
        labels.push_back(values_text(search, *network));
        texts.push_back({{"n", n}, {"arch", network->arch}});
        std::size_t column = 0;
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            const Unit& unit = space.units[u];
            for (int l = 0; l < unit.max_depth; ++l, ++column) {
                const std::string at = fmt::format("U{}-L{}", u + 1, l + 1);
                const bool active = l < arch.depth[u];
                const int block = arch.block[static_cast<std::size_t>(unit.first_slot + l)];
                const auto& named = space.blocks[static_cast<std::size_t>(block)];
                const auto add = [&](std::size_t r, const std::string& text, const Contribution* c,
                                     double divisor) {
                    Json row{{"n", n}, {"c", column}, {"r", r}, {"text", text}};
                    if (active) row["block"] = named.name;
                    if (c != nullptr) {
                        row["good"] = vega_lite::number(c->goodness, 3);
                        row["sure"] = c->sure;
                        row["delta"] = vega_lite::number(c->delta.value / divisor, 4);
                        row["delta_low"] = vega_lite::number(c->delta.low / divisor, 4);
                        row["delta_high"] = vega_lite::number(c->delta.high / divisor, 4);
                    }
                    values.push_back(std::move(row));
                    if (n != shown_first) return;
                    const bool faded = c != nullptr && !c->sure;
                    matrix.cells.push_back({r, column,
                                            c == nullptr ? "" : diverging_colour(c->goodness),
                                            faded, text, ""});
                };
                if (n == 0) matrix.columns.push_back(at);
                add(0, active ? named.token : "\u2013", nullptr, 1);
                if (!active) continue;
                const Placement place{static_cast<int>(u), l, arch.width[u], block};
                for (std::size_t m = 0; m < metrics.size(); ++m) {
                    const Profile& p = metrics[m]->profile;
                    const auto c = contribution(p, place);
                    if (!c) continue;
                    const double divisor = shown_unit(p.metric, p.base.value).divisor;
                    add(m + 1, delta_text(*c, divisor), &*c, divisor);
                }
            }
        }
    }

    Json chart = vega_lite::chart(figure.title + ". " + figure.caption);
    chart["width"] = {{"step", 46}};
    chart["height"] = {{"step", 30}};
    chart["params"] = {
        {{"name", "network"},
         {"value", shown_first},
         {"bind",
          {{"input", "select"}, {"options", options}, {"labels", labels}, {"name", "network "}}}}};
    const Json only{{"filter", "datum.n == network"}};
    const Json axis{{"domain", false}, {"ticks", false}, {"labelAngle", 0}, {"labelLimit", 260}};
    const auto channel = [&axis](const char* field, const char* order) {
        return Json{{"field", field},
                    {"type", "ordinal"},
                    {"sort", {{"field", order}, {"op", "min"}}},
                    {"title", nullptr},
                    {"axis", axis}};
    };
    const Json x = channel("at", "c");
    const Json y = channel("row", "r");
    // names by their numbers: a row of the data has none
    const auto named = [](const char* name, const std::vector<std::string>& names,
                          const char* number) {
        return vega_lite::calculate(name,
                                    fmt::format("{}[datum.{}]", vega_lite::literal(names), number));
    };
    chart["data"] = {{"values", std::move(values)}};
    chart["transform"] = {only, named("at", matrix.columns, "c"), named("row", rows, "r")};
    chart["layer"] = {
        {{"data", {{"values", std::move(texts)}}},
         {"transform", {only}},
         {"mark",
          {{"type", "text"},
           {"style", "quiet"},
           {"align", "left"},
           {"baseline", "bottom"},
           {"dy", -4}}},
         {"encoding",
          {{"x", {{"value", 0}}},
           {"y", {{"value", 0}}},
           {"text", {{"field", "arch"}, {"type", "nominal"}}}}}},
        {{"transform",
          {{{"filter", "isValid(datum.good)"}},
           vega_lite::calculate("delta_text", vega_lite::with_interval("delta"))}},
         {"mark", "rect"},
         {"encoding",
          {{"x", x},
           {"y", y},
           {"color",
            {{"field", "good"},
             {"type", "quantitative"},
             {"scale",
              {{"domain", {-1, 1}},
               {"domainMid", 0},
               {"interpolate", "rgb"},
               {"range", "diverging"}}},
             {"legend", nullptr}}},
           {"opacity", {{"condition", {{"test", "datum.sure"}, {"value", 1}}}, {"value", 0.35}}},
           {"tooltip",
            {vega_lite::line("at", "layer"), vega_lite::line("block", "block"),
             vega_lite::line("row", "metric"), vega_lite::line("delta_text", "contributes")}}}}},
        {{"mark", {{"type", "text"}, {"fontSize", 11}}},
         {"encoding", {{"x", x}, {"y", y}, {"text", {{"field", "text"}, {"type", "nominal"}}}}}}};
    figure.spec = vega_lite::text_of(chart);
    Figure drawn = figure;
    drawn.title += ": " + networks[shown_first].network->arch;
    figure.svg = draw_matrix(matrix, drawn);
    return figure;
}

}  // namespace blockscope
