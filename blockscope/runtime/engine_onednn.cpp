#include <dlfcn.h>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/buffers.hpp"
#include "blockscope/runtime/engine_entry.hpp"
#include "blockscope/runtime/onednn_program.hpp"

namespace blockscope {
namespace {

/// Sets the threads of the OpenMP that oneDNN itself is linked to, whichever that is: found among
/// the loaded libraries, so that a second OpenMP never comes into the process.
void set_threads(int threads) {
    using Set = void (*)(int);
    static const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set != nullptr) set(threads);
}

struct State {
    explicit State(const EngineOptions& asked) : options(asked), layers(asked.batch) {}

    EngineOptions options;
    OnednnLayers layers;
    Arena arena;
    Lender lender;
};

class OnednnNetwork final : public PreparedNetwork {
public:
    OnednnNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                  const Parameters& parameters);

    std::span<float> input() override { return {data(input_), input_elements_}; }
    std::span<const float> output() override { return {data(output_), output_elements_}; }
    void run() override {
        set_threads(state_->options.threads);
        program_.run();
    }

private:
    static float* data(const Bytes& bytes) { return reinterpret_cast<float*>(bytes.get()); }

    std::shared_ptr<State> state_;
    OnednnProgram program_;
    std::size_t input_elements_;
    std::size_t output_elements_;
    Bytes input_;
    Bytes output_;
    Bytes block_;
};

OnednnNetwork::OnednnNetwork(std::shared_ptr<State> state, const NetworkGraph& network,
                             const Parameters& parameters)
    : state_(std::move(state)), program_(state_->layers) {
    const auto last = static_cast<int>(network.operators.size());
    const int batch = state_->options.batch;
    input_elements_ = static_cast<std::size_t>(batch * network.input.elements());
    output_elements_ = static_cast<std::size_t>(batch * network.shape(last).elements());
    input_ = state_->lender.lend(input_elements_ * sizeof(float));
    output_ = state_->lender.lend(output_elements_ * sizeof(float));
    const ActivationPlan plan = plan_activations(network, batch);
    block_ = state_->arena.at_least(plan.bytes);
    const auto tensor = [&](int number) {
        return number < 0 ? nullptr : reinterpret_cast<float*>(block_.get() + plan.offset[number]);
    };

    program_.copy_in(network.input, data(input_), tensor(0));
    for (const PlannedStep& step : plan.steps) {
        const Operator& op = network.operators[step.op];
        const bool weighted = op.kind == OpKind::convolution || op.kind == OpKind::linear;
        if (weighted && !parameters[step.op]) {
            throw Error(
                fmt::format("{} {} has no parameters", label(op.where), to_string(op.role)));
        }
        program_.append(op, step, tensor(step.swapped ? op.second : op.input),
                        tensor(step.swapped ? op.input : op.second), tensor(step.result),
                        weighted ? parameters[step.op] : nullptr);
    }
    program_.copy_out(network.shape(last), tensor(last), data(output_));
}

class OnednnEngine final : public Engine {
public:
    explicit OnednnEngine(const EngineOptions& options)
        : state_(std::make_shared<State>(options)) {}

    std::string name() const override { return "onednn"; }
    std::string version() const override { return onednn_version(); }

    std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                             const Parameters& parameters) override {
        if (network.operators.empty() || parameters.size() != network.operators.size()) {
            throw Error("parameters are not those of this network");
        }
        // primitives are made for the number of threads that is set while they are made
        set_threads(state_->options.threads);
        auto prepared = std::make_unique<OnednnNetwork>(state_, network, parameters);
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
