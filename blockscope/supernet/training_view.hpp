#pragma once

#include "blockscope/base/random.hpp"
#include "blockscope/supernet/image.hpp"

namespace blockscope {

/// What training shows a network of input size `side`: a random part of the area, from
/// `smallest_crop` of it (8 % in the original code) to all, and of shape 3:4 to 4:3, resized;
/// mirrored half of the time; brightness times 1 - 32/255 to 1 + 32/255 and saturation times 0.5
/// to 1.5, in random order. Source: torchvision's RandomResizedCrop, RandomHorizontalFlip and
/// ColorJitter with the numbers of the Once-for-All code; PIL's arithmetic. The random numbers are
/// ours.
Image training_view(const Image& image, int side, Rng& rng, double smallest_crop = 0.08);

}  // namespace blockscope
