#pragma once

#include <string>
#include <vector>

#include "blockscope/weights/tensor.hpp"

#include "tests/weights/torch_bytes.hpp"

namespace blockscope {

/// A checkpoint as torch writes it: {"state_dict": tensors} or the tensors alone.
inline std::string checkpoint_file(const TensorFile& file, bool zip, bool wrapped) {
    std::vector<PickledTensor> tensors;
    Storages storages;
    for (const auto& [name, tensor] : file.tensors) {
        const std::string key = std::to_string(storages.size());
        const auto count = static_cast<std::int64_t>(tensor.values.size());
        std::string raw;
        for (const float value : tensor.values) raw += bytes_of(value);
        tensors.push_back({name, tensor.shape, key, count});
        storages.emplace_back(key, raw);
    }
    std::string state = pickled(tensors);
    if (wrapped) {
        const std::string inner = state.substr(2, state.size() - 3);
        state = "\x80\x02}" + pickled_text("state_dict") + inner + "s.";
    }
    return zip ? zip_bytes(torch_zip_entries(state, storages)) : legacy_bytes(state, storages);
}

}  // namespace blockscope
