#include "blockscope/metric/csv_metric.hpp"

#include <limits>
#include <unordered_map>

#include "blockscope/metric/given_table.hpp"

namespace blockscope {
namespace {

class CsvMetric : public Metric {
public:
    explicit CsvMetric(const GivenColumn& column) : info_(column.info) {
        for (std::size_t i = 0; i < column.archs.size(); ++i) {
            values_[column.archs[i]] = column.values[i];
        }
    }

    const MetricInfo& info() const override { return info_; }

    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            const auto found = values_.find(archs[i]);
            if (found == values_.end()) {
                column.values.push_back(std::numeric_limits<double>::quiet_NaN());
                column.failures.emplace_back(i, "not in the table");
            } else {
                column.values.push_back(found->second);
            }
        }
        return column;
    }

private:
    MetricInfo info_;
    std::unordered_map<Architecture, double, ArchitectureHash> values_;
};

}  // namespace

std::unique_ptr<Metric> make_csv_metric(const DesignSpace& space, const std::string& path,
                                        const std::string& column) {
    return std::make_unique<CsvMetric>(
        given_column(read_given_table(space, path, {column}), column));
}

}  // namespace blockscope
