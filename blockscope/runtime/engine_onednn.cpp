#include "blockscope/runtime/bound_steps.hpp"
#include "blockscope/runtime/engine_entry.hpp"
#include "blockscope/runtime/onednn_program.hpp"
#include "blockscope/runtime/onednn_threads.hpp"

namespace blockscope {
namespace {

struct State {
    explicit State(const EngineOptions& asked) : options(asked), layers(asked.batch) {}

    EngineOptions options;
    OnednnLayers layers;
    EngineMemory memory;
};

class OnednnNetwork final : public PreparedNetwork {
public:
    OnednnNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                  const Parameters& parameters, const ActivationPlan& plan);

    std::span<float> input() override { return memory_.input(); }
    std::span<const float> output() override { return memory_.output(); }
    void run() override {
        set_onednn_threads(state_->options.threads);
        program_.run();
    }
    std::vector<RunStep> steps() const override { return steps_; }
    void run_marked(const std::function<void()>& mark) override {
        set_onednn_threads(state_->options.threads);
        program_.run_marked(mark);
    }

private:
    std::shared_ptr<State> state_;
    NetworkMemory memory_;
    OnednnProgram program_;
    std::vector<RunStep> steps_;
};

OnednnNetwork::OnednnNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                             const Parameters& parameters, const ActivationPlan& plan)
    : state_(std::move(state)),
      memory_(state_->memory, network, state_->options.batch, plan.bytes),
      program_(state_->layers),
      steps_(run_steps(network, plan)) {
    OnednnLayers& layers = state_->layers;
    program_.append(
        layers.copy_in(network.input, memory_.input().data(), memory_.at(plan.offset.front())));
    for (const BoundStep& step : bind_steps(network, parameters, plan, memory_)) {
        program_.append(layers.call(step));
    }
    program_.append(layers.copy_out(network.operators.back().out, memory_.at(plan.offset.back()),
                                    memory_.output().data()));
}

class OnednnEngine final : public Engine {
public:
    explicit OnednnEngine(const EngineOptions& options)
        : state_(std::make_shared<State>(options)) {}

    std::string name() const override { return "onednn"; }
    std::string version() const override { return onednn_version(); }

    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        check_parameters(network, parameters);
        set_onednn_threads(state_->options.threads);
        auto prepared = std::make_unique<OnednnNetwork>(
            state_, network, parameters, plan_activations(network, state_->options.batch));
        state_->layers.drop_weights_beyond(state_->options.kept_bytes);
        return prepared;
    }

    std::size_t kept_bytes() const override { return state_->layers.weight_bytes(); }

private:
    std::shared_ptr<State> state_;
};

}  // namespace

EngineReport onednn_report() { return {"onednn", true, onednn_version(), ""}; }

std::unique_ptr<Engine> make_onednn(const EngineOptions& options) {
    return std::make_unique<OnednnEngine>(options);
}

}  // namespace blockscope
