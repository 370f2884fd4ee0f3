#pragma once

#include <string>
#include <utility>
#include <vector>

#include "blockscope/measure/latency_bench.hpp"

namespace blockscope {

/// What a latency depends on besides the network.
struct MachineContext {
    using Facts = std::vector<std::pair<std::string, std::string>>;

    Facts stable;   ///< processor, cores, governor, engine, threads, batch, visits, build, ...
    Facts passing;  ///< what changes from minute to minute: frequency, load

    /// Names the stable facts: equal keys mean that latencies may be compared and joined.
    std::string key() const;
};

/// Of this process as it would measure with `options`. The number of visits belongs to it because
/// one run and the median of several are different quantities.
MachineContext read_machine_context(const LatencyOptions& options);

}  // namespace blockscope
