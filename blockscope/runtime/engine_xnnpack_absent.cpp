// Stands in for engine_xnnpack.cpp where the build found no XNNPACK it knows.

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/engine_entry.hpp"

namespace blockscope {

EngineReport xnnpack_report() { return {"xnnpack", false, "", BLOCKSCOPE_NO_XNNPACK}; }

std::unique_ptr<Engine> make_xnnpack(const EngineOptions&) { throw Error(xnnpack_report().reason); }

}  // namespace blockscope
