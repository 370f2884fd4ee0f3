#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

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
    /// Most bytes of maps that networks which begin alike share while they are calibrated.
    std::size_t shared_bytes = std::size_t{1} << 30;
    std::uint64_t seed = 1;  ///< of the images that are drawn and of what calibration sees
    unsigned threads = 1;
};

}  // namespace blockscope
