#pragma once

#include <cstring>
#include <string>

#include <nlohmann/json.hpp>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// Little-endian bytes of a number.
template <typename Number>
std::string bytes_of(Number value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

inline std::string bytes_of(const std::vector<float>& values) {
    std::string bytes;
    for (const float v : values) bytes += bytes_of(v);
    return bytes;
}

/// A safetensors file from its parts.
inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
    return bytes_of<std::uint64_t>(header.size()) + header + data;
}

inline std::string safetensors_bytes(const TensorFile& file) {
    nlohmann::json header = {{"__metadata__", {{"format", "pt"}}}};
    std::string data;
    for (const auto& [name, tensor] : file.tensors) {
        const auto first = data.size();
        data += bytes_of(tensor.values);
        header[name] = {
            {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {first, data.size()}}};
    }
    return safetensors_bytes(header.dump(), data);
}

}  // namespace blockscope
