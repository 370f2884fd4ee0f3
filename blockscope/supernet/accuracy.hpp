#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/base/progress.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {

struct AccuracyOptions {
    std::size_t images = 0;          ///< of val/, the same share of each class; 0: all
    std::size_t calibration = 2000;  ///< images that batch statistics are estimated from
    /// Images whose statistics normalise together; memory grows with it.
    int calibration_batch = 100;
    int repeats = 1;  ///< evaluations, each with other calibration images
    int batch = 32;   ///< images that run together
    /// Share of an image's shorter side that evaluation sees, and of its area that calibration sees
    /// at least; nothing: what the supernet says.
    std::optional<double> centre;
    std::optional<double> smallest_crop;
    std::string engine = "onednn";      ///< or "libtorch"
    std::string device = "cpu";         ///< of libtorch, as it names them
    std::string precision = "float32";  ///< of libtorch: or "float16", "bfloat16"
    std::string class_map;  ///< see read_image_folder; "": classes.csv of the folder if it is there
    std::filesystem::path cache;  ///< folder for what networks see of the images
    std::uint64_t seed = 1;       ///< of the images that are drawn and of what calibration sees
    unsigned threads = 1;
};

/// Images, and those whose label is the largest output, or among the five largest.
struct Hits {
    std::size_t images = 0;
    std::size_t top1 = 0;
    std::size_t top5 = 0;
};

/// Accuracies of a supernet's architectures: taken out, calibrated on images of train/ (of val/
/// where there is no train/) as training sees them, folded, and run over images of val/.
class SupernetAccuracy {
public:
    /// images: folder with val/ and, mostly, train/. Throws Error for folders that are none, and
    /// where labels and outputs cannot belong together.
    SupernetAccuracy(Supernet net, const std::string& images, const AccuracyOptions& options);
    ~SupernetAccuracy();

    /// One entry for each repeat; none if progress says stop. Throws Error where no image can be
    /// decoded, or the outputs are not numbers.
    /// part, parts: of the images of val/ that block of as many equal ones (whole batches).
    std::vector<Hits> evaluate(const Architecture& a, Progress* progress, std::size_t part = 0,
                               std::size_t parts = 1);

    /// Images of val/ that count, as far as it is known which can be decoded.
    std::size_t images() const;
    /// What the numbers rest on: equal facts, equal numbers.
    std::vector<std::pair<std::string, std::string>> facts() const;
    /// What a user should know of the images, one line each.
    std::vector<std::string> remarks() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
