#include "blockscope/supernet/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/supernet/calibration.hpp"
#include "blockscope/supernet/image_cache.hpp"
#include "blockscope/supernet/resize.hpp"
#include "blockscope/supernet/torch_library.hpp"
#include "blockscope/supernet/torch_runner.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

using Images = std::vector<std::size_t>;

/// `count` of them in random order; all if there are fewer.
Images random_images(std::size_t all, std::size_t count, std::uint64_t seed) {
    Images images(all);
    std::iota(images.begin(), images.end(), std::size_t{0});
    Rng rng(seed);
    shuffle(images, rng);
    images.resize(std::min(all, count));
    return images;
}

/// The images of `images` that could be decoded.
Images readable(const ImageCache& cache, const Images& images) {
    Images made;
    std::copy_if(images.begin(), images.end(), std::back_inserter(made),
                 [&](std::size_t i) { return cache.made(i); });
    return made;
}

/// Normalised pixels of images[first], ..., as many as fit in `to`.
std::size_t load(const ImageCache& cache, const Images& images, std::size_t first,
                 std::span<float> to) {
    const std::size_t size = cache.pixels(images.front()).size();
    const std::size_t count = std::min(to.size() / size, images.size() - first);
    for (std::size_t k = 0; k < count; ++k) {
        normalise_pixels(cache.pixels(images[first + k]), to.subspan(k * size, size));
    }
    return count;
}

/// The same as bytes, channels last, as libtorch takes them.
TorchImages load_bytes(const ImageCache& cache, const Images& images, std::size_t first, int side,
                       std::vector<std::uint8_t>& to, std::size_t most) {
    const std::size_t count = std::min(most, images.size() - first);
    to.clear();
    for (std::size_t k = 0; k < count; ++k) {
        const auto pixels = cache.pixels(images[first + k]);
        to.insert(to.end(), pixels.begin(), pixels.end());
    }
    return {static_cast<int>(count), side, side, to};
}

/// How many outputs are larger than the label's, or equal and before it.
std::size_t rank_of(std::span<const float> outputs, std::size_t label) {
    std::size_t rank = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!std::isfinite(outputs[i])) throw Error("an output is not a finite number");
        if (outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label)) ++rank;
    }
    return rank;
}

std::string default_class_map(const std::string& images) {
    const fs::path path = fs::path(images) / "classes.csv";
    return fs::exists(path) ? path.string() : "";
}

}  // namespace

struct SupernetAccuracy::Impl {
    /// Images at one resolution.
    struct Sight {
        std::unique_ptr<ImageCache> shown;
        std::vector<std::unique_ptr<ImageCache>> calibration;  ///< of each repeat
    };

    Impl(Supernet of, const std::string& images, const AccuracyOptions& asked)
        : net(std::move(of)),
          options(asked),
          centre(asked.centre.value_or(net.seen.centre)),
          smallest_crop(asked.smallest_crop.value_or(net.seen.smallest_crop)),
          map(asked.class_map.empty() ? default_class_map(images) : asked.class_map),
          val(read_image_folder(images + "/val", map)),
          has_train(fs::is_directory(images + "/train")),
          calibrator(static_cast<int>(asked.threads)) {
        if (has_train) train = read_image_folder(images + "/train", map);
        chosen = options.images == 0 ? random_images(val.files.size(), val.files.size(), 0)
                                     : stratified_sample(val, options.images, options.seed);
        std::sort(chosen.begin(), chosen.end());
        check_folders();
        if (options.engine == "libtorch") {
            torch = std::make_unique<TorchRunner>(
                open_torch_session(options.device, options.precision, options.threads));
        }
    }

    void check_folders() const;
    const ImageFolder& calibration_folder() const { return has_train ? train : val; }
    std::uint64_t calibration_seed(int repeat) const {
        return Rng(options.seed).fork(static_cast<std::uint64_t>(repeat)).bits64();
    }
    Images calibration_images(int repeat) const {
        return random_images(calibration_folder().files.size(), options.calibration,
                             calibration_seed(repeat));
    }
    bool look(Sight& sight, int side, Progress* progress) const;
    bool calibrate_with_torch(Subnet& subnet, const ImageCache& cache, const Images& images,
                              std::size_t in_batch, Progress* progress);
    bool calibrate(Subnet& subnet, const Sight& sight, int repeat, Progress* progress);
    std::optional<Hits> count(const Subnet& subnet, const ImageCache& cache, std::size_t part,
                              std::size_t parts, Progress* progress);
    /// Calls see(image, outputs) for each of the images; false if told to stop.
    bool run(const Subnet& subnet, const ImageCache& cache, const Images& images,
             Progress* progress,
             const std::function<void(std::size_t, std::span<const float>)>& see);
    bool run_with_torch(const Subnet& subnet, const ImageCache& cache, const Images& images,
                        Progress* progress,
                        const std::function<void(std::size_t, std::span<const float>)>& see);

    Supernet net;
    AccuracyOptions options;
    double centre;
    double smallest_crop;
    std::string map;
    ImageFolder val;
    ImageFolder train;
    bool has_train;
    Images chosen;  ///< of val
    Calibrator calibrator;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<TorchRunner> torch;  ///< null: oneDNN
    std::map<int, Sight> sights;         ///< by resolution
};

void SupernetAccuracy::Impl::check_folders() const {
    check_labels(net.space, val);
    if (has_train) check_labels(net.space, train);
    if (has_train && train.classes != val.classes && map.empty()) {
        throw Error("has other classes than val/, so their numbers would not agree", train.root);
    }
}

/// Makes what networks see at a resolution; false if told to stop.
bool SupernetAccuracy::Impl::look(Sight& sight, int side, Progress* progress) const {
    const ImageView shown{side, centre};
    if (!sight.shown) sight.shown = std::make_unique<ImageCache>(val, shown, options.cache);
    sight.shown->fill(chosen, options.threads, progress);
    for (int r = 0; r < options.repeats; ++r) {
        if (sight.calibration.size() == static_cast<std::size_t>(r)) {
            const ImageView seen{side, centre, calibration_seed(r), smallest_crop};
            sight.calibration.push_back(
                std::make_unique<ImageCache>(calibration_folder(), seen, options.cache));
        }
        sight.calibration[static_cast<std::size_t>(r)]->fill(calibration_images(r), options.threads,
                                                             progress);
    }
    return progress == nullptr || !progress->stop_requested();
}

bool SupernetAccuracy::Impl::calibrate(Subnet& subnet, const Sight& sight, int repeat,
                                       Progress* progress) {
    const ImageCache& cache = *sight.calibration[static_cast<std::size_t>(repeat)];
    const Images images = readable(cache, calibration_images(repeat));
    if (images.empty()) throw Error("no image can be decoded", calibration_folder().root);
    const auto size = static_cast<std::size_t>(subnet.network.input.elements());
    const auto in_batch =
        std::min(images.size(), static_cast<std::size_t>(options.calibration_batch));
    std::vector<float> pixels(in_batch * size);
    const std::size_t batches = (images.size() + in_batch - 1) / in_batch;
    if (torch && calibrate_with_torch(subnet, cache, images, in_batch, progress)) {
        return progress == nullptr || !progress->stop_requested();
    }
    bool stopped = false;
    calibrator.calibrate(subnet, batches, [&](std::size_t b) {
        stopped = stopped || (progress != nullptr && progress->stop_requested());
        // what is told to stop is thrown away: the same images again take no time to load
        const std::size_t count = stopped ? in_batch : load(cache, images, b * in_batch, pixels);
        return ImageBatch{static_cast<int>(count), std::span(pixels).first(count * size)};
    });
    return !stopped;
}

bool SupernetAccuracy::Impl::calibrate_with_torch(Subnet& subnet, const ImageCache& cache,
                                                  const Images& images, std::size_t in_batch,
                                                  Progress* progress) {
    std::vector<std::uint8_t> bytes;
    const int side = subnet.network.input.width;
    return torch->calibrate(subnet, (images.size() + in_batch - 1) / in_batch, [&](std::size_t b) {
        const bool stopped = progress != nullptr && progress->stop_requested();
        return load_bytes(cache, images, stopped ? 0 : b * in_batch, side, bytes, in_batch);
    });
}

std::optional<Hits> SupernetAccuracy::Impl::count(const Subnet& subnet, const ImageCache& cache,
                                                  std::size_t part, std::size_t parts,
                                                  Progress* progress) {
    Images images = readable(cache, chosen);
    if (images.empty()) throw Error("no image can be decoded", val.root);
    if (parts > 1) {
        const auto batch = static_cast<std::size_t>(options.batch);
        const std::size_t batches = (images.size() + batch - 1) / batch;
        const auto border = [&](std::size_t p) {
            return static_cast<std::ptrdiff_t>(
                std::min(images.size(), p * batches / parts * batch));
        };
        images = Images(images.begin() + border(part), images.begin() + border(part + 1));
        if (images.empty()) return Hits{};
    }
    Hits hits;
    const bool done = run(subnet, cache, images, progress,
                          [&](std::size_t image, std::span<const float> outputs) {
                              const auto label = static_cast<std::size_t>(val.files[image].label);
                              const std::size_t rank = rank_of(outputs, label);
                              ++hits.images;
                              hits.top1 += rank < 1 ? 1 : 0;
                              hits.top5 += rank < 5 ? 1 : 0;
                          });
    if (!done) return std::nullopt;
    return hits;
}

bool SupernetAccuracy::Impl::run(
    const Subnet& subnet, const ImageCache& cache, const Images& images, Progress* progress,
    const std::function<void(std::size_t, std::span<const float>)>& see) {
    if (torch) return run_with_torch(subnet, cache, images, progress, see);
    if (!engine) {
        engine = make_engine("onednn", {static_cast<int>(options.threads), options.batch, 0});
    }
    const auto network = engine->prepare(subnet.network, folded(subnet));
    for (std::size_t first = 0; first < images.size();) {
        if (progress != nullptr && progress->stop_requested()) return false;
        const std::size_t loaded = load(cache, images, first, network->input());
        network->run();
        const auto outputs = network->output();
        const std::size_t classes = outputs.size() / static_cast<std::size_t>(options.batch);
        for (std::size_t k = 0; k < loaded; ++k) {
            see(images[first + k], outputs.subspan(k * classes, classes));
        }
        first += loaded;
        if (progress != nullptr) {
            progress->update("images", static_cast<double>(first),
                             static_cast<double>(images.size()));
        }
    }
    return true;
}

bool SupernetAccuracy::Impl::run_with_torch(
    const Subnet& subnet, const ImageCache& cache, const Images& images, Progress* progress,
    const std::function<void(std::size_t, std::span<const float>)>& see) {
    torch->load(subnet);
    const auto classes = static_cast<std::size_t>(subnet.network.operators.back().out.elements());
    std::vector<std::uint8_t> bytes;
    std::vector<float> outputs;
    for (std::size_t first = 0; first < images.size();) {
        if (progress != nullptr && progress->stop_requested()) return false;
        const TorchImages batch = load_bytes(cache, images, first, subnet.network.input.width,
                                             bytes, static_cast<std::size_t>(options.batch));
        outputs.resize(static_cast<std::size_t>(batch.count) * classes);
        torch->run(batch, outputs);
        for (std::size_t k = 0; k < static_cast<std::size_t>(batch.count); ++k) {
            see(images[first + k], std::span(outputs).subspan(k * classes, classes));
        }
        first += static_cast<std::size_t>(batch.count);
        if (progress != nullptr) {
            progress->update("images", static_cast<double>(first),
                             static_cast<double>(images.size()));
        }
    }
    return true;
}

SupernetAccuracy::SupernetAccuracy(Supernet net, const std::string& images,
                                   const AccuracyOptions& options)
    : impl_(std::make_unique<Impl>(std::move(net), images, options)) {}

SupernetAccuracy::~SupernetAccuracy() = default;

std::vector<Hits> SupernetAccuracy::evaluate(const Architecture& a, Progress* progress,
                                             std::size_t part, std::size_t parts) {
    Impl::Sight& sight = impl_->sights[a.resolution];
    Subnet subnet = extract(impl_->net, a);
    if (!impl_->look(sight, a.resolution, progress)) return {};
    std::vector<Hits> hits;
    for (int r = 0; r < impl_->options.repeats; ++r) {
        if (!impl_->calibrate(subnet, sight, r, progress)) return {};
        const auto counted = impl_->count(subnet, *sight.shown, part, parts, progress);
        if (!counted) return {};
        hits.push_back(*counted);
    }
    return hits;
}

std::size_t SupernetAccuracy::images() const {
    const auto& sights = impl_->sights;
    std::size_t most_unreadable = 0;
    for (const auto& [side, sight] : sights) {
        if (!sight.shown) continue;
        const ImageCache& cache = *sight.shown;
        const auto unreadable = std::count_if(impl_->chosen.begin(), impl_->chosen.end(),
                                              [&](std::size_t i) { return cache.unreadable(i); });
        most_unreadable = std::max(most_unreadable, static_cast<std::size_t>(unreadable));
    }
    return impl_->chosen.size() - most_unreadable;
}

std::vector<std::pair<std::string, std::string>> SupernetAccuracy::facts() const {
    const AccuracyOptions& options = impl_->options;
    const auto& published = impl_->net.published;
    const std::string weights = weights_hash(impl_->net);
    std::vector<std::pair<std::string, std::string>> facts{
        {"weights", published.empty() ? weights : fmt::format("{} ({})", weights, published)},
        {"images", fmt::format("{} of the {} of val/ (list {})", impl_->chosen.size(),
                               impl_->val.files.size(), list_hash(impl_->val))},
        {"seen", fmt::format("middle {} of the shorter side", round_trip(impl_->centre))},
        {"calibration",
         fmt::format(
             "{} images of {}/ (list {}) in batches of {}, as training sees them{}, "
             "seed {}, {} repeats",
             impl_->calibration_images(0).size(), impl_->has_train ? "train" : "val",
             list_hash(impl_->calibration_folder()), options.calibration_batch,
             impl_->smallest_crop == SeenImages().smallest_crop
                 ? ""
                 : fmt::format(" (at least {} of the area)", round_trip(impl_->smallest_crop)),
             options.seed, options.repeats)}};
    if (impl_->torch) {
        facts.emplace_back("engine", fmt::format("libtorch {} on {}, {}", torch_report().version,
                                                 options.device, options.precision));
    }
    return facts;
}

std::vector<std::string> SupernetAccuracy::remarks() const {
    std::vector<std::string> lines;
    if (impl_->torch && impl_->torch->too_many() > 0) {
        lines.push_back(fmt::format("{} has not the memory for {} images at once; half as many ran",
                                    impl_->options.device, impl_->torch->too_many()));
    }
    if (!impl_->has_train) {
        lines.emplace_back(
            "there is no train/: batch statistics are estimated from val/, which the "
            "accuracy is measured on");
    }
    const auto name = [&](const ImageFolder& folder, const ImageCache& cache) {
        Images found;
        for (std::size_t i = 0; i < folder.files.size(); ++i) {
            if (cache.unreadable(i)) found.push_back(i);
        }
        if (found.empty()) return;
        std::string text = fmt::format(
            "{} images of {} cannot be decoded and are left out:", found.size(), folder.root);
        for (std::size_t i = 0; i < std::min<std::size_t>(5, found.size()); ++i) {
            text += " " + folder.files[found[i]].name;
        }
        lines.push_back(text + (found.size() > 5 ? " ..." : ""));
    };
    for (const auto& [side, sight] : impl_->sights) {
        if (sight.shown) name(impl_->val, *sight.shown);
        if (!sight.calibration.empty() && impl_->has_train) {
            name(impl_->train, *sight.calibration.front());
        }
        break;  // what cannot be decoded is the same at every resolution
    }
    for (const ImageFolder* folder : {&impl_->val, &impl_->train}) {
        if (folder->others == 0) continue;
        lines.push_back(fmt::format("{} files of {} are no .jpg, .jpeg or .png and are not read",
                                    folder->others, folder->root));
    }
    return lines;
}

}  // namespace blockscope
