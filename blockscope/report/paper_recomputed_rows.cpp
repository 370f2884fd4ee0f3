#include <fmt/format.h>

#include "blockscope/report/paper_check.hpp"
#include "blockscope/space/encoding.hpp"

// Numbers that were worked out from the published predictors and counts independently of this
// program, most of them from some thousand random networks.

namespace blockscope {
namespace {

constexpr PaperMetric accuracy{"ofa_mbv3_accuracy"};

/// Accuracy of random networks, in per cent.
struct AtResolution {
    int resolution;
    double mean, deviation, p5, p95;
};

constexpr AtResolution accuracies[] = {
    {160, 78.16, 0.81, 76.76, 79.42}, {176, 79.42, 0.78, 78.05, 80.61},
    {192, 80.25, 0.74, 78.94, 81.38}, {208, 80.90, 0.72, 79.63, 82.01},
    {224, 81.22, 0.72, 79.96, 82.32},
};

/// Responses of the accuracy predictor: mean, 5 %, 95 %; NaN: not worked out.
struct Spot {
    int unit, layer, block;
    Protocol protocol;
    double mean, p5, p95;
};

constexpr double none = std::numeric_limits<double>::quiet_NaN();

constexpr auto code = Protocol::published;
constexpr auto text = Protocol::definition;

constexpr Spot spots[] = {
    {1, 1, 1, code, -0.086, -0.08, -0.09}, {2, 1, 1, code, -0.146, -0.14, -0.13},
    {2, 1, 9, code, 0.119, 0.16, 0.09},    {3, 4, 1, code, 0.099, 0.19, 0.04},
    {3, 4, 9, code, 0.126, 0.20, 0.09},    {4, 2, 1, code, -0.222, none, none},
    {4, 2, 5, code, 0.047, none, none},    {4, 2, 9, code, 0.169, 0.26, 0.14},
    {4, 4, 1, code, 0.235, 0.57, 0.01},    {4, 4, 9, code, 0.292, 0.61, 0.12},
    {5, 1, 1, code, -0.223, none, none},   {5, 1, 5, code, -0.019, none, none},
    {5, 1, 9, code, 0.238, 0.34, 0.17},    {5, 4, 1, code, 0.135, 0.21, 0.08},
    {5, 4, 9, code, 0.111, 0.19, 0.06},    {3, 4, 1, text, 0.168, 0.28, 0.10},
    {3, 4, 9, text, 0.249, 0.35, 0.20},    {4, 4, 1, text, 0.410, 0.78, 0.16},
    {4, 4, 9, text, 0.584, 0.99, 0.32},    {5, 4, 1, text, 0.259, 0.35, 0.20},
    {5, 4, 9, text, 0.188, 0.26, 0.15},
};

/// AutoBuild's predictors over random networks and two extreme ones.
struct Model {
    const char* id;
    const char* unit;
    double mean, deviation, p5, p95;
    double mean_208, mean_192;
    double most, least;             ///< of the largest and the smallest network
    double rounding;                ///< half the last digit
    double response_error;          ///< of one block response
    std::vector<double> responses;  ///< B1 to B9
};

const std::vector<Model>& models() {
    static const std::vector<Model> all{
        {"ofa_mbv3_accuracy_gnn",
         "%",
         77.38,
         0.66,
         76.2,
         78.3,
         77.0,
         76.3,
         79.23,
         73.22,
         0.05,
         0.01,
         {77.32, 77.34, 77.35, 77.38, 77.40, 77.41, 77.45, 77.47, 77.49}},
        {"ofa_mbv3_latency_gpu",
         "ms",
         8.102,
         0.955,
         6.54,
         9.69,
         8.07,
         8.07,
         10.56,
         5.58,
         0.005,
         0.02,
         {8.116, 8.122, 8.126, 8.124, 8.136, 8.116, 8.110, 8.115, 8.120}},
        {"ofa_mbv3_latency_cpu",
         "ms",
         410.5,
         51,
         326,
         495,
         401,
         374,
         569,
         268,
         0.5,
         0.6,
         {409.9, 408.1, 409.1, 411.9, 412.1, 412.4, 413.7, 413.0, 413.1}},
        {"ofa_mbv3_latency_npu",
         "ms",
         8.16,
         2.83,
         4.26,
         13.4,
         9.54,
         9.92,
         40.9,
         2.14,
         0.05,
         0.05,
         {7.89, 7.91, 8.35, 7.95, 7.92, 8.42, 7.94, 7.99, 9.30}},
        {"ofa_proxyless_accuracy_gnn",
         "%",
         75.65,
         0.81,
         74.2,
         76.8,
         75.3,
         74.7,
         78.05,
         70.69,
         0.05,
         0.01,
         {75.60, 75.65, 75.66, 75.67, 75.71, 75.72, 75.72, 75.78, 75.78}},
        {"ofa_proxyless_latency_gpu",
         "ms",
         4.879,
         0.504,
         4.04,
         5.72,
         4.93,
         4.87,
         6.26,
         3.47,
         0.005,
         0.02,
         {4.910, 4.887, 4.899, 4.897, 4.899, 4.907, 4.905, 4.913, 4.898}},
        {"ofa_proxyless_latency_cpu",
         "ms",
         111.8,
         17.6,
         83.3,
         140.6,
         109,
         80,
         177,
         67,
         0.5,
         0.6,
         {112.2, 112.2, 112.2, 112.5, 112.6, 112.9, 112.9, 113.3, 112.9}},
        {"ofa_proxyless_latency_npu",
         "ms",
         12.47,
         5.13,
         5.37,
         21.95,
         11.3,
         10.0,
         68.6,
         2.13,
         0.05,
         0.1,
         {12.00, 12.05, 12.86, 12.06, 12.10, 12.98, 12.20, 12.10, 14.62}},
    };
    return all;
}

constexpr const char* draws = "2.5 standard errors of 4000 random networks, and half a digit";
constexpr const char* few = "three standard errors of 4000 paired networks, and half a digit";
constexpr const char* response_error = "2.5 of the errors stated with them";
constexpr const char* digit = "the last digit";

class Rows {
public:
    void add(std::string what, const char* unit, PaperMetric metric, Measure measure,
             double printed, double tolerance, const char* why) {
        if (!(printed == printed)) return;
        rows_.push_back({"recomputed", std::move(what), unit, metric, std::move(measure), printed,
                         printed, tolerance, why});
    }
    void moments(const char* what, const char* unit, PaperMetric metric, const AtResolution& of,
                 double rounding) {
        using Moment = PaperNumbers::Moment;
        const auto moment = [&](Moment which) {
            return [=](PaperNumbers& numbers) { return numbers.moment(metric, which); };
        };
        const double d = of.deviation;
        add(fmt::format("{}, random networks: mean", what), unit, metric, moment(Moment::mean),
            of.mean, 0.04 * d + rounding, draws);
        add(fmt::format("{}, random networks: deviation", what), unit, metric,
            moment(Moment::deviation), d, 0.05 * d + rounding, draws);
        add(fmt::format("{}, random networks: 5 %", what), unit, metric, moment(Moment::p5), of.p5,
            0.1 * d + rounding, draws);
        add(fmt::format("{}, random networks: 95 %", what), unit, metric, moment(Moment::p95),
            of.p95, 0.15 * d + rounding, draws);
    }
    std::vector<PaperRow> rows() && { return std::move(rows_); }

private:
    std::vector<PaperRow> rows_;
};

/// The network with every depth and block at one end of its range.
Measure extreme_network(PaperMetric metric, bool largest) {
    return [=](PaperNumbers& numbers) {
        std::string body;
        for (const auto& unit : numbers.space_of(metric)->units) {
            const int depth = largest ? unit.max_depth : unit.min_depth;
            for (int layer = 0; layer < depth; ++layer) {
                body += fmt::format("{}{}",
                                    layer > 0      ? "-"
                                    : body.empty() ? ""
                                                   : "|",
                                    largest ? "e6k7" : "e3k3");
            }
        }
        return exactly(numbers.value(metric, parse_architecture(*numbers.space_of(metric), body)));
    };
}

void add_accuracy(Rows& rows) {
    for (const auto& at : accuracies) {
        rows.moments("OFA's accuracy predictor", "%", {accuracy.id, at.resolution}, at, 0.005);
    }
    for (const auto& spot : spots) {
        const PaperMetric metric{accuracy.id, 224, spot.protocol};
        const Blocks block{spot.block - 1};
        const auto name = [&](const char* curve) {
            return fmt::format("OFA's accuracy predictor: U{}-L{}-B{}, {}", spot.unit, spot.layer,
                               spot.block, curve);
        };
        rows.add(name("mean"), "%", metric, delta(metric, spot.unit, spot.layer, block), spot.mean,
                 0.025, few);
        rows.add(name("5 %"), "%", metric, delta(metric, spot.unit, spot.layer, block, Curve::p5),
                 spot.p5, 0.08, few);
        rows.add(name("95 %"), "%", metric, delta(metric, spot.unit, spot.layer, block, Curve::p95),
                 spot.p95, 0.08, few);
    }
}

void add_counts(Rows& rows) {
    const PaperMetric macs{"macs/ofa-mbv3"};
    const PaperMetric table{"flops/ofa-table"};
    const PaperMetric resnet{"macs/resnet50"};
    rows.add("OFA: MACs of random networks", "1e6 MACs", macs, linear(base(macs), 1e-6), 421.36,
             0.006, digit);
    rows.add("OFA: response of B1, MACs", "1e6 MACs", macs, linear(response(macs, {0}), 1e-6),
             416.1, 0.06, digit);
    rows.add("OFA: response of B9, MACs", "1e6 MACs", macs, linear(response(macs, {8}), 1e-6),
             434.4, 0.06, digit);
    rows.add("OFA's FLOPs table, random networks", "1e6 operations", table, base(table), 397.8,
             0.06, digit);
    const double responses[] = {392.91, 394.07, 395.81, 396.68, 398.23,
                                400.55, 404.25, 406.57, 410.05};
    for (int b = 0; b < 9; ++b) {
        rows.add(fmt::format("OFA's FLOPs table, response of B{}", b + 1), "1e6 operations", table,
                 response(table, {b}), responses[b], 0.006, digit);
    }
    rows.add("ResNet50: MACs of random networks", "1e9 MACs", resnet, linear(base(resnet), 1e-9),
             2.918, 0.03, draws);
    const double doubled[] = {5.28, 5.31, 5.46, 5.72, 5.84, 6.01, 6.42, 6.56, 6.84};
    for (int b = 0; b < 9; ++b) {
        rows.add(fmt::format("ResNet50: 2 x MACs, response of block {}", b + 1), "1e9 operations",
                 resnet, linear(response(resnet, {b}), 2e-9), doubled[b], 0.04,
                 "random networks, of a number not stated; half a per cent");
    }
}

void add_models(Rows& rows) {
    for (const auto& model : models()) {
        const PaperMetric metric{model.id};
        rows.moments(model.id, model.unit, metric,
                     {224, model.mean, model.deviation, model.p5, model.p95}, model.rounding);
        for (const auto& [resolution, mean] :
             {std::pair{208, model.mean_208}, {192, model.mean_192}}) {
            const PaperMetric there{model.id, resolution};
            rows.add(
                fmt::format("{}, random networks: mean", model.id), model.unit, there,
                [=](PaperNumbers& numbers) {
                    return numbers.moment(there, PaperNumbers::Moment::mean);
                },
                mean, 0.04 * model.deviation + model.rounding, draws);
        }
        rows.add(fmt::format("{}, largest network", model.id), model.unit, metric,
                 extreme_network(metric, true), model.most, model.rounding, digit);
        rows.add(fmt::format("{}, smallest network", model.id), model.unit, metric,
                 extreme_network(metric, false), model.least, model.rounding, digit);
        for (std::size_t b = 0; b < model.responses.size(); ++b) {
            rows.add(fmt::format("{}, response of B{}", model.id, b + 1), model.unit, metric,
                     response(metric, {static_cast<int>(b)}), model.responses[b],
                     2.5 * model.response_error, response_error);
        }
    }
}

}  // namespace

std::vector<PaperRow> paper_recomputed_rows() {
    Rows rows;
    add_counts(rows);
    add_accuracy(rows);
    add_models(rows);
    return std::move(rows).rows();
}

}  // namespace blockscope
