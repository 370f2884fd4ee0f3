#include "blockscope/runtime/batch_statistics.hpp"

#include <algorithm>
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

/// Ends of stem and units behind which no later operator reads what came before.
std::vector<std::size_t> borders_of(const NetworkGraph& network) {
    const auto& operators = network.operators;
    std::vector<std::size_t> borders;
    int earliest = static_cast<int>(operators.size());  // tensor that is read behind i
    for (std::size_t i = operators.size() - 1; i > 0; --i) {
        const Operator& next = operators[i];
        earliest = std::min(earliest, next.input);
        if (next.second >= 0) earliest = std::min(earliest, next.second);
        const Location& here = operators[i - 1].where;
        const bool ends = here.part != next.where.part ||
                          (here.part == Location::Part::body && here.unit != next.where.unit);
        if (ends && earliest == static_cast<int>(i)) borders.push_back(i - 1);
    }
    std::reverse(borders.begin(), borders.end());
    return borders;
}

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
    std::span<const std::size_t> borders() const override { return borders_; }
    std::span<float> map_behind(std::size_t border) override {
        return stages_.at(stage_of_border_.at(border)).map;
    }
    void run_from(std::size_t border, const std::function<void(std::size_t)>& at) override;
    const ChannelStatistics& statistics(std::size_t op) const override {
        return statistics_.at(op);
    }

private:
    /// What oneDNN does up to the next batch norm, and that, or up to a border.
    struct Stage {
        OnednnProgram program;
        std::size_t op = 0;
        Activation activation = Activation::none;
        bool batch_norm = false;    ///< at the end
        std::span<float> map = {};  ///< at the end, channels-last; empty: of the last stage
    };

    int threads_;
    double eps_;
    std::vector<ScaleAndShift> norms_;           ///< of each operator
    std::vector<ChannelStatistics> statistics_;  ///< likewise
    NetworkMemory memory_;
    std::vector<std::size_t> borders_;
    std::vector<std::size_t> stage_of_border_;  ///< that ends there
    std::vector<Stage> stages_;
};

Network::Network(const EngineOptions& options, OnednnLayers& layers, EngineMemory& memory,
                 const NetworkGraph& network, const Parameters& parameters,
                 std::span<const ScaleAndShift> norms, const ActivationPlan& plan)
    : threads_(options.threads),
      eps_(network.batch_norm_eps),
      norms_(norms.begin(), norms.end()),
      statistics_(network.operators.size()),
      memory_(memory, network, options.batch, plan.bytes),
      borders_(borders_of(network)) {
    stages_.push_back({OnednnProgram(layers)});
    stages_.back().program.append(
        layers.copy_in(network.input, memory_.input().data(), memory_.at(plan.offset.front())));
    for (const BoundStep& step : bind_steps(network, parameters, plan, memory_)) {
        Stage& stage = stages_.back();
        stage.program.append(layers.call(step));
        stage.op = static_cast<std::size_t>(step.planned.op);
        const bool at_border = std::binary_search(borders_.begin(), borders_.end(), stage.op);
        if (!step.op.batch_norm && !at_border) continue;
        if (at_border) stage_of_border_.push_back(stages_.size() - 1);
        stage.map = {step.result, static_cast<std::size_t>(options.batch * step.op.out.elements())};
        stage.batch_norm = step.op.batch_norm;
        if (!stage.batch_norm) {
            stages_.push_back({OnednnProgram(layers)});
            continue;
        }
        stage.activation = step.op.activation;
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

void Network::run_from(std::size_t border, const std::function<void(std::size_t)>& at) {
    set_onednn_threads(threads_);
    std::size_t next = border == no_border ? 0 : border + 1;
    for (std::size_t s = next == 0 ? 0 : stage_of_border_.at(border) + 1; s < stages_.size(); ++s) {
        const Stage& stage = stages_[s];
        stage.program.run();
        if (stage.batch_norm) {
            const ScaleAndShift& norm = norms_[stage.op];
            ChannelStatistics& found = statistics_[stage.op];
            found = channel_statistics(stage.map, norm.scale.size(), threads_);
            normalise(stage.map, found, norm, eps_, stage.activation, threads_);
        }
        if (next < borders_.size() && stage_of_border_[next] == s) {
            if (at) at(next);
            ++next;
        }
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
