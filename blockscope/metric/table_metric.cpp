#include "blockscope/metric/table_metric.hpp"

#include <limits>
#include <map>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

class TableMetric : public Metric {
public:
    TableMetric(MetricInfo info, TableMaker make)
        : info_(std::move(info)), make_(std::move(make)) {}

    const MetricInfo& info() const override { return info_; }

    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        column.values.resize(archs.size());
        std::map<int, Made> tables;
        const Made* made = nullptr;
        int resolution = -1;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            if (archs[i].resolution != resolution) {
                resolution = archs[i].resolution;
                auto found = tables.find(resolution);
                if (found == tables.end()) {
                    found = tables.emplace(resolution, made_table(space, resolution)).first;
                }
                made = &found->second;
            }
            if (made->table) {
                column.values[i] = made->table->value(archs[i]);
            } else {
                column.values[i] = std::numeric_limits<double>::quiet_NaN();
                column.failures.emplace_back(i, made->reason);
            }
        }
        return column;
    }

    std::optional<LayerTable> additive(const DesignSpace& space, int resolution) override {
        return make_(space, resolution);
    }

private:
    struct Made {
        std::unique_ptr<LayerTable> table;
        std::string reason;  ///< why there is none
    };

    Made made_table(const DesignSpace& space, int resolution) const {
        try {
            return {std::make_unique<LayerTable>(make_(space, resolution)), ""};
        } catch (const Error& e) {
            return {nullptr, e.what()};
        }
    }

    MetricInfo info_;
    TableMaker make_;
};

}  // namespace

std::unique_ptr<Metric> make_table_metric(MetricInfo info, TableMaker make) {
    return std::make_unique<TableMetric>(std::move(info), std::move(make));
}

}  // namespace blockscope
