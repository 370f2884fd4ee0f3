#include <cmath>

#include <fmt/format.h>

#include "blockscope/report/paper_check.hpp"
#include "blockscope/space/encoding.hpp"

// Exact Note10 numbers that were worked out from OFA's tables independently of this program, to the
// last printed digit.

namespace blockscope {
namespace {

/// Nine blocks of a location, B1 to B9.
struct Location {
    int unit, layer;
    std::vector<double> values;
};

const std::vector<Location>& layer_terms() {
    static const std::vector<Location> all{
        {1, 1, {2.4670, 3.5000, 5.0137, 3.2272, 4.4622, 6.1273, 4.8122, 6.5851, 9.1539}},
        {1, 2, {1.9158, 2.9912, 4.5719, 2.5335, 3.9456, 5.9580, 3.8346, 5.9626, 9.0890}},
        {2, 1, {1.0783, 1.3435, 1.7224, 1.4067, 1.7672, 2.2784, 2.1710, 2.7802, 3.6108}},
        {2, 2, {1.0648, 1.4289, 1.9432, 1.4067, 1.9205, 2.6231, 2.1348, 2.8645, 3.9110}},
        {3, 1, {0.7499, 0.8486, 0.9875, 0.9911, 1.1330, 1.3175, 1.5322, 1.7345, 1.9959}},
        {3, 2, {0.8937, 1.0572, 1.2729, 1.1860, 1.4191, 1.7196, 1.7843, 2.1226, 2.5789}},
        {4, 1, {1.0388, 1.1999, 1.4175, 1.3806, 1.6113, 1.9146, 2.0958, 2.4345, 2.8822}},
        {4, 2, {1.6344, 1.8919, 2.2281, 2.1791, 2.5054, 2.9155, 3.3050, 3.7958, 4.4708}},
        {5, 1, {1.0605, 1.1295, 1.2207, 1.4332, 1.5285, 1.6375, 2.2052, 2.3420, 2.5211}},
        {5, 2, {0.9570, 1.0265, 1.1069, 1.3127, 1.4070, 1.5252, 2.0602, 2.2201, 2.3920}},
    };
    return all;
}

const std::vector<Location>& published_deltas() {
    static const std::vector<Location> all{
        {1, 1, {-2.572, -1.539, -0.025, -1.812, -0.577, 1.089, -0.226, 1.546, 4.115}},
        {1, 2, {-2.618, -1.542, 0.038, -2.000, -0.588, 1.424, -0.699, 1.429, 4.555}},
        {1, 3, {-1.745, -1.028, 0.026, -1.333, -0.392, 0.950, -0.466, 0.953, 3.037}},
        {1, 4, {0.639, 0.997, 1.524, 0.845, 1.315, 1.986, 1.278, 1.988, 3.030}},
        {2, 1, {-0.939, -0.674, -0.295, -0.611, -0.250, 0.261, 0.153, 0.763, 1.593}},
        {2, 2, {-1.079, -0.715, -0.201, -0.737, -0.224, 0.479, -0.009, 0.720, 1.767}},
        {2, 3, {-0.720, -0.477, -0.134, -0.492, -0.149, 0.319, -0.006, 0.480, 1.178}},
        {2, 4, {0.355, 0.476, 0.648, 0.469, 0.640, 0.874, 0.712, 0.955, 1.304}},
        {3, 1, {-0.505, -0.406, -0.267, -0.263, -0.121, 0.063, 0.278, 0.480, 0.741}},
        {3, 2, {-0.666, -0.502, -0.286, -0.373, -0.140, 0.160, 0.225, 0.563, 1.020}},
        {3, 3, {-0.444, -0.335, -0.191, -0.249, -0.093, 0.107, 0.150, 0.375, 0.680}},
        {3, 4, {0.298, 0.352, 0.424, 0.395, 0.473, 0.573, 0.595, 0.708, 0.860}},
        {4, 1, {-0.736, -0.575, -0.358, -0.394, -0.164, 0.140, 0.321, 0.659, 1.107}},
        {4, 2, {-1.135, -0.878, -0.541, -0.590, -0.264, 0.146, 0.535, 1.026, 1.701}},
        {4, 3, {-0.757, -0.585, -0.361, -0.394, -0.176, 0.097, 0.357, 0.684, 1.134}},
        {4, 4, {0.545, 0.631, 0.743, 0.726, 0.835, 0.972, 1.102, 1.265, 1.490}},
        {5, 1, {-0.615, -0.546, -0.455, -0.242, -0.147, -0.038, 0.530, 0.667, 0.846}},
        {5, 2, {-0.599, -0.530, -0.450, -0.244, -0.149, -0.031, 0.504, 0.664, 0.836}},
        {5, 3, {-0.400, -0.353, -0.300, -0.162, -0.100, -0.021, 0.336, 0.442, 0.557}},
        {5, 4, {0.319, 0.342, 0.369, 0.438, 0.469, 0.508, 0.687, 0.740, 0.797}},
    };
    return all;
}

const std::vector<Location>& defined_deltas() {
    static const std::vector<Location> all{
        {1, 3, {-0.351, 0.724, 2.305, 0.267, 1.679, 3.691, 1.568, 3.696, 6.822}},
        {1, 4, {1.916, 2.991, 4.572, 2.534, 3.946, 5.958, 3.835, 5.963, 9.089}},
        {2, 3, {-0.007, 0.357, 0.871, 0.335, 0.848, 1.551, 1.063, 1.792, 2.839}},
        {2, 4, {1.065, 1.429, 1.943, 1.407, 1.921, 2.623, 2.135, 2.864, 3.911}},
        {3, 3, {0.114, 0.277, 0.493, 0.406, 0.639, 0.940, 1.005, 1.343, 1.799}},
        {3, 4, {0.894, 1.057, 1.273, 1.186, 1.419, 1.720, 1.784, 2.123, 2.579}},
        {4, 3, {0.250, 0.507, 0.843, 0.794, 1.121, 1.531, 1.920, 2.411, 3.086}},
        {4, 4, {1.634, 1.892, 2.228, 2.179, 2.505, 2.916, 3.305, 3.796, 4.471}},
        {5, 3, {0.179, 0.248, 0.329, 0.534, 0.629, 0.747, 1.282, 1.442, 1.614}},
        {5, 4, {0.957, 1.026, 1.107, 1.313, 1.407, 1.525, 2.060, 2.220, 2.392}},
    };
    return all;
}

/// Of OFA's tables: what is not searched, the smallest and the largest network, a mixed one.
struct Sums {
    int resolution;
    double rest, least, most, mixed;
};

constexpr Sums sums[] = {
    {224, 4.908717, 17.7691, 92.3980, 34.355479}, {208, 4.508320, 15.8341, 81.1924, 30.324226},
    {192, 3.946741, 13.3255, 67.5617, 25.388857}, {176, 3.604208, 11.7214, 58.0379, 22.026562},
    {160, 3.202298, 9.8903, 47.7733, 18.299365},
};

constexpr const char* smallest_network = "{'ks':3,'e':3,'d':2}";
constexpr const char* largest_network = "{'ks':7,'e':6,'d':4}";
constexpr const char* mixed_network =
    "e3k3-e4k5|e3k3-e4k5-e6k7|e3k3-e4k5-e6k7-e3k3|e3k3-e4k5-e6k7|e3k3-e4k5";

/// Block responses under both rules for depths, in ms.
struct Responses {
    PaperMetric metric;
    std::vector<double> values;
};

const std::vector<Responses>& responses() {
    constexpr auto published = Protocol::published;
    static const std::vector<Responses> all{
        {{"note10", 224, published},
         {41.127, 41.402, 41.792, 41.445, 41.806, 42.299, 42.114, 42.652, 43.414}},
        {{"note10", 208, published},
         {36.344, 36.578, 36.912, 36.626, 36.939, 37.361, 37.218, 37.686, 38.340}},
        {{"note10", 192, published},
         {30.324, 30.519, 30.792, 30.556, 30.813, 31.163, 31.058, 31.445, 31.984}},
        {{"note10", 224, Protocol::definition},
         {41.555, 41.926, 42.452, 41.981, 42.471, 43.141, 42.875, 43.605, 44.640}},
    };
    return all;
}

constexpr const char* digit = "the last digit";

PaperRow row(std::string what, PaperMetric metric, Measure measure, double printed,
             double tolerance) {
    return {"recomputed",
            "Note10: " + std::move(what),
            "ms",
            metric,
            std::move(measure),
            printed,
            printed,
            tolerance,
            digit};
}

Measure of_network(PaperMetric metric, const char* text) {
    return [=](PaperNumbers& numbers) {
        return exactly(numbers.value(metric, parse_architecture(*numbers.space_of(metric), text)));
    };
}

Measure of_rest(PaperMetric metric) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const auto table = numbers.table(metric);
        if (!table) return {};
        return exactly(table->stem(0) + table->head(0));
    };
}

/// The layer's terms minus what is expected: the one farthest from 0.
Measure worst_term(PaperMetric metric, const Location& location) {
    return [=](PaperNumbers& numbers) -> Estimate {
        const auto table = numbers.table(metric);
        if (!table) return {};
        double worst = 0;
        for (std::size_t b = 0; b < location.values.size(); ++b) {
            const double term =
                table->term(location.unit - 1, location.layer - 1, 0, 0, static_cast<int>(b));
            const double difference = term - location.values[b];
            if (std::abs(difference) > std::abs(worst)) worst = difference;
        }
        return exactly(worst);
    };
}

}  // namespace

std::vector<PaperRow> paper_note10_rows() {
    std::vector<PaperRow> rows;
    for (const auto& [metric, values] : responses()) {
        for (std::size_t b = 0; b < values.size(); ++b) {
            rows.push_back(row(fmt::format("response of B{}", b + 1), metric,
                               response(metric, {static_cast<int>(b)}), values[b], 6e-4));
        }
    }
    for (const auto& [resolution, mean] : {std::pair{224, 41.796}, {208, 36.927}, {192, 30.809}}) {
        const PaperMetric metric{"note10", resolution};
        rows.push_back(row("mean of all networks", metric, base(metric), mean, 6e-4));
    }
    for (const auto& sum : sums) {
        const PaperMetric metric{"note10", sum.resolution};
        rows.push_back(row("what is not searched", metric, of_rest(metric), sum.rest, 6e-7));
        rows.push_back(
            row("smallest network", metric, of_network(metric, smallest_network), sum.least, 6e-5));
        rows.push_back(
            row("largest network", metric, of_network(metric, largest_network), sum.most, 6e-5));
        rows.push_back(
            row("a mixed network", metric, of_network(metric, mixed_network), sum.mixed, 6e-7));
    }
    const PaperMetric code{"note10"};
    const PaperMetric text{"note10", 224, Protocol::definition};
    for (const auto& location : layer_terms()) {
        rows.push_back(row(fmt::format("U{}-L{}, worst of nine blocks' own latencies",
                                       location.unit, location.layer),
                           code, worst_term(code, location), 0, 6e-5));
    }
    for (const auto& [metric, list] :
         {std::pair(code, &published_deltas()), {text, &defined_deltas()}}) {
        for (const auto& location : *list) {
            rows.push_back(row(
                fmt::format("U{}-L{}, worst of nine deltas", location.unit, location.layer), metric,
                worst_difference(metric, location.unit, location.layer, location.values), 0, 6e-4));
        }
    }
    rows.push_back(uncheckable("recomputed", "Note10: responses with depths raised to the layer",
                               "no protocol of this program raises depths so in MBConv spaces"));
    return rows;
}

}  // namespace blockscope
