#include <array>

#include <fmt/format.h>

#include "blockscope/report/paper_check.hpp"

// What the paper defines and its published code does: sizes, the order of the curves, the rule for
// depths. Nothing here needs data.

namespace blockscope {
namespace {

PaperRow count_row(const char* source, std::string what, Measure measure, double printed,
                   double tolerance = 0, const char* why = "a count") {
    return {source, std::move(what), "", {}, std::move(measure), printed, printed, tolerance, why};
}

Measure placement_count(const char* space) {
    return [=](PaperNumbers& n) {
        return exactly(static_cast<double>(placements(n.space(space)).size()));
    };
}

Measure location_count(const char* space) {
    return [=](PaperNumbers& n) {
        double count = 0;
        for (const auto& unit : n.space(space).units) count += unit.max_depth;
        return exactly(count);
    };
}

/// Points of an axis (from 0) that carry the printed label.
struct Tick {
    std::size_t point;
    const char* label;
};

Measure matching_ticks(const char* space, std::vector<Tick> ticks) {
    return [space, ticks = std::move(ticks)](PaperNumbers& n) {
        const auto& of = n.space(space);
        const auto points = placements(of);
        double matching = 0;
        for (const auto& [point, text] : ticks) matching += label(of, points.at(point)) == text;
        return exactly(matching);
    };
}

Measure depth_probability(const char* space, Protocol protocol, int unit, int layer, int depth) {
    return [=](PaperNumbers& n) {
        const auto weights = depth_weights(n.space(space), unit - 1, layer - 1, protocol);
        return exactly(weights.at(static_cast<std::size_t>(depth)));
    };
}

Measure activity(const char* space, Protocol protocol, int unit, int layer) {
    return [=](PaperNumbers& n) {
        const auto weights = depth_weights(n.space(space), unit - 1, layer - 1, protocol);
        double active = 0;
        for (auto d = static_cast<std::size_t>(layer); d < weights.size(); ++d) {
            active += weights[d];
        }
        return exactly(active);
    };
}

struct DepthRule {
    const char* space;
    Protocol protocol;
    int layer;
    std::vector<std::pair<int, double>> probabilities;  ///< of depths
    double active;                                      ///< of the fixed block
};

const std::vector<DepthRule>& depth_rules() {
    constexpr auto published = Protocol::published;
    constexpr auto definition = Protocol::definition;
    constexpr double third = 1.0 / 3;
    static const std::vector<DepthRule> all{
        {"ofa-mbv3", definition, 2, {{2, third}, {3, third}, {4, third}}, 1},
        {"ofa-mbv3", definition, 3, {{3, 0.5}, {4, 0.5}}, 1},
        {"ofa-mbv3", definition, 4, {{4, 1}}, 1},
        {"ofa-mbv3", published, 2, {{2, third}, {3, third}, {4, third}}, 1},
        {"ofa-mbv3", published, 3, {{2, third}, {3, third}, {4, third}}, 2 * third},
        {"ofa-mbv3", published, 4, {{3, 2 * third}, {4, third}}, third},
        {"proxylessnas", published, 3, {{2, third}, {3, third}, {4, third}}, 2 * third},
        {"proxylessnas", published, 4, {{3, 2 * third}, {4, third}}, third},
        {"resnet50", published, 3, {{3, 2 * third}, {4, third}}, 1},
        {"resnet50", definition, 3, {{3, 0.5}, {4, 0.5}}, 1},
    };
    return all;
}

}  // namespace

std::vector<PaperRow> paper_code_rows() {
    std::vector<PaperRow> rows;
    rows.push_back(count_row("section 2", "locations of OFA", location_count("ofa-mbv3"), 20));
    rows.push_back(count_row("section 2", "locations of PN", location_count("proxylessnas"), 21));
    rows.push_back(count_row("section 2", "locations of ResNet50", location_count("resnet50"), 18));
    rows.push_back(
        count_row("Figure 5", "points of a curve, OFA", placement_count("ofa-mbv3"), 180));
    rows.push_back(
        count_row("Figure 6", "points of a curve, PN", placement_count("proxylessnas"), 189));
    rows.push_back(
        count_row("Figure 7", "points of a curve, ResNet50", placement_count("resnet50"), 162));
    rows.push_back(count_row("Figure 5", "axis labels at our points, of 9",
                             matching_ticks("ofa-mbv3", {{0, "U1-L1-MBConv3-3"},
                                                         {19, "U1-L3-MBConv3-5"},
                                                         {38, "U2-L1-MBConv3-7"},
                                                         {57, "U2-L3-MBConv4-3"},
                                                         {76, "U3-L1-MBConv4-5"},
                                                         {95, "U3-L3-MBConv4-7"},
                                                         {114, "U4-L1-MBConv6-3"},
                                                         {133, "U4-L3-MBConv6-5"},
                                                         {152, "U5-L1-MBConv6-7"}}),
                             9));
    rows.push_back(count_row("Figure 7", "axis labels at our points, of 6",
                             matching_ticks("resnet50", {{0, "U1-L1-C65-B20"},
                                                         {25, "U1-L1-C100-B25"},
                                                         {56, "U2-L3-C80-B35"},
                                                         {87, "U3-L6-C65-B20"},
                                                         {115, "U3-L3-C100-B25"},
                                                         {143, "U4-L2-C80-B35"}}),
                             6));
    for (const auto& rule : depth_rules()) {
        const std::string where = fmt::format("{}, layer {} fixed", rule.space, rule.layer);
        const PaperMetric under{"", 0, rule.protocol};
        const char* source = rule.protocol == Protocol::published ? "code" : "section 2";
        for (const auto& [depth, probability] : rule.probabilities) {
            rows.push_back({source, fmt::format("{}: probability of depth {}", where, depth), "",
                            under,
                            depth_probability(rule.space, rule.protocol, 1, rule.layer, depth),
                            probability, probability, 1e-12, "exact"});
        }
        rows.push_back({source, fmt::format("{}: the block is active", where), "", under,
                        activity(rule.space, rule.protocol, 1, rule.layer), rule.active,
                        rule.active, 1e-12, "exact"});
    }
    rows.push_back(uncheckable("code", "ResNet50 latency metrics",
                               "switched off in the published code; neither data nor models"));
    return rows;
}

}  // namespace blockscope
