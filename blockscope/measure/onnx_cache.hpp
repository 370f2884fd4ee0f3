#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// ONNX files of architectures with seeded random weights, made when asked for. Files stay for
/// later runs until the folder holds more than `most_bytes`; then the ones longest not asked for
/// go. For several threads.
class OnnxCache {
public:
    OnnxCache(std::filesystem::path folder, std::uint64_t seed, int batch,
              std::uint64_t most_bytes = std::uint64_t{4} << 30);

    /// A file that stays while the path is held. Throws Error, also for an architecture that cannot
    /// be lowered.
    std::shared_ptr<const std::filesystem::path> file(const DesignSpace& space,
                                                      const Architecture& a);

private:
    void make_room();

    std::filesystem::path folder_;
    std::uint64_t seed_;
    int batch_;
    std::uint64_t most_bytes_;
    std::mutex mutex_;
    struct Held;
    std::shared_ptr<Held> held_;
};

}  // namespace blockscope
