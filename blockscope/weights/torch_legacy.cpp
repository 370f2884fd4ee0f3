#include "blockscope/weights/torch_legacy.hpp"

#include <map>

#include <fmt/format.h>

#include "blockscope/weights/torch_state.hpp"

namespace blockscope {
namespace {

using Kind = PickleNode::Kind;

// 0x1950a86a20f9469cfc6c as a pickle of protocol 2
constexpr std::string_view magic{"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15};

}  // namespace

bool looks_like_torch_legacy(std::string_view bytes) { return bytes.starts_with(magic); }

TensorFile parse_torch_legacy(std::string_view bytes, const std::string& source) {
    ByteReader reader(bytes, source);
    reader.take(magic.size());
    const auto next_pickle = [&] {
        const std::size_t start = reader.position();
        Pickle pickle = parse_pickle(bytes.substr(start), source, start);
        reader.take(pickle.bytes);
        return pickle;
    };
    const Pickle protocol = next_pickle();
    if (protocol.top().kind != Kind::integer || protocol.top().integer != 1001) {
        reader.fail("a torch stream of another protocol than 1001");
    }
    const Pickle system = next_pickle();
    const PickleNode* little = system.find(system.top(), "little_endian");
    if (little == nullptr || little->kind != Kind::boolean || little->integer != 1) {
        reader.fail("written on a big-endian machine; not read");
    }
    const Pickle state = next_pickle();
    const Pickle keys = next_pickle();
    if (keys.top().kind != Kind::list) reader.fail("no list of storage keys");

    std::map<std::string_view, TorchStorage> storages;
    for (const auto& storage : torch_storages(state, source)) storages[storage.key] = storage;
    std::map<std::string_view, std::string_view> raw;
    for (const int i : keys.top().items) {
        const auto key = keys[i].text;
        const auto found = storages.find(key);
        if (keys[i].kind != Kind::text || found == storages.end()) {
            reader.fail(fmt::format("storage {} is used by no tensor", printable(key)));
        }
        const TorchStorage& storage = found->second;
        const auto count = reader.number<std::uint64_t>();
        if (count != storage.count) {
            reader.fail(fmt::format("storage {} has {} elements here, {} in the state dict",
                                    printable(key), count, storage.count));
        }
        if (count > reader.left()) reader.fail("the file ends too early");
        raw[key] = reader.take(count * element_bytes(storage.type));
    }
    if (reader.left() != 0) reader.fail("bytes after the last storage");
    return torch_tensors(
        state,
        [&](const TorchStorage& storage) {
            const auto found = raw.find(storage.key);
            const auto bytes_needed = storage.count * element_bytes(storage.type);
            if (found == raw.end() || found->second.size() != bytes_needed) {
                throw Error(fmt::format("byte {}: storage {} is not in the file like this",
                                        storage.position, printable(storage.key)),
                            source);
            }
            return found->second;
        },
        source, bytes.size());
}

}  // namespace blockscope
