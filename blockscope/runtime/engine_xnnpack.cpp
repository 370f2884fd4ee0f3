#include <algorithm>

#include "blockscope/runtime/bound_steps.hpp"
#include "blockscope/runtime/engine_entry.hpp"
#include "blockscope/runtime/xnnpack_program.hpp"

namespace blockscope {
namespace {

constexpr std::size_t slack = 64;  // kernels may read, never write, beyond a tensor's end

struct State {
    explicit State(const EngineOptions& asked)
        : options(asked), threads(make_xnnpack_threads(asked.threads)) {}

    EngineOptions options;
    XnnpackLayers layers;
    std::shared_ptr<pthreadpool> threads;
    EngineMemory memory;
};

/// One image at a time, [rows, columns] to [columns, rows].
void transpose(const float* from, float* to, std::size_t images, std::size_t rows,
               std::size_t columns) {
    for (std::size_t n = 0; n < images; ++n) {
        for (std::size_t c = 0; c < columns; ++c) {
            for (std::size_t r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
        }
        from += rows * columns;
        to += rows * columns;
    }
}

/// Bytes behind the plan that `swish` needs for its sigmoid.
std::size_t scratch_bytes(const NetworkGraph& network, int batch) {
    std::int64_t most = 0;
    for (const Operator& op : network.operators) {
        if (op.activation == Activation::swish) most = std::max(most, op.out.elements());
    }
    return static_cast<std::size_t>(most * batch) * sizeof(float);
}

class XnnpackNetwork final : public PreparedNetwork {
public:
    XnnpackNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                   const Parameters& parameters, const ActivationPlan& plan);

    std::span<float> input() override { return memory_.input(); }
    std::span<const float> output() override { return memory_.output(); }
    void run() override {
        bring_in();
        program_.run();
        bring_out();
    }
    std::vector<RunStep> steps() const override { return steps_; }
    void run_marked(const std::function<void()>& mark) override {
        mark();
        bring_in();
        mark();
        program_.run_marked(mark);
        bring_out();
        mark();
    }

private:
    std::size_t images() const { return static_cast<std::size_t>(state_->options.batch); }
    void bring_in() {
        transpose(memory_.input().data(), first_, images(), input_channels_,
                  memory_.input().size() / images() / input_channels_);
    }
    void bring_out() {
        transpose(last_, memory_.output().data(), images(),
                  memory_.output().size() / images() / output_channels_, output_channels_);
    }

    std::shared_ptr<State> state_;
    NetworkMemory memory_;
    XnnpackProgram program_;
    std::size_t input_channels_, output_channels_;
    float* first_;
    const float* last_;
    std::vector<RunStep> steps_;
};

XnnpackNetwork::XnnpackNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                               const Parameters& parameters, const ActivationPlan& plan)
    : state_(std::move(state)),
      memory_(state_->memory, network, state_->options.batch,
              plan.bytes + scratch_bytes(network, state_->options.batch) + slack),
      program_(state_->layers, state_->options.batch, state_->threads),
      input_channels_(static_cast<std::size_t>(network.input.channels)),
      output_channels_(static_cast<std::size_t>(network.operators.back().out.channels)),
      first_(memory_.at(plan.offset.front())),
      last_(memory_.at(plan.offset.back())),
      steps_(run_steps(network, plan)) {
    for (const BoundStep& step : bind_steps(network, parameters, plan, memory_)) {
        program_.append(step, memory_.at(plan.bytes));
    }
}

class XnnpackEngine final : public Engine {
public:
    explicit XnnpackEngine(const EngineOptions& options)
        : state_(std::make_shared<State>(options)) {}

    std::string name() const override { return "xnnpack"; }
    std::string version() const override { return xnnpack_version(); }

    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        check_parameters(network, parameters);
        auto prepared = std::make_unique<XnnpackNetwork>(
            state_, network, parameters, plan_activations(network, state_->options.batch, false));
        state_->layers.drop_weights_beyond(state_->options.kept_bytes);
        return prepared;
    }

    std::size_t kept_bytes() const override { return state_->layers.weight_bytes(); }

private:
    std::shared_ptr<State> state_;
};

}  // namespace

EngineReport xnnpack_report() {
    const std::string refusal = xnnpack_refusal();
    return {"xnnpack", refusal.empty(), xnnpack_version(), refusal};
}

std::unique_ptr<Engine> make_xnnpack(const EngineOptions& options) {
    return std::make_unique<XnnpackEngine>(options);
}

}  // namespace blockscope
