#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blockscope {

/// The names outside of itself that a pickle may use: those of a torch state dict.
enum class PickleGlobal : std::uint8_t {
    ordered_dict,    ///< collections.OrderedDict
    rebuild_tensor,  ///< torch._utils._rebuild_tensor_v2
    float_storage,   ///< torch.FloatStorage
    long_storage,    ///< torch.LongStorage
};

/// One value of a pickle. Others are named by their place in Pickle::nodes, so that a value that
/// contains itself is as harmless as any.
struct PickleNode {
    enum class Kind : std::uint8_t {
        none,
        boolean,  ///< integer: 0 or 1
        integer,  ///< integer
        real,     ///< real
        text,     ///< text, a part of the pickle's bytes
        tuple,    ///< items
        list,     ///< items
        dict,     ///< items: key, value, key, value, ...
        global,   ///< global
        tensor,   ///< what rebuild_tensor was called with: items[0] is the tuple of arguments
        outside,  ///< lies outside of the pickle: items[0] is the tuple that says where
    };
    Kind kind = Kind::none;
    PickleGlobal global = PickleGlobal::ordered_dict;
    std::size_t position = 0;  ///< byte of the file that it starts at
    std::int64_t integer = 0;
    double real = 0;
    std::string_view text;
    std::vector<int> items;
};

struct Pickle {
    std::vector<PickleNode> nodes;
    int root = 0;
    std::size_t bytes = 0;  ///< how many of those given belong to it

    const PickleNode& operator[](int i) const { return nodes[static_cast<std::size_t>(i)]; }
    const PickleNode& top() const { return (*this)[root]; }
    /// Value of a text key in a dict; null if it is not there.
    const PickleNode* find(const PickleNode& dict, std::string_view key) const;
};

/// Reads a pickle as data. Nothing is imported or called: a global other than those above is
/// refused by its name, so is any operation that state dicts and flat dicts of settings do not
/// need. Memory is bounded by one million operations. `bytes` must outlive the result. origin:
/// where they start within the file `source`. Throws Error naming the byte.
Pickle parse_pickle(std::string_view bytes, const std::string& source, std::size_t origin = 0);

}  // namespace blockscope
