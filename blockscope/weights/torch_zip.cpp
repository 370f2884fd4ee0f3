#include "blockscope/weights/torch_zip.hpp"

#include <fmt/format.h>

#include "blockscope/weights/torch_state.hpp"
#include "blockscope/weights/zip.hpp"

namespace blockscope {

TensorFile parse_torch_zip(std::string_view bytes, const std::string& source) {
    const auto entries = stored_zip_entries(bytes, source);
    const auto position = [&](std::string_view part) {
        return static_cast<std::size_t>(part.data() - bytes.data());
    };
    std::string_view folder;
    std::string_view pickled;
    for (const auto& [name, content] : entries) {
        if (!name.ends_with("/data.pkl")) continue;
        if (!folder.empty()) {
            throw Error(fmt::format("byte {}: a second data.pkl", position(content)), source);
        }
        folder = name.substr(0, name.size() - std::string_view("data.pkl").size());
        pickled = content;
    }
    if (folder.empty())
        throw Error("byte 0: a zip file without data.pkl: no torch checkpoint", source);
    const auto order = entries.find(std::string(folder) + "byteorder");
    if (order != entries.end() && order->second != "little") {
        throw Error(fmt::format("byte {}: written in {} byte order; little is read",
                                position(order->second), printable(order->second)),
                    source);
    }
    const Pickle state = parse_pickle(pickled, source, position(pickled));
    return torch_tensors(
        state,
        [&](const TorchStorage& storage) {
            const auto found =
                entries.find(std::string(folder) + "data/" + std::string(storage.key));
            if (found == entries.end()) {
                throw Error(fmt::format("byte {}: storage {} is not in the file", storage.position,
                                        printable(storage.key)),
                            source);
            }
            const auto raw = found->second;
            const std::size_t one = element_bytes(storage.type);
            if (raw.size() % one != 0 || raw.size() / one != storage.count) {
                throw Error(
                    fmt::format("byte {}: storage {} has {} bytes, not {} elements", position(raw),
                                printable(storage.key), raw.size(), storage.count),
                    source);
            }
            return raw;
        },
        source, bytes.size());
}

}  // namespace blockscope
