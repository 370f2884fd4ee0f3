#pragma once

#include <memory>

#include "blockscope/runtime/onednn_layers.hpp"

namespace blockscope {

/// Calls in the order they run. Must not outlive `layers`.
class OnednnProgram {
public:
    explicit OnednnProgram(const OnednnLayers& layers);
    ~OnednnProgram();

    void append(const OnednnCall& call);
    /// Throws Error(Fault::runtime) when oneDNN stops.
    void run() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
