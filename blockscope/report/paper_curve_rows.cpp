#include <fmt/format.h>

#include "blockscope/report/paper_check.hpp"

// Figures 5 to 7: location responses (Equations 2 and 3), read off the printed curves.

namespace blockscope {
namespace {

/// A stretch of a curve: blocks first to last (from 1) of one layer lie between low and high.
struct Stretch {
    int unit, layer, first, last;
    Curve curve;
    double low, high;
    double more = 0;            ///< tolerance beyond the panel's ...
    const char* why = nullptr;  ///< ... and what it is for
};

struct CurvePanel {
    const char* figure;
    const char* what;
    const char* unit;
    const char* metric;
    double tolerance;
    const char* why;
    std::vector<Stretch> stretches;
};

constexpr auto mean = Curve::mean;
constexpr auto p5 = Curve::p5;
constexpr auto p95 = Curve::p95;

constexpr const char* same_model = "3 % of the axis, for reading it; the predictor is the paper's";
constexpr const char* jumps = "3 % of the axis, and 0.05: the curve jumps by 0.2 beside the place";
constexpr const char* other_model =
    "10 % of the axis: 3 for reading it, 7 for a predictor that is not the paper's";
constexpr const char* other_percentile =
    "16 % of the axis: as above, and 6 for a percentile, which the spread of another predictor "
    "shifts too";
constexpr const char* exact_table =
    "3 % of the axis, for reading it, and 0.37: how far exact percentiles may be off";

const std::vector<CurvePanel>& panels() {
    static const std::vector<CurvePanel> all{
        {"Figure 5",
         "accuracy, OFA",
         "%",
         "ofa_mbv3_accuracy",
         0.027,
         same_model,
         {{1, 1, 1, 1, mean, -0.09, -0.09},
          {1, 1, 9, 9, mean, 0.06, 0.06},
          {1, 2, 1, 1, mean, -0.09, -0.09},
          {1, 2, 9, 9, mean, 0.06, 0.06},
          {1, 2, 1, 1, p5, -0.11, -0.11},
          {1, 2, 9, 9, p5, 0.10, 0.10},
          {1, 3, 1, 9, mean, 0, 0.05},
          {1, 4, 1, 9, mean, 0.05, 0.08},
          {1, 4, 1, 9, p5, 0.08, 0.11},
          {1, 4, 1, 9, p95, 0.04, 0.06},
          {2, 1, 1, 1, mean, -0.13, -0.13},
          {2, 1, 9, 9, mean, 0.10, 0.10},
          {2, 1, 9, 9, p5, 0.16, 0.16},
          {2, 2, 1, 1, mean, -0.10, -0.10},
          {2, 2, 9, 9, mean, 0.06, 0.06},
          {2, 3, 1, 1, mean, -0.06, -0.06},
          {2, 3, 9, 9, mean, 0.05, 0.05},
          {2, 4, 1, 9, mean, 0.10, 0.12},
          {2, 4, 1, 9, p5, 0.16, 0.16},
          {2, 4, 1, 9, p95, 0.05, 0.08},
          {3, 1, 1, 1, mean, -0.11, -0.11},
          {3, 1, 9, 9, mean, 0.08, 0.08},
          {3, 2, 1, 1, mean, -0.08, -0.08},
          {3, 2, 9, 9, mean, 0.07, 0.07},
          {3, 3, 1, 1, mean, -0.04, -0.04},
          {3, 3, 9, 9, mean, 0.05, 0.05},
          {3, 4, 1, 9, mean, 0.11, 0.13},
          {3, 4, 1, 9, p5, 0.18, 0.18},
          {3, 4, 1, 9, p95, 0.05, 0.08},
          {4, 1, 1, 1, mean, -0.14, -0.14},
          {4, 1, 9, 9, mean, 0.14, 0.14},
          {4, 1, 9, 9, p5, 0.17, 0.17},
          {4, 2, 1, 1, mean, -0.22, -0.22},
          {4, 2, 9, 9, mean, 0.18, 0.18},
          {4, 2, 9, 9, p5, 0.22, 0.22},
          {4, 2, 9, 9, p95, 0.14, 0.14},
          {4, 3, 1, 1, mean, -0.08, -0.08},
          {4, 3, 9, 9, mean, 0.08, 0.08},
          {4, 4, 1, 9, mean, 0.23, 0.29},
          {4, 4, 1, 9, p5, 0.57, 0.60},
          {4, 4, 1, 9, p95, 0, 0.10},
          {5, 1, 1, 3, mean, -0.26, -0.20},
          {5, 1, 4, 6, mean, 0.05, 0.05, 0.05, jumps},
          {5, 1, 7, 9, mean, 0.2, 0.2, 0.05, jumps},
          {5, 1, 9, 9, p5, 0.34, 0.34},
          {5, 1, 9, 9, p95, 0.16, 0.16},
          {5, 2, 1, 3, mean, -0.20, -0.16},
          {5, 2, 4, 6, mean, 0.04, 0.04, 0.05, jumps},
          {5, 2, 7, 9, mean, 0.2, 0.2},
          {5, 2, 9, 9, p5, 0.26, 0.26},
          {5, 3, 1, 1, mean, -0.10, -0.10},
          {5, 3, 9, 9, mean, 0.10, 0.10},
          {5, 4, 1, 9, mean, 0.11, 0.13},
          {5, 4, 1, 9, p5, 0.17, 0.20},
          {5, 4, 1, 9, p95, 0.05, 0.08}}},
        {"Figure 5",
         "NPU latency, OFA",
         "ms",
         "ofa_mbv3_latency_npu",
         0.57,
         other_model,
         {{1, 1, 9, 9, mean, 1.3, 1.3},  {1, 2, 9, 9, mean, 1.4, 1.4},
          {1, 3, 9, 9, mean, 0.9, 0.9},  {1, 4, 9, 9, mean, 0.6, 0.6},
          {2, 1, 9, 9, mean, 0.5, 0.5},  {2, 2, 9, 9, mean, 0.9, 0.9},
          {2, 3, 9, 9, mean, 0.6, 0.6},  {2, 4, 9, 9, mean, 0.4, 0.4},
          {3, 1, 9, 9, mean, 0.4, 0.4},  {3, 2, 9, 9, mean, 0.9, 0.9},
          {3, 3, 9, 9, mean, 0.6, 0.6},  {3, 4, 9, 9, mean, 0.4, 0.4},
          {4, 1, 9, 9, mean, 0.9, 0.9},  {4, 2, 9, 9, mean, 2.3, 2.3},
          {4, 2, 9, 9, p5, 2.6, 2.6},    {4, 2, 9, 9, p95, 2.0, 2.0},
          {4, 3, 9, 9, mean, 1.0, 1.0},  {4, 3, 9, 9, p95, 1.7, 1.7},
          {4, 4, 9, 9, mean, 0.9, 0.9},  {4, 4, 9, 9, p95, 1.3, 1.3},
          {5, 1, 9, 9, mean, 1.4, 1.4},  {5, 1, 9, 9, p5, 1.6, 1.6},
          {5, 2, 9, 9, mean, 3.5, 3.5},  {5, 2, 9, 9, p5, 4.1, 4.1},
          {5, 2, 9, 9, p95, 2.8, 2.8},   {5, 3, 9, 9, mean, 2.1, 2.1},
          {5, 3, 9, 9, p95, 2.5, 2.5},   {5, 3, 9, 9, p5, 0.6, 0.6},
          {5, 4, 9, 9, mean, 1.1, 1.1},  {5, 4, 9, 9, p95, 2.0, 2.0},
          {5, 2, 1, 1, p95, -1.3, -1.3}, {5, 2, 1, 1, mean, -0.8, -0.8},
          {5, 2, 1, 1, p5, -0.3, -0.3}}},
        {"Figure 5",
         "RTX 2080 Ti latency, OFA",
         "ms",
         "ofa_mbv3_latency_gpu",
         0.04,
         other_model,
         {{1, 4, 1, 9, mean, 0.095, 0.095},
          {1, 4, 1, 9, p5, 0.115, 0.115},
          {1, 4, 1, 9, p95, 0.057, 0.057},
          {2, 4, 1, 9, mean, 0.18, 0.18},
          {2, 4, 1, 9, p5, 0.25, 0.25},
          {2, 4, 1, 9, p95, 0.045, 0.045},
          {3, 4, 1, 9, mean, 0.13, 0.13},
          {3, 4, 1, 9, p5, 0.107, 0.107},
          {3, 4, 1, 9, p95, 0.022, 0.022},
          {4, 4, 1, 9, mean, 0.215, 0.215},
          {4, 4, 1, 9, p5, 0.37, 0.37},
          {4, 4, 1, 9, p95, 0.026, 0.026},
          {5, 4, 1, 9, mean, 0.213, 0.213},
          {5, 4, 1, 9, p5, 0.367, 0.367},
          {5, 4, 1, 9, p95, 0.026, 0.026}}},
        {"Figure 5",
         "2990WX latency, OFA",
         "ms",
         "ofa_mbv3_latency_cpu",
         4.2,
         other_model,
         {{1, 4, 1, 9, mean, 7, 7},      {1, 4, 1, 9, p5, 10, 10},
          {1, 4, 1, 9, p95, 3.7, 3.7},   {2, 4, 1, 9, mean, 9, 9},
          {2, 4, 1, 9, p5, 14, 14},      {2, 4, 1, 9, p95, 4, 4},
          {3, 4, 1, 9, mean, 7.7, 7.7},  {3, 4, 1, 9, p5, 11, 11},
          {3, 4, 1, 9, p95, 3.5, 3.5},   {4, 4, 1, 9, mean, 10, 10},
          {4, 4, 1, 9, p5, 16.5, 16.5},  {4, 4, 1, 9, p95, 3.5, 3.5},
          {3, 1, 1, 2, mean, -6.5, -5},  {3, 1, 4, 9, mean, 0, 4},
          {5, 1, 1, 1, mean, -7, -4},    {5, 1, 4, 6, mean, -8, -7},
          {5, 1, 7, 9, mean, 10, 12},    {5, 2, 1, 3, mean, -22, -15},
          {5, 2, 4, 9, mean, 7, 12},     {5, 3, 1, 3, mean, -13, -7},
          {5, 3, 1, 3, p95, -18, -18},   {5, 3, 4, 9, mean, 5, 7},
          {5, 4, 1, 3, mean, 1, 1},      {5, 4, 1, 3, p5, 6, 6},
          {5, 4, 1, 3, p95, -5.5, -5.5}, {5, 4, 4, 9, mean, 10.5, 10.5},
          {5, 4, 4, 9, p5, 12, 12},      {5, 4, 4, 9, p95, 8, 8}}},
        {"Figure 5",
         "Note10 latency, OFA",
         "ms",
         "note10",
         0.63,
         exact_table,
         {{1, 4, 1, 9, p5, 2.5, 2.5}, {1, 4, 1, 1, p95, -1, -1}, {1, 4, 9, 9, p95, 3.7, 3.7}}},
        {"Figure 6",
         "NPU latency, PN",
         "ms",
         "ofa_proxyless_latency_npu",
         0.95,
         other_model,
         {{1, 1, 9, 9, mean, 2.7, 2.7}, {1, 2, 9, 9, mean, 1.9, 1.9}, {1, 3, 9, 9, mean, 1.3, 1.3},
          {2, 1, 9, 9, mean, 1.0, 1.0}, {2, 2, 9, 9, mean, 2.1, 2.1}, {2, 3, 9, 9, mean, 1.3, 1.3},
          {2, 4, 9, 9, mean, 0.9, 0.9}, {3, 1, 9, 9, mean, 0.9, 0.9}, {3, 2, 9, 9, mean, 1.7, 1.7},
          {3, 3, 9, 9, mean, 1.2, 1.2}, {3, 4, 9, 9, mean, 0.8, 0.8}, {4, 1, 9, 9, mean, 1.6, 1.6},
          {4, 2, 9, 9, mean, 3.0, 3.0}, {4, 3, 9, 9, mean, 1.9, 1.9}, {4, 4, 9, 9, mean, 1.3, 1.3},
          {5, 1, 9, 9, mean, 2.5, 2.5}, {5, 2, 9, 9, mean, 5.7, 5.7}, {5, 2, 9, 9, p5, 6.4, 6.4},
          {5, 3, 9, 9, mean, 3, 3},     {5, 3, 9, 9, p95, 4.2, 4.2},  {5, 4, 9, 9, mean, 2, 2},
          {5, 4, 9, 9, p95, 3.4, 3.4},  {6, 1, 9, 9, mean, 5.5, 7},   {5, 2, 1, 1, p95, -2, -2},
          {6, 1, 1, 1, p95, -2.2, -2.2}}},
        {"Figure 6",
         "RTX 2080 Ti latency, PN",
         "ms",
         "ofa_proxyless_latency_gpu",
         0.03,
         other_model,
         {{1, 4, 1, 9, mean, 0.092, 0.092},
          {1, 4, 1, 9, p5, 0.27, 0.28},
          {1, 4, 1, 9, p95, 0.003, 0.003},
          {2, 4, 1, 9, mean, 0.092, 0.092},
          {2, 4, 1, 9, p5, 0.27, 0.28},
          {2, 4, 1, 9, p95, 0.003, 0.003},
          {3, 4, 1, 9, mean, 0.092, 0.092},
          {3, 4, 1, 9, p5, 0.27, 0.28},
          {3, 4, 1, 9, p95, 0.003, 0.003},
          {4, 4, 1, 9, mean, 0.092, 0.092},
          {4, 4, 1, 9, p5, 0.27, 0.28},
          {4, 4, 1, 9, p95, 0.003, 0.003},
          {5, 4, 1, 9, mean, 0.092, 0.092},
          {5, 4, 1, 9, p5, 0.27, 0.28},
          {5, 4, 1, 9, p95, 0.003, 0.003}}},
        {"Figure 6",
         "2990WX latency, PN",
         "ms",
         "ofa_proxyless_latency_cpu",
         1.75,
         other_model,
         {{1, 1, 1, 3, mean, -2.5, -2.5},
          {1, 1, 7, 9, mean, 3.7, 3.7},
          {1, 2, 1, 1, mean, -1.5, -1.5},
          {1, 2, 9, 9, mean, 2, 2},
          {1, 3, 1, 1, mean, -1, -1},
          {1, 3, 9, 9, mean, 1, 1},
          {1, 4, 1, 9, mean, 5, 6},
          {1, 4, 1, 9, p5, 13.3, 13.3, 1.05, other_percentile},
          {1, 4, 1, 9, p95, -1, 1.5},
          {2, 4, 1, 9, mean, 4.4, 4.4},
          {2, 4, 1, 9, p5, 10.9, 10.9, 1.05, other_percentile},
          {2, 4, 1, 9, p95, 0, 0},
          {3, 4, 1, 9, mean, 0.6, 0.6},
          {4, 4, 1, 9, mean, 0.6, 0.6},
          {5, 4, 1, 9, mean, 0.6, 0.6}}},
    };
    return all;
}

std::string place(const Stretch& s) {
    const std::string blocks =
        s.first == s.last ? fmt::format("B{}", s.first) : fmt::format("B{}-B{}", s.first, s.last);
    const char* curve = s.curve == mean ? "mean" : s.curve == p5 ? "5 %" : "95 %";
    return fmt::format("U{}-L{}-{}, {}", s.unit, s.layer, blocks, curve);
}

Blocks blocks_of(const Stretch& s) {
    Blocks blocks;
    for (int b = s.first; b <= s.last; ++b) blocks.push_back(b - 1);
    return blocks;
}

/// Raw accuracy of PN: levels of the three curves.
PaperRow raw_accuracy(Curve curve, const char* name, double printed) {
    const PaperMetric metric{"ofa_proxyless_accuracy_gnn"};
    return {"Figure 6",
            fmt::format("accuracy, PN, raw: {}", name),
            "%",
            metric,
            base(metric, curve),
            printed,
            printed,
            0.306,
            "3 % of the axis for reading, and the mean absolute error of the predictor that stands "
            "in for the supernet"};
}

}  // namespace

std::vector<PaperRow> paper_curve_rows() {
    std::vector<PaperRow> rows;
    for (const auto& panel : panels()) {
        const PaperMetric metric{panel.metric};
        for (const auto& s : panel.stretches) {
            rows.push_back(
                {panel.figure, fmt::format("{}: {}", panel.what, place(s)), panel.unit, metric,
                 farthest_delta(metric, s.unit, s.layer, blocks_of(s), s.curve,
                                (s.low + s.high) / 2),
                 s.low, s.high, panel.tolerance + s.more, s.why != nullptr ? s.why : panel.why});
        }
    }
    rows.push_back(raw_accuracy(Curve::p95, "95 %", 77.0));
    rows.push_back(raw_accuracy(Curve::mean, "mean", 75.8));
    rows.push_back(raw_accuracy(Curve::p5, "5 %", 74.4));
    rows.push_back(
        uncheckable("Figure 7", "accuracy, ResNet50",
                    "supernet accuracy of 100 networks: needs its checkpoint and ImageNet; "
                    "claim 28 uses the published predictor"));
    rows.push_back(uncheckable("Figure 7", "RTX 2080 Ti and 2990WX latency, ResNet50",
                               "the latency models of ResNet50 were never published"));
    rows.push_back(uncheckable("Figure 8", "Pareto fronts", "see check paper --searches"));
    rows.push_back(uncheckable("Table 2", "maximum accuracy",
                               "see check paper --searches; supernets need their checkpoints"));
    rows.push_back(uncheckable(
        "Table 2", "MACs of the insight and base rows",
        "needs searches; architectures published for them have 2.0 to 2.3 times as many"));
    return rows;
}

}  // namespace blockscope
