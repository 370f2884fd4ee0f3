#include "blockscope/weights/zip.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "blockscope/weights/byte_reader.hpp"

namespace blockscope {
namespace {

// APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
constexpr std::string_view local_sign = "PK\x03\x04";
constexpr std::string_view central_sign = "PK\x01\x02";
constexpr std::string_view end_sign = "PK\x05\x06";
constexpr std::size_t end_size = 22;
constexpr std::size_t longest_comment = 65535;

/// The CRC-32 of zip files, polynomial 0xedb88320.
std::uint32_t checksum(std::string_view bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> t{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t c = i;
            for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? 0xedb88320U : 0U);
            t[i] = c;
        }
        return t;
    }();
    std::uint32_t sum = ~0U;
    for (const char c : bytes)
        sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xff] ^ (sum >> 8);
    return ~sum;
}

/// Where the record at the end starts.
std::size_t find_end(std::string_view bytes, const ByteReader& reader) {
    if (bytes.size() >= end_size) {
        const std::size_t first = bytes.size() - std::min(bytes.size(), end_size + longest_comment);
        for (std::size_t at = bytes.size() - end_size + 1; at-- > first;) {
            if (bytes.substr(at, 4) != end_sign) continue;
            const auto comment = static_cast<unsigned char>(bytes[at + 20]) +
                                 256U * static_cast<unsigned char>(bytes[at + 21]);
            if (at + end_size + comment == bytes.size()) return at;
        }
    }
    reader.fail_at(bytes.size(), "the zip file's directory is missing: cut short?");
}

struct Entry {
    std::string_view name;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t sum = 0;
    std::uint32_t packed = 0;
    std::uint32_t size = 0;
    std::uint32_t local = 0;   ///< byte of the local header
    std::size_t position = 0;  ///< byte in the directory
};

Entry central_entry(ByteReader& reader) {
    Entry e;
    e.position = reader.position();
    if (reader.take(4) != central_sign) reader.fail_at(e.position, "no entry of the zip directory");
    reader.take(4);  // versions
    e.flags = reader.number<std::uint16_t>();
    e.method = reader.number<std::uint16_t>();
    reader.take(4);  // time and date
    e.sum = reader.number<std::uint32_t>();
    e.packed = reader.number<std::uint32_t>();
    e.size = reader.number<std::uint32_t>();
    const auto name_size = reader.number<std::uint16_t>();
    const auto extra_size = reader.number<std::uint16_t>();
    const auto comment_size = reader.number<std::uint16_t>();
    reader.take(8);  // disk, attributes
    e.local = reader.number<std::uint32_t>();
    e.name = reader.take(name_size);
    reader.take(extra_size);
    reader.take(comment_size);
    return e;
}

}  // namespace

bool looks_like_zip(std::string_view bytes) { return bytes.starts_with(local_sign); }

std::map<std::string_view, std::string_view> stored_zip_entries(std::string_view bytes,
                                                                const std::string& source) {
    const ByteReader file(bytes, source);
    const std::size_t end = find_end(bytes, file);
    ByteReader record(bytes.substr(end, end_size), source, end);
    record.take(8);
    const auto here = record.number<std::uint16_t>();
    const auto count = record.number<std::uint16_t>();
    const std::size_t size = record.number<std::uint32_t>();
    const std::size_t start = record.number<std::uint32_t>();
    if (here != count) file.fail_at(end, "a zip file in parts");
    if (start > end || size > end - start)
        file.fail_at(end, "the zip directory lies behind its end");

    ByteReader directory(bytes.substr(start, size), source, start);
    std::map<std::string_view, std::string_view> entries;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (int i = 0; i < count; ++i) {
        const Entry e = central_entry(directory);
        const auto fail = [&](const char* what) {
            file.fail_at(start + e.position, fmt::format("entry {} {}", printable(e.name), what));
        };
        if ((e.flags & 1) != 0) fail("is encrypted");
        if (e.method != 0) fail("is compressed; torch stores entries as they are");
        if (e.packed != e.size || e.size == ~0U || e.local == ~0U) fail("has no size below 4 GiB");
        if (e.local > start) fail("lies behind the directory");
        ByteReader local(bytes.substr(e.local, start - e.local), source, e.local);
        if (local.take(4) != local_sign) fail("points to no entry");
        local.take(22);
        const auto name_size = local.number<std::uint16_t>();
        const auto extra_size = local.number<std::uint16_t>();
        if (local.take(name_size) != e.name) fail("has another name where it lies");
        local.take(extra_size);
        const auto content = local.take(e.size);
        places.emplace_back(e.local, e.local + local.position());
        // 0: written by a torch that was told not to compute it
        if (e.sum != 0 && checksum(content) != e.sum) fail("is damaged: its checksum differs");
        if (!entries.emplace(e.name, content).second) fail("stands twice");
    }
    std::sort(places.begin(), places.end());
    for (std::size_t i = 1; i < places.size(); ++i) {
        if (places[i].first < places[i - 1].second) {
            file.fail_at(places[i].first, "two zip entries overlap");
        }
    }
    return entries;
}

}  // namespace blockscope
