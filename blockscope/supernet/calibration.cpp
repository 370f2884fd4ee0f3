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

}  // namespace

void Calibrator::calibrate(Subnet& subnet, std::size_t batches,
                           const std::function<ImageBatch(std::size_t)>& batch_at) {
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
    double images = 0;
    for (std::size_t b = 0; b < batches; ++b) {
        const ImageBatch batch = batch_at(b);
        auto& engine = engines_[batch.count];
        if (!engine) {
            engine = std::make_unique<BatchStatisticsEngine>(EngineOptions{threads_, batch.count});
        }
        auto& network = prepared[batch.count];
        if (!network) network = engine->prepare(subnet.network, parameters, norms);
        if (batch.pixels.size() != network->input().size()) {
            throw Error("images to calibrate with are of another size than the network's input");
        }
        std::copy(batch.pixels.begin(), batch.pixels.end(), network->input().begin());
        network->run();
        images += batch.count;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const ChannelStatistics& found = network->statistics(i);
            for (std::size_t c = 0; c < sums[i].mean.size(); ++c) {
                sums[i].mean[c] += batch.count * found.mean[c];
                sums[i].variance[c] += batch.count * found.variance[c];
            }
        }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        for (double& mean : sums[i].mean) mean /= images;
        for (double& variance : sums[i].variance) variance /= images;
        subnet.weights[i].batch_norm = std::move(sums[i]);
    }
}

}  // namespace blockscope
