#pragma once

#include <memory>
#include <string>

#include "blockscope/supernet/torch_interface.hpp"

namespace blockscope {

/// Whether networks can be run and trained by libtorch here. reason: why not.
struct TorchReport {
    bool available = false;
    std::string version;  ///< of libtorch
    std::string reason;
};

/// The library (torch/): the file named by use_torch_library, or the one beside this program or the
/// library that it uses, or in blockscope/ there. Empty: there is none. Opens nothing.
std::string torch_library_file();

/// Opens the library at the first call. It is never closed: libtorch's threads outlive sessions.
const TorchReport& torch_report();

/// Names another file, built against another libtorch. Has an effect before the first call of the
/// others only.
void use_torch_library(const std::string& path);

/// device: as libtorch names it. precision: "float32", "float16" or "bfloat16", of running only.
/// Throws Error for a device or precision that cannot be had, or if there is no library.
std::unique_ptr<TorchSession> open_torch_session(const std::string& device,
                                                 const std::string& precision, unsigned threads);

}  // namespace blockscope
