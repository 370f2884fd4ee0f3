#include "blockscope/supernet/image_cache.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/supernet/resize.hpp"
#include "blockscope/supernet/training_view.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view magic = "BSIMAGE1";
constexpr std::size_t head_bytes = 24;
constexpr std::size_t page = 4096;

enum State : std::uint8_t { not_made = 0, is_made = 1, not_decodable = 2 };

/// What a file must be made again for.
std::string identity(const ImageFolder& folder, const ImageView& view) {
    std::string text = fmt::format("{};{};{};", fs::absolute(folder.root).string(), view.side,
                                   round_trip(view.centre));
    if (view.training_seed) {
        text += fmt::format("training {} {};", *view.training_seed, round_trip(view.smallest_crop));
    }
    for (std::size_t i = 0; i < folder.files.size(); ++i) {
        std::error_code code;
        const auto size = fs::file_size(folder.path(i), code);
        const auto time = fs::last_write_time(folder.path(i), code).time_since_epoch().count();
        text += fmt::format("{},{},{};", folder.files[i].name, size, time);
    }
    return content_hash(text);
}

Image view_of(const Image& image, const ImageView& view, std::size_t number) {
    if (!view.training_seed) return evaluation_view(image, view.side, view.centre);
    Rng rng = Rng(*view.training_seed).fork(number);
    return training_view(image, view.side, rng, view.smallest_crop);
}

}  // namespace

/// The open file in memory.
struct ImageCache::Mapping {
    Mapping(const fs::path& path, std::size_t count_of, std::size_t side)
        : file(path), count(count_of), image_bytes(3 * side * side) {
        pixels_at = (head_bytes + count + page - 1) / page * page;
        bytes = pixels_at + count * image_bytes;
        descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (descriptor < 0) fail(errno);
        // pages that nothing was written to take no room; what is written is allocated before
        if (::ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) fail(errno);
        allocate(0, pixels_at);
        void* const at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (at == MAP_FAILED) fail(errno);
        memory = static_cast<std::uint8_t*>(at);
        const std::uint64_t sizes[2] = {count, side};
        std::memcpy(memory + magic.size(), sizes, sizeof sizes);
        std::memcpy(memory, magic.data(), magic.size());
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (memory != nullptr) ::munmap(memory, bytes);
        if (descriptor >= 0) ::close(descriptor);
    }

    [[noreturn]] void fail(int code) const {
        throw Error(std::string("cannot be written: ") + std::strerror(code), file.string(),
                    Fault::runtime);
    }

    /// Room on the disk, so that writing to memory cannot fail.
    void allocate(std::size_t from, std::size_t count_of) const {
        const int code =
            ::posix_fallocate(descriptor, static_cast<off_t>(from), static_cast<off_t>(count_of));
        if (code != 0) fail(code);
    }

    std::atomic_ref<std::uint8_t> state(std::size_t i) const {
        return std::atomic_ref<std::uint8_t>(memory[head_bytes + i]);
    }

    fs::path file;
    std::size_t count;
    std::size_t image_bytes;
    std::size_t pixels_at = 0;
    std::size_t bytes = 0;
    int descriptor = -1;
    std::uint8_t* memory = nullptr;
};

ImageCache::ImageCache(const ImageFolder& folder, const ImageView& view, const fs::path& directory)
    : folder_(folder), view_(view) {
    make_output_directory(directory);
    file_ = directory / fmt::format("{}-{}.images", view.side, identity(folder, view));
    mapping_ =
        std::make_unique<Mapping>(file_, folder.files.size(), static_cast<std::size_t>(view.side));
}

ImageCache::~ImageCache() = default;

void ImageCache::fill(std::span<const std::size_t> images, unsigned threads, Progress* progress) {
    std::vector<std::size_t> missing;
    for (const std::size_t i : images) {
        if (mapping_->state(i).load() == not_made) missing.push_back(i);
    }
    std::mutex mutex;  // of progress and done
    double done = 0;
    constexpr std::size_t chunk = 8;
    parallel_chunks(
        missing.size(), chunk, threads, [&](std::size_t first, std::size_t last, std::size_t) {
            for (std::size_t k = first; k < last; ++k) {
                if (progress != nullptr && progress->stop_requested()) return;
                const std::size_t i = missing[k];
                const std::size_t at = mapping_->pixels_at + i * mapping_->image_bytes;
                State made = is_made;
                Image view;
                try {
                    const std::string path = folder_.path(i);
                    view = view_of(decode_image(read_file(path), path), view_, i);
                } catch (const Error&) {
                    made = not_decodable;
                }
                if (made == is_made) {
                    mapping_->allocate(at, mapping_->image_bytes);
                    std::memcpy(mapping_->memory + at, view.values.data(), mapping_->image_bytes);
                }
                mapping_->state(i).store(made);
            }
            const std::scoped_lock lock(mutex);
            done += static_cast<double>(last - first);
            if (progress != nullptr) {
                progress->update("reading images", done, static_cast<double>(missing.size()));
            }
        });
}

bool ImageCache::made(std::size_t image) const { return mapping_->state(image).load() == is_made; }

bool ImageCache::unreadable(std::size_t image) const {
    return mapping_->state(image).load() == not_decodable;
}

std::span<const std::uint8_t> ImageCache::pixels(std::size_t image) const {
    return {mapping_->memory + mapping_->pixels_at + image * mapping_->image_bytes,
            mapping_->image_bytes};
}

}  // namespace blockscope
