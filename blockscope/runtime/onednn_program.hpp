#pragma once

#include <functional>
#include <memory>

#include "blockscope/runtime/onednn_layers.hpp"

namespace blockscope {

/// Calls in the order they run. Must not outlive `layers`.
class OnednnProgram {
public:
    explicit OnednnProgram(const OnednnLayers& layers);
    OnednnProgram(OnednnProgram&& other) noexcept;
    ~OnednnProgram();

    void append(const OnednnCall& call);
    /// Throws Error(Fault::runtime) when oneDNN stops.
    void run() const;
    /// The same, with a call of `mark` before the first call and after each.
    void run_marked(const std::function<void()>& mark) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
