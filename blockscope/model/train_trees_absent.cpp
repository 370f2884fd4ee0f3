#include "blockscope/base/error.hpp"
#include "blockscope/model/boosted_trees.hpp"

namespace blockscope {

bool can_train_trees() { return false; }

BoostedTrees train_trees(std::span<const float>, std::size_t, std::span<const float>, std::size_t,
                         const BoostingOptions&) {
    throw Error("this program was built without XGBoost (libxgboost-dev), which trains trees");
}

}  // namespace blockscope
