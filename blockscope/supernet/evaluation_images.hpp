#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/supernet/accuracy_options.hpp"
#include "blockscope/supernet/image_cache.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {

/// The images that accuracies rest on, as networks see them: those of val/ that count, and those of
/// train/ (of val/ where there is no train/) that batch statistics are estimated from.
class EvaluationImages {
public:
    using Numbers = std::vector<std::size_t>;  ///< of images in their folder

    /// What networks of one resolution see.
    struct Sight {
        std::unique_ptr<ImageCache> shown;                     ///< of val/
        std::vector<std::unique_ptr<ImageCache>> calibration;  ///< of each repeat
    };

    /// root: folder with val/ and, mostly, train/. Throws Error for folders that are none, and
    /// where labels and outputs cannot belong together.
    EvaluationImages(const DesignSpace& space, const SeenImages& seen, const std::string& root,
                     const AccuracyOptions& options);

    /// Makes what is missing of it; null if told to stop. Valid as long as this.
    const Sight* at(int side, Progress* progress);

    /// Those that count and can be decoded, in random order: the first of them are a sample of all.
    /// Throws Error if there are none.
    Numbers shown(const Sight& sight) const;
    /// The same of those that a repeat is calibrated with.
    Numbers calibration(const Sight& sight, int repeat) const;

    /// The output that is right for an image of val/.
    std::size_t label(std::size_t image) const {
        return static_cast<std::size_t>(val_.files[image].label);
    }

    /// Images of val/ that count, as far as it is known which can be decoded.
    std::size_t count() const;
    std::vector<std::pair<std::string, std::string>> facts() const;  ///< as SupernetAccuracy's
    std::vector<std::string> remarks() const;                        ///< likewise

private:
    const ImageFolder& calibration_folder() const { return has_train_ ? train_ : val_; }
    std::uint64_t calibration_seed(int repeat) const;
    Numbers calibration_images(int repeat) const;

    AccuracyOptions options_;
    double centre_;
    double smallest_crop_;
    std::string map_;
    ImageFolder val_;
    ImageFolder train_;
    bool has_train_;
    Numbers chosen_;               ///< of val
    std::map<int, Sight> sights_;  ///< by resolution
};

/// Normalised pixels of images[first], ..., as many as fit in `to`; returns how many.
std::size_t load_pixels(const ImageCache& cache, const EvaluationImages::Numbers& images,
                        std::size_t first, std::span<float> to);

/// Bytes of at most `most` of them, channels last; returns how many.
std::size_t load_bytes(const ImageCache& cache, const EvaluationImages::Numbers& images,
                       std::size_t first, std::size_t most, std::vector<std::uint8_t>& to);

}  // namespace blockscope
