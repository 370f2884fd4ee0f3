#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "blockscope/network/parameters.hpp"

namespace blockscope {

struct EngineOptions {
    int threads = 1;
    int batch = 1;
    /// Most bytes of weights an engine holds for networks to come. Above what the built-in spaces
    /// can fill: below it, layers that come back would have to be packed again.
    std::size_t kept_bytes = std::size_t{2} << 30;
};

/// A part of a run that can be timed: `operators` operators of the network from `first` on (an
/// addition may go along with the convolution before it), or none: the image brought into the
/// library's layout before the first one, or the result out of it behind the last.
struct RunStep {
    int first = 0;
    int operators = 0;
};

/// A network made ready to run on one machine. Buffers are the engine's and live as long as this.
class PreparedNetwork {
public:
    virtual ~PreparedNetwork() = default;
    /// [batch, channels, height, width], row-major, as float32.
    virtual std::span<float> input() = 0;
    /// Runs once, to completion. Throws Error(Fault::runtime).
    virtual void run() = 0;
    /// [batch, features] of the last run (a 1x1 map), or [batch, channels, height, width].
    virtual std::span<const float> output() = 0;

    /// The steps of a run in their order; none where the library does not show them.
    virtual std::vector<RunStep> steps() const { return {}; }
    /// Like run(), with a call of `mark` before the first step and after each: steps().size() + 1
    /// calls. Where there are no steps it must not be called.
    virtual void run_marked(const std::function<void()>& mark);
};

/// A library that runs networks. One source file per library; what is not found at build time is
/// left out and says so in `engine_reports`.
class Engine {
public:
    virtual ~Engine() = default;
    virtual std::string name() const = 0;     ///< "onednn"
    virtual std::string version() const = 0;  ///< of the library that really runs
    /// Keeps what it prepared for parameter entries it has seen, so that networks which share
    /// layers are ready in well under a millisecond. A network stays valid while the engine lives;
    /// networks of one engine share their activation memory and must not run at the same time.
    /// Throws Error(Fault::runtime) when the library refuses the network.
    virtual std::unique_ptr<PreparedNetwork> prepare(const NetworkGraph& network,
                                                     const Parameters& parameters) = 0;
    /// Bytes of weights it holds for networks to come; at most EngineOptions::kept_bytes.
    virtual std::size_t kept_bytes() const = 0;
};

/// What this build and this machine offer. reason: why not, when `available` is false.
struct EngineReport {
    std::string name;
    bool available = false;
    std::string version;
    std::string reason;
};
std::vector<EngineReport> engine_reports();

/// Throws Error naming the engines there are, or why the named one cannot be had.
std::unique_ptr<Engine> make_engine(const std::string& name, const EngineOptions& options);

}  // namespace blockscope
