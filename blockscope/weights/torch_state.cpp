#include "blockscope/weights/torch_state.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace blockscope {
namespace {

using Kind = PickleNode::Kind;

constexpr std::size_t most_dimensions = 8;

/// Reads the parts of a pickled tensor; every complaint names the byte of the part.
class Reader {
public:
    Reader(const Pickle& pickle, const std::string& source) : pickle_(pickle), source_(source) {}

    [[noreturn]] void fail(const PickleNode& at, const std::string& what) const {
        throw Error(fmt::format("byte {}: {}", at.position, what), source_);
    }

    const PickleNode& item(const PickleNode& of, std::size_t i, Kind kind, const char* what) const {
        if (i >= of.items.size()) fail(of, fmt::format("a tensor without {}", what));
        const PickleNode& found = pickle_[of.items[i]];
        if (found.kind != kind) fail(found, fmt::format("a tensor's {} is something else", what));
        return found;
    }

    std::int64_t count(const PickleNode& of, std::size_t i, const char* what) const {
        const PickleNode& found = item(of, i, Kind::integer, what);
        if (found.integer < 0) fail(found, fmt::format("a tensor's {} is negative", what));
        return found.integer;
    }

    std::vector<std::int64_t> counts(const PickleNode& of, std::size_t i, const char* what) const {
        const PickleNode& tuple = item(of, i, Kind::tuple, what);
        if (tuple.items.size() > most_dimensions) fail(tuple, "a tensor of more than 8 dimensions");
        std::vector<std::int64_t> list;
        for (std::size_t d = 0; d < tuple.items.size(); ++d) list.push_back(count(tuple, d, what));
        return list;
    }

    /// ('storage', type, key, device, count) or the same and None.
    TorchStorage storage(const PickleNode& outside) const {
        const PickleNode& where = item(outside, 0, Kind::tuple, "storage");
        if (item(where, 0, Kind::text, "storage").text != "storage") {
            fail(where, "refers to something outside that is no storage");
        }
        const PickleNode& type = item(where, 1, Kind::global, "storage type");
        TorchStorage storage;
        storage.position = where.position;
        if (type.global == PickleGlobal::long_storage) {
            storage.type = ElementType::int64;
        } else if (type.global != PickleGlobal::float_storage) {
            fail(type, "a storage of another type than float or long");
        }
        storage.key = item(where, 2, Kind::text, "storage key").text;
        storage.count = static_cast<std::size_t>(count(where, 4, "number of elements"));
        if (where.items.size() > 6 ||
            (where.items.size() == 6 && pickle_[where.items[5]].kind != Kind::none)) {
            fail(where, "a storage that is a view of another one");
        }
        return storage;
    }

    /// The dict of tensors.
    const PickleNode& state() const {
        const PickleNode* dict = &pickle_.top();
        if (dict->kind != Kind::dict) fail(*dict, "holds no dict of tensors");
        if (const PickleNode* inner = pickle_.find(*dict, "state_dict")) {
            if (inner->kind == Kind::dict) dict = inner;
        }
        return *dict;
    }

private:
    const Pickle& pickle_;
    const std::string& source_;
};

/// One tensor of the storage's raw bytes. left: elements that may still be made.
Tensor make_tensor(const Reader& reader, const PickleNode& arguments, const TorchStorage& storage,
                   std::string_view raw, std::size_t& left) {
    const std::int64_t offset = reader.count(arguments, 1, "offset");
    Tensor tensor{reader.counts(arguments, 2, "shape"), {}};
    const auto strides = reader.counts(arguments, 3, "strides");
    const auto& shape = tensor.shape;
    const auto available = static_cast<std::int64_t>(storage.count);
    if (strides.size() != shape.size()) reader.fail(arguments, "as many strides as dimensions?");
    const std::int64_t count = element_count(shape, available);
    if (count < 0) {
        reader.fail(arguments, fmt::format("a tensor of {} in a storage of {}", to_text(shape),
                                           storage.count));
    }
    if (static_cast<std::size_t>(count) > left) {
        reader.fail(arguments, "the tensors are larger than the file by far");
    }
    left -= static_cast<std::size_t>(count);
    std::int64_t last = offset;
    for (std::size_t d = 0; d < shape.size() && count > 0; ++d) {
        if (shape[d] > 1 && strides[d] > available / (shape[d] - 1)) last = available;
        if (last < available) last += (shape[d] - 1) * strides[d];
    }
    if (count > 0 && last >= available) {
        reader.fail(arguments,
                    fmt::format("a tensor reaches behind its storage of {}", storage.count));
    }
    tensor.values.resize(static_cast<std::size_t>(count));
    std::vector<std::int64_t> index(shape.size(), 0);
    std::int64_t at = offset;
    for (auto& value : tensor.values) {
        value = element(raw, storage.type, static_cast<std::size_t>(at));
        for (std::size_t d = shape.size(); d-- > 0;) {
            at += strides[d];
            if (++index[d] < shape[d]) break;
            at -= strides[d] * shape[d];
            index[d] = 0;
        }
    }
    return tensor;
}

}  // namespace

std::vector<TorchStorage> torch_storages(const Pickle& pickle, const std::string& source) {
    const Reader reader(pickle, source);
    std::vector<TorchStorage> storages;
    std::set<std::string_view> keys;
    for (const auto& node : pickle.nodes) {
        if (node.kind != Kind::outside) continue;
        const TorchStorage storage = reader.storage(node);
        if (keys.insert(storage.key).second) storages.push_back(storage);
    }
    return storages;
}

TensorFile torch_tensors(const Pickle& pickle, const StorageBytes& bytes, const std::string& source,
                         std::size_t file_bytes) {
    const Reader reader(pickle, source);
    TensorFile file{source, {}};
    const PickleNode& state = reader.state();
    std::size_t left = file_bytes;
    for (std::size_t i = 0; i + 1 < state.items.size(); i += 2) {
        const PickleNode& name = pickle[state.items[i]];
        const PickleNode& value = pickle[state.items[i + 1]];
        if (value.kind != Kind::tensor) continue;
        if (name.kind != Kind::text) reader.fail(name, "a tensor whose name is no text");
        const PickleNode& arguments = pickle[value.items[0]];
        const TorchStorage storage =
            reader.storage(reader.item(arguments, 0, Kind::outside, "storage"));
        const auto raw = bytes(storage);
        const auto [found, added] = file.tensors.emplace(
            std::string(name.text), make_tensor(reader, arguments, storage, raw, left));
        if (!added) reader.fail(name, fmt::format("a second tensor {}", printable(name.text)));
    }
    return file;
}

}  // namespace blockscope
