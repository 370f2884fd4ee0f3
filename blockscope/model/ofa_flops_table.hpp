#pragma once

#include "blockscope/space/layer_table.hpp"

namespace blockscope {

/// The table behind the "FLOPS" of OFA's search code and of the paper, in 1e6 operations, computed
/// by its rule: a multiply-accumulate counts one, batch norm two for each element, a bias one for
/// each output; every channel count is 1.2 times that of width 1.0, rounded to whole channels (the
/// three of the image become four, 1000 classes 1200); a layer of stride 2 rounds its output's side
/// up, the layers behind it are counted with the side rounded down. So it is neither `macs` of the
/// network of width 1.2 nor twice that. Throws Error if the space has another body than ofa-mbv3.
LayerTable ofa_flops_table(const DesignSpace& space, int resolution);

}  // namespace blockscope
