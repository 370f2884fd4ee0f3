#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "blockscope/supernet/supernet.hpp"
#include "blockscope/supernet/torch_interface.hpp"

namespace blockscope {

/// A network as a session of libtorch runs it. Not to be copied: `view` shows what it holds.
struct TorchGraph {
    TorchGraph() = default;
    TorchGraph(TorchGraph&&) = default;
    TorchGraph& operator=(TorchGraph&&) = default;

    std::vector<TorchOperator> operators;
    std::vector<std::vector<TorchShrinking>> shrinkings;  ///< of each operator
    double batch_norm_eps = 1e-5;

    TorchNetwork view() const { return {batch_norm_eps, operators}; }
};

/// A supernet whose tensors are a session's, to be trained there.
class TorchSupernet {
public:
    /// Throws Error(Fault::runtime) if the session cannot hold them.
    TorchSupernet(const Supernet& net, std::unique_ptr<TorchSession> session);

    TorchGraph network(const Architecture& a) const;
    TorchSession& session() { return *session_; }

    /// Numbers of the session, by the names of the supernet's tensors. momentum: those that are
    /// trained only.
    std::map<std::string, Tensor> read(TorchNumbers what) const;
    /// The other way round; names and shapes must be those of read().
    void write(TorchNumbers what, const std::map<std::string, Tensor>& tensors);

private:
    struct Entry {
        std::vector<std::int64_t> shape;
        std::size_t count = 0;
        int number = 0;  ///< in the session
        bool trained = false;
    };
    int number(const std::string& name) const;

    DesignSpace space_;
    std::vector<SupernetLayer> layers_;
    std::unique_ptr<TorchSession> session_;
    std::map<std::string, Entry> entries_;
};

/// Throws what went wrong, as Error(Fault::runtime).
void check(TorchOutcome outcome, const TorchSession& session);

}  // namespace blockscope
