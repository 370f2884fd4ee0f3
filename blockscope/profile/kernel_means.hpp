#pragma once

#include <vector>

#include "blockscope/model/kernel_correction.hpp"
#include "blockscope/profile/strata.hpp"

namespace blockscope {

/// Mean of the correction in every stratum by every fold's model, [stratum * folds + fold].
std::vector<double> kernel_means(const KernelCorrection& correction, const DesignSpace& space,
                                 const Strata& strata);

}  // namespace blockscope
