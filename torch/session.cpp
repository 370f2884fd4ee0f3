#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/csrc/api/include/torch/version.h>

#include "torch/network.hpp"

namespace blockscope {
namespace {

using at::Tensor;

class Session final : public TorchSession {
public:
    explicit Session(const TorchSessionOptions& options)
        : device_(options.device),
          precision_(options.precision == 'h'   ? at::kHalf
                     : options.precision == 'b' ? at::kBFloat16
                                                : at::kFloat),
          threads_(options.threads) {
        if (device_.is_cuda()) {
            if (!at::hasCUDA()) throw std::runtime_error("this libtorch finds no CUDA device");
            // the same numbers at each run, and float32 that is float32
            at::globalContext().setBenchmarkCuDNN(false);
            at::globalContext().setDeterministicCuDNN(true);
            at::globalContext().setAllowTF32CuDNN(false);
            at::globalContext().setAllowTF32CuBLAS(false);
        }
        // maps are some megabytes, thousands a second: kept instead of given back and zeroed again
        mallopt(M_MMAP_THRESHOLD, 1 << 30);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        at::zeros({1}, at::TensorOptions().device(device_));  // a device that is not there says so
    }

    int add(std::span<const std::int64_t> shape, std::span<const float> values, bool trained,
            bool decays) override {
        const TorchOutcome outcome = guarded([&] {
            Tensor tensor = from(values, {shape.data(), shape.size()}).clone().to(device_);
            momenta_.push_back(trained ? at::zeros_like(tensor) : Tensor());
            tensors_.push_back(tensor.set_requires_grad(trained));
            decays_.push_back(decays);
        });
        return outcome == TorchOutcome::done ? static_cast<int>(tensors_.size()) - 1 : -1;
    }

    TorchOutcome read(int tensor, TorchNumbers what, std::span<float> values) override {
        return guarded([&] {
            const Tensor numbers = place(tensor, what).detach().to(at::kCPU).contiguous();
            std::copy_n(numbers.data_ptr<float>(), values.size(), values.data());
        });
    }

    TorchOutcome write(int tensor, TorchNumbers what, std::span<const float> values) override {
        return guarded([&] {
            const at::NoGradGuard no_gradient;
            Tensor& to = place(tensor, what);
            to.copy_(from(values, to.sizes()));
        });
    }

    void clear() override {
        tensors_.clear();
        momenta_.clear();
        decays_.clear();
        lower_.clear();
    }

    TorchOutcome run(const TorchNetwork& network, const TorchImages& images,
                     std::span<float> outputs) override {
        return guarded([&] {
            const at::NoGradGuard no_gradient;
            const Tensor pixels = normalised(images, tensors_.at(0));
            const Tensor made =
                forward(network, in_precision(), pixels.to(precision_), NormMode::running)
                    .to(at::kFloat)
                    .to(at::kCPU)
                    .contiguous();
            std::copy_n(made.data_ptr<float>(), outputs.size(), outputs.data());
        });
    }

    TorchOutcome run_batch_statistics(const TorchNetwork& network, const TorchImages& images,
                                      std::span<double> means,
                                      std::span<double> variances) override {
        return guarded([&] {
            const at::NoGradGuard no_gradient;
            MapStatistics statistics;
            forward(network, tensors_, normalised(images, tensors_.at(0)), NormMode::batch,
                    &statistics);
            const auto give = [](const std::vector<Tensor>& parts, std::span<double> to) {
                const Tensor all = at::cat(parts).to(at::kDouble).to(at::kCPU).contiguous();
                std::copy_n(all.data_ptr<double>(), to.size(), to.data());
            };
            give(statistics.means, means);
            give(statistics.variances, variances);
        });
    }

    TorchOutcome train(std::span<const TorchNetwork> networks, const TorchImages& images,
                       std::span<const std::int64_t> labels, const TorchStep& step,
                       std::span<TorchLoss> losses) override {
        return guarded([&] {
            drop_gradients();
            const Tensor pixels = normalised(images, tensors_.at(0));
            const Tensor truth =
                at::from_blob(const_cast<std::int64_t*>(labels.data()),
                              {static_cast<std::int64_t>(labels.size())}, at::kLong)
                    .to(device_);
            Tensor teacher;
            for (std::size_t i = 0; i < networks.size(); ++i) {
                const NormMode mode = i == 0 ? NormMode::training : NormMode::batch;
                const Tensor logits = forward(networks[i], tensors_, pixels, mode);
                const Tensor loss =
                    i == 0 ? at::cross_entropy_loss(logits, truth, {}, at::Reduction::Mean, -100,
                                                    step.label_smoothing)
                           : -(teacher * at::log_softmax(logits, 1)).sum(1).mean();
                if (i == 0) teacher = at::softmax(logits, 1).detach();
                (loss / static_cast<double>(networks.size())).backward();
                losses[i] = {loss.item<double>(), (logits.argmax(1) == truth).sum().item<int>()};
            }
            descend(step);
            drop_gradients();
        });
    }

    const char* problem() const override { return problem_.c_str(); }

private:
    /// Runs `work`; what libtorch throws becomes an outcome.
    template <typename Work>
    TorchOutcome guarded(const Work& work) {
        try {
            if (at::get_num_threads() != threads_) at::set_num_threads(threads_);
            work();
            return TorchOutcome::done;
        } catch (const std::exception& e) {
            problem_ = e.what();
        }
        problem_.resize(std::min(problem_.size(), problem_.find('\n')));
        // a type of its own in few versions only, the words in all
        const bool memory = problem_.find("out of memory") != std::string::npos ||
                            problem_.find("can't allocate memory") != std::string::npos;
        return memory ? TorchOutcome::out_of_memory : TorchOutcome::failed;
    }

    static Tensor from(std::span<const float> values, at::IntArrayRef shape) {
        return at::from_blob(const_cast<float*>(values.data()), shape, at::kFloat);
    }

    Tensor& place(int tensor, TorchNumbers what) {
        return (what == TorchNumbers::values ? tensors_ : momenta_)
            .at(static_cast<std::size_t>(tensor));
    }

    /// The tensors as `run` takes them: converted once.
    const std::vector<Tensor>& in_precision() {
        if (precision_ == at::kFloat) return tensors_;
        for (std::size_t i = lower_.size(); i < tensors_.size(); ++i) {
            lower_.push_back(tensors_[i].to(precision_));
        }
        return lower_;
    }

    void drop_gradients() {
        for (Tensor& tensor : tensors_) {
            if (tensor.requires_grad()) tensor.mutable_grad() = Tensor();
        }
    }

    void descend(const TorchStep& step) {
        const at::NoGradGuard no_gradient;
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            Tensor& tensor = tensors_[i];
            if (!tensor.requires_grad() || !tensor.grad().defined()) continue;
            Tensor gradient = tensor.grad();
            if (decays_[i]) gradient = gradient + tensor * step.weight_decay;
            momenta_[i].mul_(step.momentum).add_(gradient);
            tensor.sub_((gradient + momenta_[i] * step.momentum) * step.learning_rate);
        }
    }

    at::Device device_;
    at::ScalarType precision_;
    int threads_;
    std::vector<Tensor> tensors_;
    std::vector<Tensor> momenta_;  ///< undefined for what is not trained
    std::vector<bool> decays_;
    std::vector<Tensor> lower_;  ///< tensors_ in a lower precision, as far as it was asked for
    std::string problem_;
};

}  // namespace
}  // namespace blockscope

extern "C" {

__attribute__((visibility("default"))) int blockscope_torch_interface_version() {
    return blockscope::torch_interface_version;
}

__attribute__((visibility("default"))) const char* blockscope_torch_version() {
    return TORCH_VERSION;
}

__attribute__((visibility("default"))) blockscope::TorchSession* blockscope_torch_open(
    const blockscope::TorchSessionOptions& options, char* problem, std::size_t size) {
    try {
        return std::make_unique<blockscope::Session>(options).release();
    } catch (const std::exception& e) {
        std::snprintf(problem, size, "%s", e.what());
        return nullptr;
    }
}
}
