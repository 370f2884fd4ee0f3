#include "blockscope/search/space_comparison.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/stats/comparison.hpp"
#include "blockscope/stats/mean.hpp"
#include "blockscope/stats/quantile.hpp"

namespace blockscope {
namespace {

constexpr std::size_t most_rows = 200;

std::vector<double> sorted(const MetricInfo& info, std::span<const double> values, bool as_error) {
    std::vector<double> result;
    for (const double v : values) {
        if (!std::isnan(v)) result.push_back(as_error ? 100 - v : v);
    }
    if (result.size() < 2) throw Error(fmt::format("'{}' gives hardly any number", info.name));
    std::sort(result.begin(), result.end());
    return result;
}

double share_up_to(const std::vector<double>& sorted, double value) {
    const auto end = std::upper_bound(sorted.begin(), sorted.end(), value);
    return static_cast<double>(end - sorted.begin()) / static_cast<double>(sorted.size());
}

/// ",share,low,high".
std::string cells(double share, double band) {
    return fmt::format(",{},{},{}", round_trip(share), round_trip(std::max(0.0, share - band)),
                       round_trip(std::min(1.0, share + band)));
}

}  // namespace

SpaceComparison compare_spaces(const MetricInfo& info, std::span<const double> first,
                               std::span<const double> second, double level) {
    SpaceComparison result;
    result.metric = info.name;
    result.unit = info.unit;
    result.as_error = info.unit == "%" && info.direction == Direction::larger_is_better;
    result.level = level;
    result.first = sorted(info, first, result.as_error);
    result.second = sorted(info, second, result.as_error);
    result.first_band = distribution_band(result.first.size(), level);
    result.second_band = distribution_band(result.second.size(), level);
    result.same = two_sample_fit(result.first, result.second);
    const auto add = [&](const char* of, const Estimate& a, const Estimate& b) {
        result.differences.push_back({of, a, b, difference_of_independent(b, a)});
    };
    add("mean", mean(result.first, level), mean(result.second, level));
    for (const auto& [of, p] :
         {std::pair("5 %", 0.05), std::pair("median", 0.5), std::pair("95 %", 0.95)}) {
        add(of, quantile_interval(result.first, p, level),
            quantile_interval(result.second, p, level));
    }
    return result;
}

std::string distributions_csv(std::span<const SpaceComparison> comparisons) {
    std::string text =
        "metric,unit_of_measure,quantity,value,first,first_low,first_high,second,second_low,"
        "second_high\n";
    for (const auto& c : comparisons) {
        std::vector<double> values = c.first;
        values.insert(values.end(), c.second.begin(), c.second.end());
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());
        const std::size_t rows = std::min(values.size(), most_rows);
        for (std::size_t i = 0; i < rows; ++i) {
            const double value = values[rows == 1 ? 0 : i * (values.size() - 1) / (rows - 1)];
            text += fmt::format("{},{},{},{}", csv_cell(c.metric), csv_cell(c.unit),
                                c.as_error ? "error" : "value", round_trip(value));
            text += cells(share_up_to(c.first, value), c.first_band);
            text += cells(share_up_to(c.second, value), c.second_band) + "\n";
        }
    }
    return text;
}

}  // namespace blockscope
