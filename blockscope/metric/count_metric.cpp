#include "blockscope/metric/count_metric.hpp"

#include <map>

#include "blockscope/network/cost.hpp"

namespace blockscope {
namespace {

const std::vector<std::pair<MetricInfo, Count>>& counts() {
    static const std::vector<std::pair<MetricInfo, Count>> all{
        {{"macs", "macs", "MACs", Direction::smaller_is_better, false,
          "exact count: convolutions and linear layers, biases not counted"},
         Count::macs},
        {{"macs/torchprofile", "macs_torchprofile", "MACs", Direction::smaller_is_better, false,
          "exact count by torchprofile's convention: plus products and means"},
         Count::macs_torchprofile},
        {{"params", "params", "parameters", Direction::smaller_is_better, false,
          "exact count: weights, biases, two per batch-norm channel"},
         Count::params},
        {{"activation_bytes", "activation_bytes", "bytes", Direction::smaller_is_better, false,
          "exact peak of float32 activations, one image, operators in order"},
         Count::activation_bytes_peak},
        {{"activation_bytes/total", "activation_bytes_total", "bytes", Direction::smaller_is_better,
          false, "exact sum of float32 activations, one image"},
         Count::activation_bytes_total},
    };
    return all;
}

class CountMetric : public Metric {
public:
    CountMetric(MetricInfo info, Count count) : info_(std::move(info)), count_(count) {}

    const MetricInfo& info() const override { return info_; }

    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        column.values.resize(archs.size());
        std::map<int, LayerTable> tables;
        const LayerTable* table = nullptr;
        int resolution = -1;
        for (std::size_t i = 0; i < archs.size(); ++i) {
            if (archs[i].resolution != resolution) {
                resolution = archs[i].resolution;
                auto found = tables.find(resolution);
                if (found == tables.end()) {
                    found =
                        tables.emplace(resolution, count_table(space, resolution, count_)).first;
                }
                table = &found->second;
            }
            column.values[i] = table->value(archs[i]);
        }
        return column;
    }

    std::optional<LayerTable> additive(const DesignSpace& space, int resolution) override {
        return count_table(space, resolution, count_);
    }

private:
    MetricInfo info_;
    Count count_;
};

}  // namespace

std::unique_ptr<Metric> make_count_metric(const std::string& name) {
    for (const auto& [info, count] : counts()) {
        if (info.name == name) return std::make_unique<CountMetric>(info, count);
    }
    return nullptr;
}

std::vector<MetricInfo> count_metrics() {
    std::vector<MetricInfo> infos;
    for (const auto& entry : counts()) infos.push_back(entry.first);
    return infos;
}

}  // namespace blockscope
