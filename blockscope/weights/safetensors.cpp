#include "blockscope/weights/safetensors.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/weights/byte_reader.hpp"

namespace blockscope {
namespace {

using nlohmann::json;

constexpr std::uint64_t longest_header = 100'000'000;  // the format's own limit

struct Entry {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::int64_t> shape;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

/// The header's entries; positions of JSON errors count from the file's start.
json parse_header(std::string_view text, const ByteReader& reader) {
    std::set<std::string> names;
    std::string twice;
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
        if (depth > 8) throw Error("nested too deep");
        if (event == json::parse_event_t::key && depth == 1 &&
            !names.insert(value.get<std::string>()).second) {
            twice = value.get<std::string>();
        }
        return true;
    };
    json header;
    try {
        header = json::parse(text, watch);
    } catch (const json::parse_error& e) {
        reader.fail_at(8 + (e.byte > 0 ? e.byte - 1 : 0), "the header is not JSON");
    } catch (const json::exception&) {  // out_of_range
        reader.fail_at(8, "the header holds a number that is too large");
    } catch (const Error& e) {
        reader.fail_at(8, std::string("the header is ") + e.what());
    }
    if (!twice.empty())
        reader.fail_at(8, fmt::format("the header names {} twice", printable(twice)));
    if (!header.is_object()) reader.fail_at(8, "the header is not a JSON object");
    return header;
}

Entry parse_entry(const std::string& name, const json& value, const ByteReader& reader) {
    const auto fail = [&](const std::string& what) {
        reader.fail_at(8, fmt::format("tensor {}: {}", printable(name), what));
    };
    const auto is_count = [](const json& j) { return j.is_number_unsigned(); };
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
        !value.contains("data_offsets")) {
        fail("no dtype, shape or data_offsets");
    }
    Entry entry;
    entry.name = name;
    const auto& type = value["dtype"];
    if (type == "I64") {
        entry.type = ElementType::int64;
    } else if (type != "F32") {
        fail(fmt::format("type {} is not read; F32 and I64 are",
                         printable(type.is_string() ? type.get<std::string>() : "")));
    }
    const auto& shape = value["shape"];
    if (!shape.is_array() || shape.size() > 8 || !std::all_of(shape.begin(), shape.end(), is_count))
        fail("the shape is not a list of at most 8 counts");
    for (const auto& d : shape) {
        const auto count = d.get<std::uint64_t>();
        if (count > (1ULL << 40)) fail("the shape is too large");
        entry.shape.push_back(static_cast<std::int64_t>(count));
    }
    const auto& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !is_count(offsets[0]) ||
        !is_count(offsets[1])) {
        fail("data_offsets are not two counts");
    }
    entry.first = offsets[0].get<std::uint64_t>();
    entry.last = offsets[1].get<std::uint64_t>();
    return entry;
}

}  // namespace

bool looks_like_safetensors(std::string_view bytes) {
    return bytes.size() > 8 && bytes[8] == '{' && bytes[7] == 0 && bytes[6] == 0 && bytes[5] == 0;
}

TensorFile parse_safetensors(std::string_view bytes, const std::string& source) {
    ByteReader reader(bytes, source);
    const auto length = reader.number<std::uint64_t>();
    if (length > longest_header) reader.fail_at(0, "the header is longer than 100 MB");
    const json header = parse_header(reader.take(length), reader);
    std::vector<Entry> entries;
    TensorFile file{source, {}};
    for (const auto& [name, value] : header.items()) {
        if (name != "__metadata__") {
            entries.push_back(parse_entry(name, value, reader));
        } else if (value.is_object()) {
            for (const auto& [key, note] : value.items()) {
                if (note.is_string()) file.notes.emplace(key, note.get<std::string>());
            }
        }
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return std::pair(a.first, a.last) < std::pair(b.first, b.last);
    });
    const std::size_t data = reader.position();
    for (const auto& entry : entries) {
        const std::uint64_t place = reader.position() - data;
        const auto fail = [&](const std::string& what) {
            reader.fail(fmt::format("tensor {} {}", printable(entry.name), what));
        };
        if (entry.first != place || entry.last < entry.first) {
            fail(fmt::format("lies at {} to {} of the data; {} is where the last one ends",
                             entry.first, entry.last, place));
        }
        const std::uint64_t size = element_bytes(entry.type);
        const auto count =
            element_count(entry.shape, static_cast<std::int64_t>(reader.left() / size));
        if (count < 0 || entry.last - entry.first != static_cast<std::uint64_t>(count) * size) {
            fail(fmt::format("of shape {} does not fit its {} bytes", to_text(entry.shape),
                             entry.last - entry.first));
        }
        const auto raw = reader.take(entry.last - entry.first);
        Tensor tensor{entry.shape, std::vector<float>(static_cast<std::size_t>(count))};
        for (std::size_t i = 0; i < tensor.values.size(); ++i) {
            tensor.values[i] = element(raw, entry.type, i);
        }
        file.tensors.emplace(entry.name, std::move(tensor));
    }
    if (reader.left() != 0) reader.fail("bytes after the last tensor");
    return file;
}

std::string to_safetensors(const TensorFile& file) {
    json header = json::object();
    if (!file.notes.empty()) header["__metadata__"] = file.notes;
    std::uint64_t end = 0;
    for (const auto& [name, tensor] : file.tensors) {
        const std::uint64_t first = end;
        end += tensor.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {first, end}}};
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // so that readers may map the numbers
    const std::uint64_t length = text.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    bytes.reserve(bytes.size() + text.size() + end);
    bytes += text;
    for (const auto& [name, tensor] : file.tensors) {
        bytes.append(reinterpret_cast<const char*>(tensor.values.data()),
                     tensor.values.size() * sizeof(float));
    }
    return bytes;
}

}  // namespace blockscope
