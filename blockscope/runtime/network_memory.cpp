#include "blockscope/runtime/network_memory.hpp"

namespace blockscope {
namespace {

float* floats(const Bytes& bytes) { return reinterpret_cast<float*>(bytes.get()); }

}  // namespace

NetworkMemory::NetworkMemory(EngineMemory& engine, const NetworkGraph& network, int batch,
                             std::size_t bytes)
    : input_elements_(static_cast<std::size_t>(batch * network.input.elements())),
      output_elements_(static_cast<std::size_t>(batch * network.operators.back().out.elements())),
      input_(engine.lender.lend(input_elements_ * sizeof(float))),
      output_(engine.lender.lend(output_elements_ * sizeof(float))),
      block_(engine.arena.at_least(bytes)) {}

std::span<float> NetworkMemory::input() const { return {floats(input_), input_elements_}; }

std::span<float> NetworkMemory::output() const { return {floats(output_), output_elements_}; }

float* NetworkMemory::at(std::size_t offset) const {
    return reinterpret_cast<float*>(block_.get() + offset);
}

}  // namespace blockscope
