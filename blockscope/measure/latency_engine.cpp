#include "blockscope/measure/latency_engine.hpp"

#include "blockscope/measure/timing.hpp"

namespace blockscope {

// made where its threads shall run
LatencyEngine::LatencyEngine(const LatencyOptions& with)
    : options(with),
      engine([&] {
          const KeptOnCores here(with.affinity, with.run.threads > 1);
          return make_engine(with.engine, with.run);
      }()),
      pool(with.seed),
      reference_pool(with.seed + 1) {}

std::unique_ptr<PreparedNetwork> LatencyEngine::ready(const DesignSpace& space,
                                                      const Architecture& a) {
    const auto before = Clock::now();
    const NetworkGraph graph = lower(space, a);
    auto network = engine->prepare(graph, pool.of(graph));
    const double preparing_ms = ms_between(before, Clock::now());
    fill_with_noise(network->input(), options.seed);
    constexpr double nothing_new_ms = 1.5;  // seen: 0.3 to 1 ms when every layer was known
    if (preparing_ms > nothing_new_ms) network->run();
    preparation.ms += ms_between(before, Clock::now());
    ++preparation.networks;
    return network;
}

}  // namespace blockscope
