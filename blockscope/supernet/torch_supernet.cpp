#include "blockscope/supernet/torch_supernet.hpp"

#include <utility>

#include "blockscope/base/error.hpp"

namespace blockscope {

void check(TorchOutcome outcome, const TorchSession& session) {
    if (outcome == TorchOutcome::done) return;
    throw Error(std::string("libtorch: ") + session.problem(), Fault::runtime);
}

TorchSupernet::TorchSupernet(const Supernet& net, std::unique_ptr<TorchSession> session)
    : space_(net.space), layers_(net.layers), session_(std::move(session)) {
    for (const auto& [name, tensor] : net.tensors) {
        const bool trained = !name.ends_with(".running_mean") && !name.ends_with(".running_var");
        // as usual, batch norms and biases do not decay; nor do matrices, which start as identities
        const bool decays = tensor.shape.size() > 1 && name.ends_with(".weight");
        const int number = session_->add(tensor.shape, tensor.values, trained, decays);
        if (number < 0) check(TorchOutcome::failed, *session_);
        entries_[name] = {tensor.shape, tensor.values.size(), number, trained};
    }
}

int TorchSupernet::number(const std::string& name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? -1 : found->second.number;
}

TorchGraph TorchSupernet::network(const Architecture& a) const {
    const NetworkGraph lowered = lower(space_, a);
    TorchGraph graph;
    graph.batch_norm_eps = lowered.batch_norm_eps;
    for (const Operator& op : lowered.operators) {
        TorchOperator& made = graph.operators.emplace_back(TorchOperator{op});
        auto& shrinkings = graph.shrinkings.emplace_back();
        const SupernetLayer* const layer = layer_of(layers_, space_, a, op);
        if (layer == nullptr) continue;
        made.weight = number(layer->weight);
        if (!layer->bias.empty()) made.bias = number(layer->bias);
        if (!layer->batch_norm.empty()) {
            made.scale = number(layer->batch_norm + ".weight");
            made.shift = number(layer->batch_norm + ".bias");
            made.mean = number(layer->batch_norm + ".running_mean");
            made.variance = number(layer->batch_norm + ".running_var");
        }
        for (std::size_t i = layer->kernels.size(); i-- > 1 && layer->kernels[i] > op.kernel;) {
            shrinkings.push_back({layer->kernels[i - 1], number(layer->matrix(i - 1))});
        }
    }
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        graph.operators[i].shrinkings = graph.shrinkings[i];
    }
    return graph;
}

std::map<std::string, Tensor> TorchSupernet::read(TorchNumbers what) const {
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, entry] : entries_) {
        if (what == TorchNumbers::momentum && !entry.trained) continue;
        Tensor& tensor = tensors[name];
        tensor = {entry.shape, std::vector<float>(entry.count)};
        check(session_->read(entry.number, what, tensor.values), *session_);
    }
    return tensors;
}

void TorchSupernet::write(TorchNumbers what, const std::map<std::string, Tensor>& tensors) {
    for (const auto& [name, tensor] : tensors) {
        check(session_->write(number(name), what, tensor.values), *session_);
    }
}

}  // namespace blockscope
