#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// Numbers in rows: the last index runs fastest. Integers of a file (counters) are rounded to
/// float.
struct Tensor {
    std::vector<std::int64_t> shape;  ///< empty: one number
    std::vector<float> values;
};

/// What a file of weights holds.
struct TensorFile {
    std::string source;  ///< file name, for messages
    std::map<std::string, Tensor> tensors;
    /// What else it says of itself; only safetensors can.
    std::map<std::string, std::string> notes = {};

    /// Throws Error naming the file and the nearest name.
    const Tensor& at(const std::string& name) const;
    bool has(const std::string& name) const { return tensors.count(name) != 0; }
};

/// 'name' for a message: one line of printable characters, cut after 80.
std::string printable(std::string_view name);

/// "[400, 128]"
std::string to_text(const std::vector<std::int64_t>& shape);

/// Number of elements; -1 if a dimension is negative or the product is above `limit`.
std::int64_t element_count(const std::vector<std::int64_t>& shape, std::int64_t limit);

}  // namespace blockscope
