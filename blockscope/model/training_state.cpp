#include "blockscope/model/training_state.hpp"

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t hash_length = 16;

}  // namespace

std::string TrainingFolder::find(const std::string& key) {
    std::error_code code;
    if (!fs::is_regular_file(folder_ / key, code)) return "";
    const std::string text = read_file(folder_ / key);
    if (text.size() < hash_length) return "";
    const std::string_view state = std::string_view(text).substr(hash_length);
    const bool whole = text.compare(0, hash_length, content_hash(state)) == 0;
    return whole ? std::string(state) : "";
}

bool TrainingFolder::due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(5);
    return true;
}

void TrainingFolder::keep(const std::string& key, std::string_view state) {
    make_output_directory(folder_);
    write_file(folder_ / key, content_hash(state).append(state));
}

void TrainingFolder::remove() {
    std::error_code code;
    fs::remove_all(folder_, code);
}

std::string training_key(std::string_view options, const DesignSpace& space,
                         std::span<const Architecture> archs, std::span<const double> targets) {
    std::string all(options);
    all += space.fingerprint();
    append_bytes(all, archs);
    append_bytes(all, targets);
    return content_hash(all);
}

}  // namespace blockscope
