#include "blockscope/measure/onnx_cache.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace fs = std::filesystem;

/// Paths that somebody holds, and how many do.
struct OnnxCache::Held {
    std::mutex mutex;
    std::map<fs::path, int> count;
};

OnnxCache::OnnxCache(fs::path folder, std::uint64_t seed, int batch, std::uint64_t most_bytes)
    : folder_(std::move(folder)),
      seed_(seed),
      batch_(batch),
      most_bytes_(most_bytes),
      held_(std::make_shared<Held>()) {}

std::shared_ptr<const fs::path> OnnxCache::file(const DesignSpace& space, const Architecture& a) {
    const std::lock_guard lock(mutex_);
    const auto name = fmt::format("{} {} {} {} {}", space.fingerprint(), body_text(space, a),
                                  a.resolution, seed_, batch_);
    const fs::path path = folder_ / (content_hash(name) + ".onnx");
    std::shared_ptr<const fs::path> handle(new fs::path(path), [held = held_](const fs::path* p) {
        const std::lock_guard guard(held->mutex);
        if (--held->count[*p] == 0) held->count.erase(*p);
        delete p;
    });
    {
        const std::lock_guard guard(held_->mutex);
        ++held_->count[path];
    }
    std::error_code code;
    if (fs::exists(path, code)) {
        fs::last_write_time(path, fs::file_time_type::clock::now(), code);
    } else {
        make_output_directory(folder_);
        const NetworkGraph network = lower(space, a);
        write_file(path, to_onnx(network, random_parameters(network, seed_), batch_));
        make_room();
    }
    return handle;
}

void OnnxCache::make_room() {
    struct File {
        fs::file_time_type time;
        fs::path path;
        std::uint64_t bytes = 0;
    };
    std::vector<File> files;
    std::uint64_t total = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder_, code)) {
        if (entry.path().extension() != ".onnx") continue;
        const std::uint64_t bytes = entry.file_size(code);
        if (code) continue;
        files.push_back({entry.last_write_time(code), entry.path(), bytes});
        total += bytes;
    }
    std::sort(files.begin(), files.end(),
              [](const File& a, const File& b) { return a.time < b.time; });
    const std::lock_guard guard(held_->mutex);
    for (const File& file : files) {
        if (total <= most_bytes_) return;
        if (held_->count.contains(file.path)) continue;
        if (fs::remove(file.path, code)) total -= file.bytes;
    }
}

}  // namespace blockscope
