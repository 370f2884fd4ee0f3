#pragma once

#include <memory>

#include "blockscope/runtime/engine.hpp"

namespace blockscope {

/// What each library's source file offers to engine.cpp.
EngineReport onednn_report();
std::unique_ptr<Engine> make_onednn(const EngineOptions& options);

/// From engine_onnxruntime.cpp, or engine_onnxruntime_absent.cpp where the build found no header.
EngineReport onnxruntime_report();
std::unique_ptr<Engine> make_onnxruntime(const EngineOptions& options);

/// From engine_xnnpack.cpp, or engine_xnnpack_absent.cpp where the build found no XNNPACK.
EngineReport xnnpack_report();
std::unique_ptr<Engine> make_xnnpack(const EngineOptions& options);

}  // namespace blockscope
