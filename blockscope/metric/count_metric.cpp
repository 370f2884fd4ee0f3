#include "blockscope/metric/count_metric.hpp"

#include "blockscope/metric/table_metric.hpp"
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

}  // namespace

std::unique_ptr<Metric> make_count_metric(const std::string& name) {
    for (const auto& [info, count] : counts()) {
        if (info.name != name) continue;
        return make_table_metric(info, [count = count](const DesignSpace& space, int resolution) {
            return count_table(space, resolution, count);
        });
    }
    return nullptr;
}

std::vector<MetricInfo> count_metrics() {
    std::vector<MetricInfo> infos;
    for (const auto& entry : counts()) infos.push_back(entry.first);
    return infos;
}

}  // namespace blockscope
