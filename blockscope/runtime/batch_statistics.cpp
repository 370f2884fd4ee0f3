#include "blockscope/runtime/batch_statistics.hpp"

#include <utility>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/bound_steps.hpp"
#include "blockscope/runtime/onednn_program.hpp"
#include "blockscope/runtime/onednn_threads.hpp"

namespace blockscope {

struct BatchStatisticsEngine::Impl {
    explicit Impl(const EngineOptions& asked) : options(asked), layers(asked.batch) {}

    EngineOptions options;
    OnednnLayers layers;
    EngineMemory memory;
};

namespace {

/// Every operator on its own: batch norm stands between a convolution and what follows it.
ActivationPlan plan_of(const NetworkGraph& network, int batch) {
    ActivationPlan plan = plan_activations(network, batch, false);
    for (PlannedStep& step : plan.steps) {
        if (network.operators[step.op].batch_norm) step.activation = Activation::none;
    }
    return plan;
}

class Network final : public BatchStatisticsNetwork {
public:
    Network(const EngineOptions& options, OnednnLayers& layers, EngineMemory& memory,
            const NetworkGraph& network, const Parameters& parameters,
            std::span<const ScaleAndShift> norms, const ActivationPlan& plan);

    std::span<float> input() override { return memory_.input(); }
    std::span<const float> output() override { return memory_.output(); }
    void run() override;
    const ChannelStatistics& statistics(std::size_t op) const override {
        return statistics_.at(op);
    }

private:
    /// What oneDNN does up to the next batch norm, and that.
    struct Stage {
        OnednnProgram program;
        std::size_t op = 0;
        Activation activation = Activation::none;
        std::span<float> map = {};  ///< channels-last; empty: no batch norm at the end
    };

    int threads_;
    double eps_;
    std::vector<ScaleAndShift> norms_;           ///< of each operator
    std::vector<ChannelStatistics> statistics_;  ///< likewise
    NetworkMemory memory_;
    std::vector<Stage> stages_;
};

Network::Network(const EngineOptions& options, OnednnLayers& layers, EngineMemory& memory,
                 const NetworkGraph& network, const Parameters& parameters,
                 std::span<const ScaleAndShift> norms, const ActivationPlan& plan)
    : threads_(options.threads),
      eps_(network.batch_norm_eps),
      norms_(norms.begin(), norms.end()),
      statistics_(network.operators.size()),
      memory_(memory, network, options.batch, plan.bytes) {
    stages_.push_back({OnednnProgram(layers)});
    stages_.back().program.append(
        layers.copy_in(network.input, memory_.input().data(), memory_.at(plan.offset.front())));
    for (const BoundStep& step : bind_steps(network, parameters, plan, memory_)) {
        Stage& stage = stages_.back();
        stage.program.append(layers.call(step));
        if (!step.op.batch_norm) continue;
        stage.op = static_cast<std::size_t>(step.planned.op);
        stage.activation = step.op.activation;
        stage.map = {step.result, static_cast<std::size_t>(options.batch * step.op.out.elements())};
        const auto channels = static_cast<std::size_t>(step.op.out.channels);
        if (norms_[stage.op].scale.size() != channels ||
            norms_[stage.op].shift.size() != channels) {
            throw Error("batch norms are not those of this network");
        }
        stages_.push_back({OnednnProgram(layers)});
    }
    stages_.back().program.append(layers.copy_out(
        network.operators.back().out, memory_.at(plan.offset.back()), memory_.output().data()));
}

void Network::run() {
    set_onednn_threads(threads_);
    for (const Stage& stage : stages_) {
        stage.program.run();
        if (stage.map.empty()) continue;
        const ScaleAndShift& norm = norms_[stage.op];
        ChannelStatistics& found = statistics_[stage.op];
        found = channel_statistics(stage.map, norm.scale.size(), threads_);
        normalise(stage.map, found, norm, eps_, stage.activation, threads_);
    }
}

}  // namespace

BatchStatisticsEngine::BatchStatisticsEngine(const EngineOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

BatchStatisticsEngine::~BatchStatisticsEngine() = default;

std::unique_ptr<BatchStatisticsNetwork> BatchStatisticsEngine::prepare(
    const NetworkGraph& network, const Parameters& parameters,
    std::span<const ScaleAndShift> norms) {
    check_parameters(network, parameters);
    if (norms.size() != network.operators.size()) {
        throw Error("batch norms are not those of this network");
    }
    set_onednn_threads(impl_->options.threads);
    auto made =
        std::make_unique<Network>(impl_->options, impl_->layers, impl_->memory, network, parameters,
                                  norms, plan_of(network, impl_->options.batch));
    impl_->layers.drop_weights_beyond(0);
    return made;
}

}  // namespace blockscope
