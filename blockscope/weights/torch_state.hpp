#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "blockscope/weights/byte_reader.hpp"
#include "blockscope/weights/pickle.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// A block of numbers that tensors of a checkpoint are views of.
struct TorchStorage {
    std::string_view key;
    ElementType type = ElementType::float32;
    std::size_t count = 0;     ///< numbers
    std::size_t position = 0;  ///< byte of the file that its description starts at
};

/// Raw bytes of a storage: count * element_bytes. Throws Error if the file has none like it.
using StorageBytes = std::function<std::string_view(const TorchStorage&)>;

/// The storages that a pickled state dict names, each once, in order of appearance.
std::vector<TorchStorage> torch_storages(const Pickle& pickle, const std::string& source);

/// Tensors of a pickled state dict, or of its entry `state_dict`; entries that are no tensors are
/// left out. file_bytes: size of the file; all tensors together may take four times that. Throws
/// Error naming the byte of whatever does not fit together.
TensorFile torch_tensors(const Pickle& pickle, const StorageBytes& bytes, const std::string& source,
                         std::size_t file_bytes);

}  // namespace blockscope
