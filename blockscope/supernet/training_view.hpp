#pragma once

#include "blockscope/base/random.hpp"
#include "blockscope/supernet/image.hpp"

namespace blockscope {

/// What training shows a network of input size `side`: a random part of 8 to 100 % of the area and
/// of shape 3:4 to 4:3, resized; mirrored half of the time; brightness times 1 - 32/255 to
/// 1 + 32/255 and saturation times 0.5 to 1.5, in random order.
/// Source: torchvision's RandomResizedCrop, RandomHorizontalFlip and ColorJitter with the numbers
/// of the Once-for-All code; PIL's arithmetic. The random numbers are ours.
Image training_view(const Image& image, int side, Rng& rng);

}  // namespace blockscope
