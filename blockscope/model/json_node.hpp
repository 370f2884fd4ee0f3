#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace blockscope {

/// A value of a JSON file with its path ("error.rows", "layers[2]"), which the messages name. Both
/// the value and the source's name stay the caller's. What is asked and not there throws Error.
class JsonNode {
public:
    JsonNode(const nlohmann::json& value, std::string path, const std::string& source)
        : value_(&value), path_(std::move(path)), source_(&source) {}

    /// Throws Error: "PATH why".
    [[noreturn]] void refuse(const std::string& why) const;
    /// "SOURCE: PATH", for a reader that says itself what is wrong.
    std::string where() const;

    bool has(const std::string& key) const;
    JsonNode at(const std::string& key) const;
    std::vector<JsonNode> list() const;

    bool is_null() const;
    double number() const;  ///< finite
    std::vector<double> numbers(std::size_t expected) const;
    std::uint64_t count() const;
    std::uint64_t count(std::uint64_t least, std::uint64_t most) const;
    std::string text() const;

private:
    const nlohmann::json* value_;
    std::string path_;
    const std::string* source_;
};

}  // namespace blockscope
