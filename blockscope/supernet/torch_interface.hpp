#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "blockscope/network/graph.hpp"

// What libtorch does for supernets, behind plain data. It lives in a library of its own, torch/,
// which is opened when it is first asked for: the program starts without libtorch, and another
// libtorch (with CUDA, of another C++ ABI) is another file. So nothing here is a std::string, and
// no exception crosses.
namespace blockscope {

/// Raised by what changes anything below.
inline constexpr int torch_interface_version = 1;

enum class TorchOutcome { done, failed, out_of_memory };

/// A kernel made smaller: the middle kernel x kernel, as a row of numbers, times a matrix.
struct TorchShrinking {
    int kernel = 0;
    int matrix = -1;  ///< tensor [kernel^2, kernel^2]; -1: the identity
};

/// An operator with its numbers, the first channels of tensors of a session; -1: none.
struct TorchOperator {
    Operator op;
    int weight = -1;
    int bias = -1;
    int scale = -1;  ///< of batch norm, with the next three
    int shift = -1;
    int mean = -1;  ///< running statistics, which training moves; -1: those of the batch only
    int variance = -1;
    std::span<const TorchShrinking> shrinkings =
        {};  ///< from the weight's kernel down to op.kernel
};

struct TorchNetwork {
    double batch_norm_eps = 1e-5;
    std::span<const TorchOperator> operators;
};

/// count images, [image, row, column, channel], 0 to 255; normalised where they are used.
struct TorchImages {
    int count = 0;
    int height = 0;
    int width = 0;
    std::span<const std::uint8_t> pixels;
};

/// One step of stochastic gradient descent with Nesterov's momentum.
struct TorchStep {
    double learning_rate = 0.1;
    double momentum = 0.9;
    double weight_decay = 0;     ///< of tensors added with `decays`
    double label_smoothing = 0;  ///< of the first network
};

struct TorchLoss {
    double loss = 0;  ///< mean cross entropy
    int right = 0;    ///< images whose label is the largest output
};

enum class TorchNumbers { values, momentum };

struct TorchSessionOptions {
    const char* device = "cpu";  ///< as libtorch names it: "cuda", "cuda:1"
    /// What run computes in: 'f' float32, 'h' float16, 'b' bfloat16. All else is in float32.
    char precision = 'f';
    int threads = 1;
};

/// Tensors on a device, and networks over them. What returns an outcome leaves the reason in
/// problem(); the session remains as it was.
class TorchSession {
public:
    virtual ~TorchSession() = default;

    /// A further tensor, numbered from 0 in the order of the calls; -1 for failure.
    virtual int add(std::span<const std::int64_t> shape, std::span<const float> values,
                    bool trained, bool decays) = 0;
    virtual TorchOutcome read(int tensor, TorchNumbers what, std::span<float> values) = 0;
    virtual TorchOutcome write(int tensor, TorchNumbers what, std::span<const float> values) = 0;
    /// Lets go of all tensors.
    virtual void clear() = 0;

    /// Batch norms normalise with the running statistics; operators whose weights hold theirs have
    /// none. outputs: [image, feature].
    virtual TorchOutcome run(const TorchNetwork& network, const TorchImages& images,
                             std::span<float> outputs) = 0;
    /// Every batch norm normalises with the mean and biased variance of these images, which are
    /// returned: one after the other of all operators that have one, each channel.
    virtual TorchOutcome run_batch_statistics(const TorchNetwork& network,
                                              const TorchImages& images, std::span<double> means,
                                              std::span<double> variances) = 0;
    /// The first network learns the labels and moves the running statistics; the others learn its
    /// outputs (softmax, as they were before the step). The gradient is the mean over the networks.
    /// losses: one for each network.
    virtual TorchOutcome train(std::span<const TorchNetwork> networks, const TorchImages& images,
                               std::span<const std::int64_t> labels, const TorchStep& step,
                               std::span<TorchLoss> losses) = 0;

    virtual const char* problem() const = 0;
};

/// What the library offers, as C functions of these names.
struct TorchEntryPoints {
    static constexpr const char* interface_version = "blockscope_torch_interface_version";
    static constexpr const char* library_version = "blockscope_torch_version";
    static constexpr const char* open_session = "blockscope_torch_open";
    using InterfaceVersion = int (*)();
    using LibraryVersion = const char* (*)();
    /// Null for failure, with the reason in `problem` (cut off to `size` characters).
    using OpenSession = TorchSession* (*)(const TorchSessionOptions&, char* problem,
                                          std::size_t size);
};

}  // namespace blockscope
