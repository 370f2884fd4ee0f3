// Stands in for engine_onnxruntime.cpp where the build found no ONNX Runtime header.

#include "blockscope/base/error.hpp"
#include "blockscope/runtime/engine_entry.hpp"

namespace blockscope {

EngineReport onnxruntime_report() {
    return {"onnxruntime", false, "",
            "this build found no header of ONNX Runtime; run tools/fetch_onnxruntime, then "
            "configure again"};
}

std::unique_ptr<Engine> make_onnxruntime(const EngineOptions&) {
    throw Error(onnxruntime_report().reason);
}

}  // namespace blockscope
