#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "blockscope/base/error.hpp"

namespace blockscope {

/// Values one behind the other as bytes, for processes of one program on machines of one kind.
class Packing {
public:
    template <typename T>
    Packing& add(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Packing& add(const std::string& text) {
        add(static_cast<std::uint64_t>(text.size()));
        bytes_ += text;
        return *this;
    }
    template <typename T>
    Packing& add(const std::vector<T>& values) {
        add(static_cast<std::uint64_t>(values.size()));
        if constexpr (std::is_trivially_copyable_v<T>) {
            bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
        } else {
            for (const auto& value : values) add(value);
        }
        return *this;
    }
    template <typename A, typename B>
        requires(!std::is_trivially_copyable_v<std::pair<A, B>>)
    Packing& add(const std::pair<A, B>& value) {
        return add(value.first).add(value.second);
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Takes out what a Packing was given, in its order. Throws Error for bytes that end too early.
class Unpacking {
public:
    explicit Unpacking(std::string_view bytes) : rest_(bytes) {}

    template <typename T>
    T get() {
        T value{};
        get(value);
        return value;
    }

private:
    std::string_view part(std::uint64_t size) {
        if (size > rest_.size()) throw Error("a message is too short", Fault::runtime);
        const auto found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }
    template <typename T>
        requires std::is_trivially_copyable_v<T>
    void get(T& value) {
        std::memcpy(&value, part(sizeof value).data(), sizeof value);
    }
    void get(std::string& text) { text = part(get<std::uint64_t>()); }
    template <typename T>
    void get(std::vector<T>& values) {
        const auto size = get<std::uint64_t>();
        if constexpr (std::is_trivially_copyable_v<T>) {
            if (size > rest_.size() / sizeof(T)) part(rest_.size() + 1);
            values.resize(size);
            if (size > 0)
                std::memcpy(values.data(), part(size * sizeof(T)).data(), size * sizeof(T));
        } else {
            for (std::uint64_t i = 0; i < size; ++i) get(values.emplace_back());
        }
    }
    template <typename A, typename B>
        requires(!std::is_trivially_copyable_v<std::pair<A, B>>)
    void get(std::pair<A, B>& value) {
        get(value.first);
        get(value.second);
    }

    std::string_view rest_;
};

}  // namespace blockscope
