#include <fmt/format.h>

#include "blockscope/report/paper_check.hpp"
#include "blockscope/stats/rank_correlation.hpp"

// The paper's claims in words, numbered as in docs/paper.md.

namespace blockscope {
namespace {

constexpr PaperMetric accuracy{"ofa_mbv3_accuracy_gnn"}, curve_accuracy{"ofa_mbv3_accuracy"},
    flops{"flops/ofa-table"}, note10{"note10"}, npu{"ofa_mbv3_latency_npu"},
    gpu{"ofa_mbv3_latency_gpu"}, cpu{"ofa_mbv3_latency_cpu"},
    pn_accuracy{"ofa_proxyless_accuracy_gnn"}, pn_npu{"ofa_proxyless_latency_npu"},
    pn_gpu{"ofa_proxyless_latency_gpu"}, pn_cpu{"ofa_proxyless_latency_cpu"},
    resnet_accuracy{"ofa_resnet50_accuracy"}, resnet_macs{"macs/resnet50"};

constexpr PaperMetric defined(PaperMetric metric) {
    metric.protocol = Protocol::definition;
    return metric;
}

constexpr PaperMetric at(PaperMetric metric, int resolution) {
    metric.resolution = resolution;
    return metric;
}

/// Mean response of some blocks minus that of others.
Measure gap(PaperMetric metric, const Blocks& more, const Blocks& less) {
    return difference(response(metric, more), response(metric, less));
}

/// Mean delta over all blocks of a location: what its depth condition alone does.
Measure lift(PaperMetric metric, int unit, int layer, Curve curve = Curve::mean) {
    return delta(metric, unit, layer, every_block, curve);
}

/// B9 minus B1 at a location.
Measure rise(PaperMetric metric, int unit, int layer) {
    return difference(delta(metric, unit, layer, {8}), delta(metric, unit, layer, {0}));
}

template <typename Make>
std::vector<Measure> over(const std::vector<int>& numbers, Make make) {
    std::vector<Measure> all;
    all.reserve(numbers.size());
    for (const int number : numbers) all.push_back(make(number));
    return all;
}

/// make(unit, layer) for units 1 to 5 and the given layers.
template <typename Make>
std::vector<Measure> over_layers(const std::vector<int>& layers, Make make) {
    std::vector<Measure> all;
    for (int unit = 1; unit <= 5; ++unit) {
        for (const int layer : layers) all.push_back(make(unit, layer));
    }
    return all;
}

Measure block_spread(PaperMetric metric) {
    const auto one = [=](int b) { return response(metric, {b}); };
    return difference(largest(over(every_block, one)), smallest(over(every_block, one)));
}

Measure rank_correlation(PaperMetric a, PaperMetric b) {
    return [=](PaperNumbers& numbers) -> Estimate {
        std::vector<double> x;
        std::vector<double> y;
        for (const int block : every_block) {
            x.push_back(response(a, {block})(numbers).value);
            y.push_back(response(b, {block})(numbers).value);
            if (!(x.back() == x.back()) || !(y.back() == y.back())) return {};
        }
        Estimate without_interval;  // of these very blocks, whose order is what is claimed
        without_interval.value = spearman(x, y).value;
        return without_interval;
    };
}

constexpr const char* order = "an order, as stated";
constexpr const char* reading = "3 % of the axis of Figure 5 or 6, for reading a curve as flat";
constexpr const char* other_model = "another predictor than the paper's";
constexpr const char* digits = "what a mean error of the other predictor may shift a difference by";

class Claims {
public:
    void more(int claim, const char* what, const char* unit, PaperMetric metric, Measure measure,
              double least = 0) {
        rows_.push_back({fmt::format("claim {}", claim), what, unit, metric, std::move(measure),
                         least, unbounded, 0, order});
    }
    void about(int claim, const char* what, const char* unit, PaperMetric metric, Measure measure,
               double printed, double tolerance, const char* why) {
        rows_.push_back({fmt::format("claim {}", claim), what, unit, metric, std::move(measure),
                         printed, printed, tolerance, why});
    }
    void cannot(int claim, const char* what, const char* why) {
        rows_.push_back(uncheckable(fmt::format("claim {}", claim), what, why));
    }
    std::vector<PaperRow> rows() && { return std::move(rows_); }

private:
    std::vector<PaperRow> rows_;
};

/// Section 3 of the paper.
void add_ofa_blocks(Claims& c) {
    c.more(1, "OFA accuracy and FLOPS order the blocks alike: Spearman's correlation", "", accuracy,
           rank_correlation(accuracy, flops), 0.9);
    c.more(1, "OFA accuracy: expansion matters more than kernel, (e6 - e3) - (k7 - k3)", "%",
           accuracy, difference(gap(accuracy, e6, e3), gap(accuracy, k7, k3)));
    c.more(1, "OFA FLOPS: expansion matters more than kernel, (e6 - e3) - (k7 - k3)",
           "1e6 operations", flops, difference(gap(flops, e6, e3), gap(flops, k7, k3)));
    c.about(2, "OFA NPU: MBConv6-7 minus MBConv6-5", "ms", npu, gap(npu, {8}, {7}), 1.403, 0.14,
            "a tenth, for another predictor than the paper's");
    c.about(2, "OFA NPU: MBConv6-5 minus MBConv6-3", "ms", npu, gap(npu, {7}, {6}), 0.017, 0.03,
            other_model);
    c.more(2, "OFA NPU: k7 is worst at every expansion, smallest k7 - max(k3, k5)", "ms", npu,
           smallest(over({0, 3, 6}, [](int b) {
               return difference(response(npu, {b + 2}),
                                 largest({response(npu, {b}), response(npu, {b + 1})}));
           })));
    c.more(3, "OFA NPU: 224 is faster than 208 and 192, smallest gain over blocks", "ms", npu,
           smallest(over(every_block, [](int b) {
               return difference(
                   smallest({response(at(npu, 208), {b}), response(at(npu, 192), {b})}),
                   response(npu, {b}));
           })));
    c.more(4, "OFA: 2080 Ti minus NPU, smallest over k3 and k5", "ms", npu,
           smallest(over(
               not_k7, [](int b) { return difference(response(gpu, {b}), response(npu, {b})); })));
    c.more(4, "OFA: NPU minus 2080 Ti, smallest over k7", "ms", npu, smallest(over(k7, [](int b) {
               return difference(response(npu, {b}), response(gpu, {b}));
           })));
    c.about(5, "OFA 2080 Ti: largest minus smallest block", "ms", gpu, block_spread(gpu), 0.002,
            0.004, other_model);
    c.more(6, "OFA: 2990WX minus NPU, blocks on average", "ms", cpu,
           difference(response(cpu, every_block), response(npu, every_block)), 100);
    c.more(6, "OFA 2990WX: expansion matters more than kernel, (e6 - e3) - (k3 - k7)", "ms", cpu,
           difference(gap(cpu, e6, e3), gap(cpu, k3, k7)));
    for (const int resolution : {224, 208}) {
        const auto there = at(cpu, resolution);
        c.more(7, "OFA 2990WX: e4 is nearer to e6 than to e3, (e4 - e3) - (e6 - e4)", "ms", there,
               difference(gap(there, e4, e3), gap(there, e6, e4)));
    }
    const auto small = at(cpu, 192);
    c.about(7, "OFA 2990WX: e4 minus e3", "ms", small, gap(small, e4, e3), 0, 0.5,
            "printed without decimals");
    c.more(7, "OFA 2990WX: e6 minus e4", "ms", small, gap(small, e6, e4), 1);
    c.more(8, "Note10: smallest step to the next kernel or expansion", "ms", note10, [] {
        std::vector<Measure> steps;
        for (const int b : {0, 1, 3, 4, 6, 7}) steps.push_back(gap(note10, {b + 1}, {b}));
        for (int b = 0; b < 6; ++b) steps.push_back(gap(note10, {b + 3}, {b}));
        return smallest(std::move(steps));
    }());
    c.about(8, "Note10 falls about linearly with resolution: 208 minus the middle of 224 and 192",
            "ms", at(note10, 208),
            difference(
                response(at(note10, 208), every_block),
                average({response(note10, every_block), response(at(note10, 192), every_block)})),
            0, 1.1, "'about': a tenth of the fall from 224 to 192");
}

void add_other_blocks(Claims& c) {
    c.more(9, "PN accuracy is below OFA's, smallest difference over blocks", "%", pn_accuracy,
           smallest(over(every_block, [](int b) {
               return difference(response(accuracy, {b}), response(pn_accuracy, {b}));
           })));
    c.about(9, "PN accuracy: MBConv6-7 minus MBConv4-7", "%", pn_accuracy,
            gap(pn_accuracy, {8}, {5}), 0.08, 0.05,
            "twice the standard error of two printed means at 100 networks a location");
    c.about(10, "2080 Ti: OFA minus PN, blocks on average", "ms", pn_gpu,
            difference(response(gpu, every_block), response(pn_gpu, every_block)), 3.196, 0.128,
            digits);
    c.about(10, "2990WX: OFA minus PN, blocks on average", "ms", pn_cpu,
            difference(response(cpu, every_block), response(pn_cpu, every_block)), 298.2, 19.5,
            digits);
    c.about(10, "NPU: PN minus OFA, blocks on average", "ms", pn_npu,
            difference(response(pn_npu, every_block), response(npu, every_block)), 4.136, 0.68,
            digits);
    c.about(11, "PN NPU: MBConv6-7 minus MBConv6-5", "ms", pn_npu, gap(pn_npu, {8}, {7}), 2.61,
            0.26, "a tenth, for another predictor than the paper's");
    c.about(12, "ResNet50 accuracy: width 1.0 minus 0.65", "%", resnet_accuracy,
            gap(resnet_accuracy, e6, e3), 0.56, 0.12,
            "the published predictor, on its own scale; 0.51 to 0.63 are printed");
    c.about(12, "ResNet50 accuracy: ratio 0.35 minus 0.2", "%", resnet_accuracy,
            gap(resnet_accuracy, k7, k3), 0.093, 0.06,
            "the published predictor, on its own scale; 0.03 to 0.15 are printed");
    c.cannot(12, "ResNet50 has the highest accuracy of the three spaces",
             "supernet accuracy needs the checkpoint and ImageNet; the predictor is on another "
             "scale");
    c.about(13, "ResNet50 FLOPS: width 1.0 minus 0.65", "1e9 operations", resnet_macs,
            linear(gap(resnet_macs, e6, e3), 2e-9), 1.346, 0.14,
            "a tenth; see Figure 4 for the gap");
    c.about(13, "ResNet50 FLOPS: ratio 0.35 minus 0.2", "1e9 operations", resnet_macs,
            linear(gap(resnet_macs, k7, k3), 2e-9), 0.311, 0.03,
            "a tenth; see Figure 4 for the gap");
    c.cannot(14, "ResNet50 2080 Ti latency is nearly flat",
             "the latency models of ResNet50 were never published");
    c.cannot(15, "ResNet50 2990WX latency mixes both trends",
             "the latency models of ResNet50 were never published");
}

/// Section 4 of the paper.
void add_ofa_locations(Claims& c) {
    c.more(16, "OFA accuracy: B9 - B1 at layers 1 and 2, units 4-5 minus units 1-3", "%",
           curve_accuracy,
           difference(average([] {
                          std::vector<Measure> late;
                          for (const int u : {4, 5}) {
                              for (const int l : {1, 2}) {
                                  late.push_back(rise(curve_accuracy, u, l));
                              }
                          }
                          return late;
                      }()),
                      average([] {
                          std::vector<Measure> early;
                          for (const int u : {1, 2, 3}) {
                              for (const int l : {1, 2}) {
                                  early.push_back(rise(curve_accuracy, u, l));
                              }
                          }
                          return early;
                      }())));
    c.more(17, "OFA accuracy: smallest delta of any block at layer 4", "%", curve_accuracy,
           smallest(over_layers({4}, [](int u, int l) {
               return smallest(
                   over(every_block, [=](int b) { return delta(curve_accuracy, u, l, {b}); }));
           })));
    c.more(
        17, "OFA accuracy: lift of layer 4, unit 4 minus the next largest", "%", curve_accuracy,
        difference(lift(curve_accuracy, 4, 4),
                   largest(over({1, 2, 3, 5}, [](int u) { return lift(curve_accuracy, u, 4); }))));
    c.more(
        17, "OFA accuracy: lift of layer 4, smallest of the others minus unit 1", "%",
        curve_accuracy,
        difference(smallest(over({2, 3, 4, 5}, [](int u) { return lift(curve_accuracy, u, 4); })),
                   lift(curve_accuracy, 1, 4)));
    c.about(17, "OFA accuracy: largest lift of layer 3, 0 by the code's rule", "%", curve_accuracy,
            largest(over_layers({3}, [](int u, int l) { return lift(curve_accuracy, u, l); })), 0,
            0.027, reading);
    c.more(17, "OFA accuracy: smallest lift of layer 3 by the definition, which is not printed",
           "%", defined(curve_accuracy), smallest(over_layers({3}, [](int u, int l) {
               return lift(defined(curve_accuracy), u, l);
           })));
    c.more(18, "OFA NPU: spread over blocks at layer 2, units 4 and 5 minus the others", "ms", npu,
           difference(smallest(over({4, 5}, [](int u) { return spread(npu, u, 2); })),
                      largest(over({1, 2, 3}, [](int u) { return spread(npu, u, 2); }))));
    c.more(18, "OFA NPU: spread over blocks at layer 2, unit 1 minus units 2 and 3", "ms", npu,
           difference(spread(npu, 1, 2),
                      largest(over({2, 3}, [](int u) { return spread(npu, u, 2); }))));
    c.more(18, "OFA NPU: k7 minus k3 and k5, smallest over all locations", "ms", npu,
           smallest(over_layers({1, 2, 3, 4}, [](int u, int l) {
               return difference(delta(npu, u, l, k7), delta(npu, u, l, not_k7));
           })));
    c.about(19, "OFA NPU: largest delta of k3 and k5 at layers 3 and 4, no marked rise", "ms", npu,
            largest(over_layers({3, 4}, [](int u, int l) { return delta(npu, u, l, not_k7); })), 0,
            0.17, reading);
    c.about(20, "OFA 2080 Ti: largest spread over the blocks of a location", "ms", gpu,
            largest(over_layers({1, 2, 3, 4}, [](int u, int l) { return spread(gpu, u, l); })), 0,
            0.048, "6 % of the axis each way: reading, and another predictor than the paper's");
    c.more(20, "OFA 2080 Ti: smallest lift of layer 4", "ms", gpu,
           smallest(over_layers({4}, [](int u, int l) { return lift(gpu, u, l); })), 0.05);
    c.about(20, "OFA 2080 Ti: largest lift of layer 3, 0 by the code's rule", "ms", gpu,
            largest(over_layers({3}, [](int u, int l) { return lift(gpu, u, l); })), 0, 0.012,
            reading);
    c.more(20, "OFA 2080 Ti: smallest lift of layer 3 by the definition, which is not printed",
           "ms", defined(gpu),
           smallest(over_layers({3}, [](int u, int l) { return lift(defined(gpu), u, l); })));
    c.more(20, "OFA 2080 Ti: units 2, 4, 5 have the costliest fourth layers, least minus next",
           "ms", gpu,
           difference(smallest(over({2, 4, 5}, [](int u) { return lift(gpu, u, 4); })),
                      largest(over({1, 3}, [](int u) { return lift(gpu, u, 4); }))));
    c.more(21, "OFA 2990WX: smallest lift of layer 4 in units 1 to 4", "ms", cpu,
           smallest(over({1, 2, 3, 4}, [](int u) { return lift(cpu, u, 4); })), 5);
    c.more(21, "OFA 2990WX: unit 5 follows the expansion, smallest e6 - e3 of its layers", "ms",
           cpu,
           smallest(
               over({1, 2, 3, 4},
                    [](int l) { return difference(delta(cpu, 5, l, e6), delta(cpu, 5, l, e3)); })),
           5);
    c.more(22, "Note10: spread over blocks at layer 2, unit 1 minus unit 2", "ms", note10,
           difference(spread(note10, 1, 2), spread(note10, 2, 2)));
    c.more(22, "Note10: spread over blocks at layer 2, unit 2 minus unit 3", "ms", note10,
           difference(spread(note10, 2, 2), spread(note10, 3, 2)));
}

void add_other_locations(Claims& c) {
    c.more(23, "PN accuracy: spread over blocks at layer 1, units 4-6 minus units 1-3", "%",
           pn_accuracy,
           difference(average(over({4, 5, 6}, [](int u) { return spread(pn_accuracy, u, 1); })),
                      average(over({1, 2, 3}, [](int u) { return spread(pn_accuracy, u, 1); }))));
    c.about(24, "PN NPU: B9 spike of unit 4, layer 2 minus that of unit 1, layer 1", "ms", pn_npu,
            difference(delta(pn_npu, 4, 2, {8}), delta(pn_npu, 1, 1, {8})), 0.3, 0.57,
            "6 % of the axis: reading, and another predictor than the paper's");
    c.more(24, "PN NPU: spread over blocks, smaller of U5-L2 and U6-L1 minus U4-L2", "ms", pn_npu,
           difference(smallest({spread(pn_npu, 5, 2), spread(pn_npu, 6, 1)}), spread(pn_npu, 4, 2)),
           1);
    c.about(25, "PN 2080 Ti: largest spread over the blocks of a location", "ms", pn_gpu,
            largest(over_layers({1, 2, 3, 4}, [](int u, int l) { return spread(pn_gpu, u, l); })),
            0, 0.018, reading);
    c.about(25, "PN 2080 Ti: largest minus smallest lift of layer 4 over units", "ms", pn_gpu,
            difference(largest(over_layers({4}, [](int u, int l) { return lift(pn_gpu, u, l); })),
                       smallest(over_layers({4}, [](int u, int l) { return lift(pn_gpu, u, l); }))),
            0, 0.009, reading);
    c.about(25, "PN 2080 Ti: largest lift of layer 3, 0 by the code's rule", "ms", pn_gpu,
            largest(over_layers({3}, [](int u, int l) { return lift(pn_gpu, u, l); })), 0, 0.009,
            reading);
    c.more(25, "PN 2080 Ti: smallest lift of layer 3 by the definition, which is not printed", "ms",
           defined(pn_gpu),
           smallest(over_layers({3}, [](int u, int l) { return lift(defined(pn_gpu), u, l); })));
    c.more(26, "PN 2990WX: e6 - e3 at layer 1, unit 1 minus the largest other", "ms", pn_cpu,
           difference(difference(delta(pn_cpu, 1, 1, e6), delta(pn_cpu, 1, 1, e3)),
                      largest(over({2, 3, 4, 5, 6},
                                   [](int u) {
                                       return difference(delta(pn_cpu, u, 1, e6),
                                                         delta(pn_cpu, u, 1, e3));
                                   }))),
           1);
    for (const int unit : {1, 2}) {
        c.more(27,
               unit == 1 ? "PN 2990WX: layer 4 of unit 1 raises the mean"
                         : "PN 2990WX: layer 4 of unit 2 raises the mean",
               "ms", pn_cpu, lift(pn_cpu, unit, 4), 2);
        c.more(27,
               unit == 1 ? "PN 2990WX: layer 4 of unit 1 raises the 5 % curve"
                         : "PN 2990WX: layer 4 of unit 2 raises the 5 % curve",
               "ms", pn_cpu, lift(pn_cpu, unit, 4, Curve::p5), 5);
        c.about(27,
                unit == 1 ? "PN 2990WX: layer 4 of unit 1 leaves the 95 % curve"
                          : "PN 2990WX: layer 4 of unit 2 leaves the 95 % curve",
                "ms", pn_cpu, lift(pn_cpu, unit, 4, Curve::p95), 0, 1.05,
                "6 % of the axis: reading, and another predictor than the paper's");
    }
    // the first nine cells of a ResNet50 location: width outermost, so rise() is C100-B35 - C65-B20
    c.more(28,
           "ResNet50 accuracy: rise over the blocks of layer 1, least of U3-4 minus most of U1-2",
           "%", resnet_accuracy,
           difference(smallest(over({3, 4}, [](int u) { return rise(resnet_accuracy, u, 1); })),
                      largest(over({1, 2}, [](int u) { return rise(resnet_accuracy, u, 1); }))),
           0.2);
    c.cannot(29, "ResNet50 2080 Ti latency follows unit depth",
             "the latency models of ResNet50 were never published");
    c.cannot(30, "ResNet50 2990WX latency depends on the widths of units 3 and 4",
             "the latency models of ResNet50 were never published");
}

void add_searches(Claims& c) {
    c.about(
        31, "OFA: placements to profile", "", {},
        [](PaperNumbers& n) {
            return exactly(static_cast<double>(placements(n.space("ofa-mbv3")).size()));
        },
        180, 0, "a count");
    c.about(
        31, "OFA: architectures, power of ten", "", {},
        [](PaperNumbers& n) { return exactly(size(n.space("ofa-mbv3")).log10_total); }, 19, 0.5,
        "printed as 10^19");
    for (const auto& [claim, what] :
         {std::pair{32, "fronts with insight are better in the low and middle latency region"},
          {33, "OFA NPU: up to 3 times lower latency"},
          {34, "Note10: only sparse gains"},
          {35, "maximum accuracy with insight is at least that without"}}) {
        c.cannot(claim, what,
                 claim == 35 ? "see check paper --searches; supernets need their checkpoints"
                             : "see check paper --searches");
    }
    c.more(36, "OFA 2080 Ti: a fourth layer costs in all five units, least lift", "ms", gpu,
           smallest(over_layers({4}, [](int u, int l) { return lift(gpu, u, l); })), 0.05);
}

}  // namespace

std::vector<PaperRow> paper_claim_rows() {
    Claims claims;
    add_ofa_blocks(claims);
    add_other_blocks(claims);
    add_ofa_locations(claims);
    add_other_locations(claims);
    add_searches(claims);
    return std::move(claims).rows();
}

}  // namespace blockscope
