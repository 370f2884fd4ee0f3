#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/base/error.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

static_assert(std::endian::native == std::endian::little, "files are read as they lie in memory");

/// Bytes read one after the other; every step is checked against the end.
class ByteReader {
public:
    /// origin: where `bytes` start within the file, for messages.
    ByteReader(std::string_view bytes, const std::string& source, std::size_t origin = 0)
        : bytes_(bytes), source_(source), origin_(origin) {}

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }

    std::string_view take(std::uint64_t count) {
        if (count > left()) {
            fail("the file ends " + std::to_string(count - left()) + " bytes too early");
        }
        const auto part = bytes_.substr(position_, count);
        position_ += count;
        return part;
    }

    /// A little-endian number.
    template <typename Number>
    Number number() {
        Number value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

    [[noreturn]] void fail(const std::string& what) const { fail_at(position_, what); }
    [[noreturn]] void fail_at(std::size_t position, const std::string& what) const {
        throw Error("byte " + std::to_string(origin_ + position) + ": " + what, source_);
    }

private:
    std::string_view bytes_;
    const std::string& source_;
    std::size_t origin_;
    std::size_t position_ = 0;
};

enum class ElementType : std::uint8_t { float32, int64 };

inline std::size_t element_bytes(ElementType type) { return type == ElementType::float32 ? 4 : 8; }

/// Element i of raw numbers.
inline float element(std::string_view raw, ElementType type, std::size_t i) {
    if (type == ElementType::float32) {
        float value = 0;
        std::memcpy(&value, raw.data() + 4 * i, sizeof value);
        return value;
    }
    std::int64_t value = 0;
    std::memcpy(&value, raw.data() + 8 * i, sizeof value);
    return static_cast<float>(value);
}

}  // namespace blockscope
