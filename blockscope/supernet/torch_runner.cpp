#include "blockscope/supernet/torch_runner.hpp"

#include <algorithm>

#include "blockscope/base/error.hpp"
#include "blockscope/supernet/torch_supernet.hpp"

namespace blockscope {
namespace {

std::vector<std::int64_t> weight_shape(const Operator& op) {
    if (op.kind == OpKind::linear) return {op.out.channels, op.in.elements()};
    return {op.out.channels, op.in.channels / op.groups, op.kernel, op.kernel};
}

}  // namespace

/// Puts a network's numbers into the session, which holds no others then.
std::vector<TorchOperator> TorchRunner::add(const Subnet& subnet, bool fold) {
    session_->clear();
    const auto put = [&](const std::vector<std::int64_t>& shape, std::span<const float> values) {
        const int number = session_->add(shape, values, false, false);
        if (number < 0) check(TorchOutcome::failed, *session_);
        return number;
    };
    const auto put_row = [&](const std::vector<float>& values) {
        if (values.empty()) return -1;
        return put({static_cast<std::int64_t>(values.size())}, values);
    };
    const Parameters parameters = fold ? folded(subnet) : Parameters();
    std::vector<TorchOperator> operators;
    for (std::size_t i = 0; i < subnet.network.operators.size(); ++i) {
        TorchOperator& made = operators.emplace_back(TorchOperator{subnet.network.operators[i]});
        const LayerWeights& weights = subnet.weights[i];
        if (weights.weight.empty()) continue;
        if (fold) {
            const OperatorParameters numbers = parameters[i]->numbers();
            made.weight = put(weight_shape(made.op), numbers.weight);
            made.bias = put_row(numbers.bias);
            continue;
        }
        made.weight = put(weight_shape(made.op), weights.weight);
        made.bias = put_row(weights.bias);
        made.scale = put_row(weights.batch_norm.scale);
        made.shift = put_row(weights.batch_norm.shift);
        const auto& norm = weights.batch_norm;
        made.mean = put_row({norm.mean.begin(), norm.mean.end()});
        made.variance = put_row({norm.variance.begin(), norm.variance.end()});
    }
    return operators;
}

bool TorchRunner::calibrate(Subnet& subnet, std::size_t batches,
                            const std::function<TorchImages(std::size_t)>& batch_at) {
    if (batches == 0) throw Error("no images to calibrate batch norm with");
    const std::vector<TorchOperator> operators = add(subnet, false);
    const TorchNetwork network{subnet.network.batch_norm_eps, operators};
    std::size_t channels = 0;
    for (const LayerWeights& weights : subnet.weights) channels += weights.batch_norm.scale.size();
    std::vector<double> means(channels);
    std::vector<double> variances(channels);
    std::vector<double> mean_sums(channels);
    std::vector<double> variance_sums(channels);
    double images = 0;
    for (std::size_t b = 0; b < batches; ++b) {
        const TorchImages batch = batch_at(b);
        const TorchOutcome outcome =
            session_->run_batch_statistics(network, batch, means, variances);
        if (outcome == TorchOutcome::out_of_memory) return false;
        check(outcome, *session_);
        images += batch.count;
        for (std::size_t c = 0; c < channels; ++c) {
            mean_sums[c] += batch.count * means[c];
            variance_sums[c] += batch.count * variances[c];
        }
    }
    std::size_t c = 0;
    for (LayerWeights& weights : subnet.weights) {
        BatchNorm& norm = weights.batch_norm;
        norm.mean.resize(norm.scale.size());
        norm.variance.resize(norm.scale.size());
        for (std::size_t k = 0; k < norm.scale.size(); ++k, ++c) {
            norm.mean[k] = mean_sums[c] / images;
            norm.variance[k] = variance_sums[c] / images;
        }
    }
    return true;
}

void TorchRunner::load(const Subnet& subnet, bool fold) {
    operators_ = add(subnet, fold);
    network_ = {subnet.network.batch_norm_eps, operators_};
}

void TorchRunner::run(const TorchImages& images, std::span<float> outputs) {
    const std::size_t image_bytes = std::size_t{3} * images.height * images.width;
    const std::size_t features = outputs.size() / static_cast<std::size_t>(images.count);
    for (int first = 0; first < images.count;) {
        const int most = too_many_ > 0 ? too_many_ / 2 : images.count;
        const int count = std::min(std::max(1, most), images.count - first);
        const auto at = static_cast<std::size_t>(first);
        const auto n = static_cast<std::size_t>(count);
        const TorchImages part{count, images.height, images.width,
                               images.pixels.subspan(at * image_bytes, n * image_bytes)};
        const TorchOutcome outcome =
            session_->run(network_, part, outputs.subspan(at * features, n * features));
        if (outcome == TorchOutcome::out_of_memory && count > 1) {
            too_many_ = count;
            continue;
        }
        check(outcome, *session_);
        first += count;
    }
}

}  // namespace blockscope
