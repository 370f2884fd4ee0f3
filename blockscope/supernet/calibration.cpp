#include "blockscope/supernet/calibration.hpp"

#include <algorithm>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

/// Weights and biases without batch norm.
Parameters unfolded(const Subnet& subnet) {
    Parameters parameters(subnet.weights.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const LayerWeights& weights = subnet.weights[i];
        if (weights.weight.empty()) continue;
        const auto channels = static_cast<std::size_t>(subnet.network.operators[i].out.channels);
        // used before the caller's sub-network changes: the numbers are not copied twice
        parameters[i] = std::make_shared<ParameterSource>(ParameterSource{[&weights, channels] {
            OperatorParameters numbers{weights.weight, weights.bias};
            numbers.bias.resize(channels, 0.0F);
            return numbers;
        }});
    }
    return parameters;
}

/// The deepest of the borders whose map of a batch is there; their number for none.
std::size_t deepest(const std::vector<CalibratedBeginnings::Border>& borders, std::size_t batch) {
    for (std::size_t k = borders.size(); k-- > 0;) {
        if (borders[k].holds(batch)) return k;
    }
    return borders.size();
}

/// Brings one batch through; borders keep its maps where they have room.
void run(BatchStatisticsNetwork& network, const ImageBatch& batch, std::size_t number,
         std::vector<CalibratedBeginnings::Border>& borders) {
    const auto keep = [&](std::size_t k) {
        auto& border = borders[k];
        if (border.maps.size() != number || number >= border.room) return;
        const auto map = network.map_behind(k);
        border.maps.emplace_back(map.begin(), map.end());
    };
    const std::size_t from = deepest(borders, number);
    if (from < borders.size()) {
        const auto& map = borders[from].maps[number];
        std::copy(map.begin(), map.end(), network.map_behind(from).begin());
        return network.run_from(from, keep);
    }
    if (batch.pixels.size() != network.input().size()) {
        throw Error("images to calibrate with are of another size than the network's input");
    }
    std::copy(batch.pixels.begin(), batch.pixels.end(), network.input().begin());
    if (borders.empty()) return network.run();
    network.run_from(BatchStatisticsNetwork::no_border, keep);
}

}  // namespace

BatchStatisticsEngine& Calibrator::engine_for(int images) {
    auto& engine = engines_[images];
    if (!engine) engine = std::make_unique<BatchStatisticsEngine>(EngineOptions{threads_, images});
    return *engine;
}

void Calibrator::calibrate(Subnet& subnet, std::size_t batches,
                           const std::function<ImageBatch(std::size_t)>& batch_at,
                           std::optional<Shared> shared) {
    if (batches == 0) throw Error("no images to calibrate batch norm with");
    const Parameters parameters = unfolded(subnet);
    std::vector<ScaleAndShift> norms;
    std::vector<BatchNorm> sums;
    for (const LayerWeights& weights : subnet.weights) {
        norms.push_back({weights.batch_norm.scale, weights.batch_norm.shift});
        const std::vector<double> zeros(weights.batch_norm.scale.size(), 0.0);
        sums.push_back({weights.batch_norm.scale, weights.batch_norm.shift, zeros, zeros});
    }
    std::map<int, std::unique_ptr<BatchStatisticsNetwork>> prepared;
    std::vector<CalibratedBeginnings::Border> borders;
    std::size_t known = 0;  // operators whose statistics the last network left
    double images = 0;
    for (std::size_t b = 0; b < batches; ++b) {
        const ImageBatch batch = batch_at(b);
        auto& network = prepared[batch.count];
        if (!network) {
            network = engine_for(batch.count).prepare(subnet.network, parameters, norms);
        }
        if (b == 0 && shared) {
            borders = shared->beginnings.begin(shared->architecture, subnet.network,
                                               network->borders(), batches, batch.count);
            const std::size_t from = deepest(borders, 0);
            if (from < borders.size()) {
                known = borders[from].op + 1;
                std::copy(borders[from].norms.begin(), borders[from].norms.end(), sums.begin());
            }
        }
        run(*network, batch, b, borders);
        images += batch.count;
        for (std::size_t i = known; i < sums.size(); ++i) {
            const ChannelStatistics& found = network->statistics(i);
            for (std::size_t c = 0; c < sums[i].mean.size(); ++c) {
                sums[i].mean[c] += batch.count * found.mean[c];
                sums[i].variance[c] += batch.count * found.variance[c];
            }
        }
    }
    for (std::size_t i = known; i < sums.size(); ++i) {
        for (double& mean : sums[i].mean) mean /= images;
        for (double& variance : sums[i].variance) variance /= images;
    }
    if (shared) {
        for (auto& border : borders) {
            const auto end = sums.begin() + static_cast<std::ptrdiff_t>(border.op + 1);
            border.norms.assign(sums.begin(), end);
        }
        shared->beginnings.end(std::move(borders));
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        subnet.weights[i].batch_norm = std::move(sums[i]);
    }
}

}  // namespace blockscope
