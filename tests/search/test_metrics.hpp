#pragma once

#include <functional>
#include <limits>
#include <map>
#include <string>

#include "blockscope/metric/metric.hpp"
#include "blockscope/metric/table_metric.hpp"

namespace blockscope {

/// A metric by a function, no table; counts how often it is asked for each architecture. NaN fails.
class FunctionMetric : public Metric {
public:
    using Function = std::function<double(const Architecture&)>;

    explicit FunctionMetric(std::string name, Function function, bool costly = false)
        : function_(std::move(function)) {
        info_.name = info_.column = std::move(name);
        info_.unit = "points";
        info_.costly = costly;
    }
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            ++asked[archs[i]];
            column.values.push_back(function_(archs[i]));
            if (error > 0) column.spread.push_back(error);
            if (column.values[i] != column.values[i]) column.failures.emplace_back(i, "it broke");
        }
        return column;
    }
    std::map<Architecture, int> asked;
    double error = 0;  ///< standard error of every value; 0: exact

private:
    Function function_;
    MetricInfo info_;
};

}  // namespace blockscope
