#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/supernet/layout.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// How a supernet's images are shown; in the Once-for-All code as here.
struct SeenImages {
    double centre = 0.875;        ///< by evaluation: share of the shorter side
    double smallest_crop = 0.08;  ///< by training: share of the area, at least
};

/// One network that holds the weights of every architecture of a space.
struct Supernet {
    DesignSpace space;
    std::vector<SupernetLayer> layers;      ///< supernet_layers(space)
    std::map<std::string, Tensor> tensors;  ///< by the names of the layers; matrices may be absent
    std::string source;                     ///< file
    std::string published;                  ///< name of the published file that it is, or ""
    SeenImages seen = {};                   ///< what the file says; train_supernet writes it

    const Tensor& at(const std::string& name) const { return tensors.at(name); }
};

/// Fits the tensors of a file to the supernet of `space`: names of the Once-for-All code, old or
/// new, plain or wrapped. Throws Error naming the file and the tensor that is missing, unknown, of
/// another shape or not finite, and the built-in space that the file belongs to, if it is one's.
Supernet make_supernet(const DesignSpace& space, TensorFile file);

/// The same from a torch checkpoint (of either kind) or safetensors; recognises published files.
Supernet read_supernet(const DesignSpace& space, const std::string& path);

/// Names the weights, whatever file they came from: content_hash over names and values.
std::string weights_hash(const Supernet& net);

/// The name under which a file of these bytes was published with the Once-for-All code, or "".
std::string published_supernet(std::string_view bytes);

}  // namespace blockscope
