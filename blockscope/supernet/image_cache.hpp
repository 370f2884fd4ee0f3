#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/supernet/image_folder.hpp"

namespace blockscope {

/// How images are shown to a network.
struct ImageView {
    int side = 224;
    double centre = 0.875;  ///< share of the shorter side that evaluation sees
    /// training_view of this seed, another one for each image; nothing: evaluation_view.
    std::optional<std::uint64_t> training_seed = std::nullopt;
    double smallest_crop = 0.08;  ///< of training views
};

/// Views of a folder's images as 8-bit RGB in one memory-mapped file, made when they are first
/// asked for: an image is decoded once in the life of the file. A file belongs to the names, sizes
/// and times of a folder's images and to one view; it holds pixels only for the images asked for so
/// far. A process that is killed leaves what it has made; others may fill the same file at the same
/// time.
///
/// File: 8 bytes "BSIMAGE1", images and side as 8-byte numbers, one byte of state for each image
/// (0 not made, 1 made, 2 cannot be decoded), padding to a multiple of 4096, then
/// [image, row, column, channel].
class ImageCache {
public:
    /// directory: for the file; made if it is not there. The folder is kept by reference.
    /// Throws Error(Fault::runtime) if the file cannot be made.
    ImageCache(const ImageFolder& folder, const ImageView& view,
               const std::filesystem::path& directory);
    ~ImageCache();

    /// Makes what is missing of `images` on `threads` threads. Returns early if progress says stop;
    /// throws Error(Fault::runtime) for a full disk, with what was made before kept.
    void fill(std::span<const std::size_t> images, unsigned threads, Progress* progress);

    bool made(std::size_t image) const;
    bool unreadable(std::size_t image) const;
    /// [row, column, channel] of a made image.
    std::span<const std::uint8_t> pixels(std::size_t image) const;
    const std::filesystem::path& file() const { return file_; }

private:
    struct Mapping;
    const ImageFolder& folder_;
    ImageView view_;
    std::filesystem::path file_;
    std::unique_ptr<Mapping> mapping_;
};

}  // namespace blockscope
