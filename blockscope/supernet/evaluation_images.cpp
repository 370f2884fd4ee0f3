#include "blockscope/supernet/evaluation_images.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/supernet/resize.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

using Numbers = EvaluationImages::Numbers;

constexpr std::uint64_t order_of_images = 1'000'000;  ///< of seeds; repeats come before

/// `count` of them in random order; all if there are fewer.
Numbers random_images(std::size_t all, std::size_t count, std::uint64_t seed) {
    Numbers images(all);
    std::iota(images.begin(), images.end(), std::size_t{0});
    Rng rng(seed);
    shuffle(images, rng);
    images.resize(std::min(all, count));
    return images;
}

/// The images of `images` that could be decoded.
Numbers readable(const ImageCache& cache, const Numbers& images, const std::string& root) {
    Numbers made;
    std::copy_if(images.begin(), images.end(), std::back_inserter(made),
                 [&](std::size_t i) { return cache.made(i); });
    if (made.empty()) throw Error("no image can be decoded", root);
    return made;
}

std::string default_class_map(const std::string& images) {
    const fs::path path = fs::path(images) / "classes.csv";
    return fs::exists(path) ? path.string() : "";
}

/// "3 images of ROOT cannot be decoded ...", or "".
std::string unreadable_text(const ImageFolder& folder, const ImageCache& cache) {
    Numbers found;
    for (std::size_t i = 0; i < folder.files.size(); ++i) {
        if (cache.unreadable(i)) found.push_back(i);
    }
    if (found.empty()) return "";
    std::string text = fmt::format(
        "{} images of {} cannot be decoded and are left out:", found.size(), folder.root);
    for (std::size_t i = 0; i < std::min<std::size_t>(5, found.size()); ++i) {
        text += " " + folder.files[found[i]].name;
    }
    return text + (found.size() > 5 ? " ..." : "");
}

}  // namespace

EvaluationImages::EvaluationImages(const DesignSpace& space, const SeenImages& seen,
                                   const std::string& root, const AccuracyOptions& options)
    : options_(options),
      centre_(options.centre.value_or(seen.centre)),
      smallest_crop_(options.smallest_crop.value_or(seen.smallest_crop)),
      map_(options.class_map.empty() ? default_class_map(root) : options.class_map),
      val_(read_image_folder(root + "/val", map_)),
      has_train_(fs::is_directory(root + "/train")) {
    if (has_train_) train_ = read_image_folder(root + "/train", map_);
    check_labels(space, val_);
    if (has_train_) check_labels(space, train_);
    if (has_train_ && train_.classes != val_.classes && map_.empty()) {
        throw Error("has other classes than val/, so their numbers would not agree", train_.root);
    }
    chosen_ = options.images == 0 ? random_images(val_.files.size(), val_.files.size(), 0)
                                  : stratified_sample(val_, options.images, options.seed);
    std::sort(chosen_.begin(), chosen_.end());
    Rng rng = Rng(options.seed).fork(order_of_images);
    shuffle(chosen_, rng);
}

std::uint64_t EvaluationImages::calibration_seed(int repeat) const {
    return Rng(options_.seed).fork(static_cast<std::uint64_t>(repeat)).bits64();
}

Numbers EvaluationImages::calibration_images(int repeat) const {
    return random_images(calibration_folder().files.size(), options_.calibration,
                         calibration_seed(repeat));
}

const EvaluationImages::Sight* EvaluationImages::at(int side, Progress* progress) {
    Sight& sight = sights_[side];
    const ImageView shown{side, centre_};
    if (!sight.shown) sight.shown = std::make_unique<ImageCache>(val_, shown, options_.cache);
    sight.shown->fill(chosen_, options_.threads, progress);
    for (int r = 0; r < options_.repeats; ++r) {
        if (sight.calibration.size() == static_cast<std::size_t>(r)) {
            const ImageView seen{side, centre_, calibration_seed(r), smallest_crop_};
            sight.calibration.push_back(
                std::make_unique<ImageCache>(calibration_folder(), seen, options_.cache));
        }
        sight.calibration[static_cast<std::size_t>(r)]->fill(calibration_images(r),
                                                             options_.threads, progress);
    }
    return progress != nullptr && progress->stop_requested() ? nullptr : &sight;
}

Numbers EvaluationImages::shown(const Sight& sight) const {
    return readable(*sight.shown, chosen_, val_.root);
}

Numbers EvaluationImages::calibration(const Sight& sight, int repeat) const {
    return readable(*sight.calibration[static_cast<std::size_t>(repeat)],
                    calibration_images(repeat), calibration_folder().root);
}

std::size_t EvaluationImages::count() const {
    std::size_t most_unreadable = 0;
    for (const auto& [side, sight] : sights_) {
        if (!sight.shown) continue;
        const ImageCache& cache = *sight.shown;
        const auto unreadable = std::count_if(chosen_.begin(), chosen_.end(),
                                              [&](std::size_t i) { return cache.unreadable(i); });
        most_unreadable = std::max(most_unreadable, static_cast<std::size_t>(unreadable));
    }
    return chosen_.size() - most_unreadable;
}

std::vector<std::pair<std::string, std::string>> EvaluationImages::facts() const {
    return {
        {"images", fmt::format("{} of the {} of val/ (list {})", chosen_.size(), val_.files.size(),
                               list_hash(val_))},
        {"seen", fmt::format("middle {} of the shorter side", round_trip(centre_))},
        {"calibration",
         fmt::format("{} images of {}/ (list {}) in batches of {}, as training sees them{}, "
                     "seed {}, {} repeats",
                     calibration_images(0).size(), has_train_ ? "train" : "val",
                     list_hash(calibration_folder()), options_.calibration_batch,
                     smallest_crop_ == SeenImages().smallest_crop
                         ? ""
                         : fmt::format(" (at least {} of the area)", round_trip(smallest_crop_)),
                     options_.seed, options_.repeats)}};
}

std::vector<std::string> EvaluationImages::remarks() const {
    std::vector<std::string> lines;
    if (!has_train_) {
        lines.emplace_back(
            "there is no train/: batch statistics are estimated from val/, which the "
            "accuracy is measured on");
    }
    if (!sights_.empty()) {  // what cannot be decoded is the same at every resolution
        const Sight& sight = sights_.begin()->second;
        if (sight.shown) lines.push_back(unreadable_text(val_, *sight.shown));
        if (!sight.calibration.empty() && has_train_) {
            lines.push_back(unreadable_text(train_, *sight.calibration.front()));
        }
        std::erase(lines, "");
    }
    for (const ImageFolder* folder : {&val_, &train_}) {
        if (folder->others == 0) continue;
        lines.push_back(fmt::format("{} files of {} are no .jpg, .jpeg or .png and are not read",
                                    folder->others, folder->root));
    }
    return lines;
}

std::size_t load_pixels(const ImageCache& cache, const Numbers& images, std::size_t first,
                        std::span<float> to) {
    const std::size_t size = cache.pixels(images.front()).size();
    const std::size_t count = std::min(to.size() / size, images.size() - first);
    for (std::size_t k = 0; k < count; ++k) {
        normalise_pixels(cache.pixels(images[first + k]), to.subspan(k * size, size));
    }
    return count;
}

std::size_t load_bytes(const ImageCache& cache, const Numbers& images, std::size_t first,
                       std::size_t most, std::vector<std::uint8_t>& to) {
    const std::size_t count = std::min(most, images.size() - first);
    to.clear();
    for (std::size_t k = 0; k < count; ++k) {
        const auto pixels = cache.pixels(images[first + k]);
        to.insert(to.end(), pixels.begin(), pixels.end());
    }
    return count;
}

}  // namespace blockscope
