#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/weights/tensor_bytes.hpp"

namespace blockscope {

// Torch checkpoints of both kinds, put together byte by byte.

inline std::string pickled_text(const std::string& text) {
    return "X" + bytes_of(static_cast<std::uint32_t>(text.size())) + text;
}

inline std::string pickled_count(std::int64_t n) {
    return "J" + bytes_of(static_cast<std::int32_t>(n));
}

inline std::string pickled_counts(const std::vector<std::int64_t>& list) {
    std::string bytes = "(";
    for (const auto n : list) bytes += pickled_count(n);
    return bytes + "t";
}

/// A tensor as a pickle says it. strides empty: rows one after the other.
struct PickledTensor {
    std::string name;
    std::vector<std::int64_t> shape = {};
    std::string key;
    std::int64_t storage_count = 0;
    std::int64_t offset = 0;
    std::vector<std::int64_t> strides = {};
    std::string type = "torch\nFloatStorage";
    std::string rebuild = "torch._utils\n_rebuild_tensor_v2";
};

inline std::string pickled(const PickledTensor& t) {
    auto strides = t.strides;
    if (strides.empty()) {
        strides.assign(t.shape.size(), 1);
        for (std::size_t d = t.shape.size(); d-- > 1;) strides[d - 1] = strides[d] * t.shape[d];
    }
    return pickled_text(t.name) + "c" + t.rebuild + "\n((" + pickled_text("storage") + "c" +
           t.type + "\n" + pickled_text(t.key) + pickled_text("cuda:0") +
           pickled_count(t.storage_count) + "tQ" + pickled_count(t.offset) +
           pickled_counts(t.shape) + pickled_counts(strides) + "\x89" +
           "ccollections\nOrderedDict\n)RtR";
}

/// A state dict, ending in the `_metadata` that torch adds.
inline std::string pickled(const std::vector<PickledTensor>& tensors) {
    std::string bytes =
        "\x80\x02"
        "ccollections\nOrderedDict\n)Rq\x01(";
    for (const auto& t : tensors) bytes += pickled(t);
    return bytes + "u}" + pickled_text("_metadata") + "h\x01" + "sb.";
}

using Storages = std::vector<std::pair<std::string, std::string>>;  ///< key and raw bytes

inline std::string legacy_bytes(const std::string& state, const Storages& storages,
                                std::size_t element = 4) {
    std::string bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
    bytes += std::string("\x80\x02M\xe9\x03.", 6);
    bytes += "\x80\x02}(" + pickled_text("little_endian") + "\x88" + "u.";
    bytes += state + "\x80\x02](";
    for (const auto& storage : storages) bytes += pickled_text(storage.first);
    bytes += "e.";
    for (const auto& [key, raw] : storages) {
        bytes += bytes_of<std::uint64_t>(raw.size() / element) + raw;
    }
    return bytes;
}

inline std::uint32_t crc32(const std::string& bytes) {
    std::uint32_t sum = ~0U;
    for (const char c : bytes) {
        sum ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~sum;
}

/// One entry of a zip file; what is not set is computed.
struct ZipEntry {
    std::string name;
    std::string content;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::int64_t size = -1;   ///< in the directory
    std::int64_t local = -1;  ///< likewise
    std::int64_t sum = -1;    ///< likewise
};

inline std::string zip_bytes(const std::vector<ZipEntry>& entries) {
    std::string bytes;
    std::string directory;
    for (const auto& e : entries) {
        const auto size = static_cast<std::uint32_t>(e.size < 0 ? e.content.size() : e.size);
        const auto local = static_cast<std::uint32_t>(e.local < 0 ? bytes.size() : e.local);
        const auto sum = e.sum < 0 ? crc32(e.content) : static_cast<std::uint32_t>(e.sum);
        const std::string common = bytes_of(e.flags) + bytes_of(e.method) + bytes_of(0U) +
                                   bytes_of(sum) + bytes_of(size) + bytes_of(size) +
                                   bytes_of(static_cast<std::uint16_t>(e.name.size()));
        bytes += "PK\x03\x04" + bytes_of<std::uint16_t>(0) + common + bytes_of<std::uint16_t>(2) +
                 e.name + "xx" + e.content;
        directory += "PK\x01\x02" + bytes_of(0U) + common + bytes_of<std::uint16_t>(0) +
                     bytes_of<std::uint16_t>(0) + bytes_of<std::uint64_t>(0) + bytes_of(local) +
                     e.name;
    }
    const auto start = static_cast<std::uint32_t>(bytes.size());
    const auto count = static_cast<std::uint16_t>(entries.size());
    return bytes + directory + "PK\x05\x06" + bytes_of(0U) + bytes_of(count) + bytes_of(count) +
           bytes_of(static_cast<std::uint32_t>(directory.size())) + bytes_of(start) +
           bytes_of<std::uint16_t>(0);
}

inline std::vector<ZipEntry> torch_zip_entries(const std::string& state, const Storages& storages) {
    std::vector<ZipEntry> entries{{"net/data.pkl", state}, {"net/byteorder", "little"}};
    for (const auto& [key, raw] : storages) entries.push_back({"net/data/" + key, raw});
    entries.push_back({"net/version", "3\n"});
    return entries;
}

}  // namespace blockscope
