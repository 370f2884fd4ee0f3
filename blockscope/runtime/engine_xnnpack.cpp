#include <algorithm>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/buffers.hpp"
#include "blockscope/runtime/engine_entry.hpp"
#include "blockscope/runtime/xnnpack_program.hpp"

namespace blockscope {
namespace {

constexpr std::size_t slack = 64;  // kernels may read, never write, beyond a tensor's end

struct State {
    explicit State(const EngineOptions& asked)
        : options(asked), layers(asked.batch, asked.threads) {}

    EngineOptions options;
    XnnpackLayers layers;
    Arena arena;
    Lender lender;
};

float* floats(const Bytes& bytes, std::size_t offset = 0) {
    return reinterpret_cast<float*>(bytes.get() + offset);
}

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
                   const Parameters& parameters);

    std::span<float> input() override { return {floats(input_), input_elements_}; }
    std::span<const float> output() override { return {floats(output_), output_elements_}; }
    void run() override {
        const auto images = static_cast<std::size_t>(state_->options.batch);
        transpose(floats(input_), first_, images, input_channels_,
                  input_elements_ / images / input_channels_);
        program_.run();
        transpose(last_, floats(output_), images, output_elements_ / images / output_channels_,
                  output_channels_);
    }

private:
    std::shared_ptr<State> state_;
    XnnpackProgram program_;
    std::size_t input_channels_, output_channels_;
    std::size_t input_elements_, output_elements_;
    Bytes input_, output_, block_;
    float* first_;
    const float* last_;
};

XnnpackNetwork::XnnpackNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                               const Parameters& parameters)
    : state_(std::move(state)), program_(state_->layers) {
    const int batch = state_->options.batch;
    const Shape& out = network.operators.back().out;
    input_channels_ = static_cast<std::size_t>(network.input.channels);
    output_channels_ = static_cast<std::size_t>(out.channels);
    input_elements_ = static_cast<std::size_t>(batch * network.input.elements());
    output_elements_ = static_cast<std::size_t>(batch * out.elements());
    input_ = state_->lender.lend(input_elements_ * sizeof(float));
    output_ = state_->lender.lend(output_elements_ * sizeof(float));
    const ActivationPlan plan = plan_activations(network, batch, false);
    block_ = state_->arena.at_least(plan.bytes + scratch_bytes(network, batch) + slack);
    const auto tensor = [&](int number) {
        return number < 0 ? nullptr : floats(block_, plan.offset[number]);
    };

    for (const PlannedStep& step : plan.steps) {
        const Operator& op = network.operators[step.op];
        const bool weighted = op.kind == OpKind::convolution || op.kind == OpKind::linear;
        if (weighted && !parameters[step.op]) {
            throw Error(
                fmt::format("{} {} has no parameters", label(op.where), to_string(op.role)));
        }
        program_.append(op, step, tensor(step.swapped ? op.second : op.input),
                        tensor(step.swapped ? op.input : op.second), tensor(step.result),
                        floats(block_, plan.bytes), weighted ? parameters[step.op] : nullptr);
    }
    first_ = tensor(0);
    last_ = tensor(static_cast<int>(network.operators.size()));
}

class XnnpackEngine final : public Engine {
public:
    explicit XnnpackEngine(const EngineOptions& options)
        : state_(std::make_shared<State>(options)) {}

    std::string name() const override { return "xnnpack"; }
    std::string version() const override { return xnnpack_version(); }

    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        if (network.operators.empty() || parameters.size() != network.operators.size()) {
            throw Error("parameters are not those of this network");
        }
        auto prepared = std::make_unique<XnnpackNetwork>(state_, network, parameters);
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
