#include "blockscope/model/json_node.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

void JsonNode::refuse(const std::string& why) const {
    throw Error(fmt::format("{} {}", printable(path_), why), *source_);
}

std::string JsonNode::where() const { return *source_ + ": " + printable(path_); }

bool JsonNode::has(const std::string& key) const {
    return value_->is_object() && value_->contains(key);
}

JsonNode JsonNode::at(const std::string& key) const {
    const std::string path = path_.empty() ? key : path_ + "." + key;
    if (!has(key)) throw Error(fmt::format("{} is missing", printable(path)), *source_);
    return {(*value_)[key], path, *source_};
}

std::vector<JsonNode> JsonNode::list() const {
    if (!value_->is_array()) refuse("is not a list");
    std::vector<JsonNode> nodes;
    for (std::size_t i = 0; i < value_->size(); ++i) {
        nodes.emplace_back((*value_)[i], fmt::format("{}[{}]", path_, i), *source_);
    }
    return nodes;
}

bool JsonNode::is_null() const { return value_->is_null(); }

double JsonNode::number() const {
    if (!value_->is_number()) refuse("is not a number");
    const auto v = value_->get<double>();
    if (!std::isfinite(v)) refuse("is not a finite number");
    return v;
}

std::vector<double> JsonNode::numbers(std::size_t expected) const {
    std::vector<double> result;
    for (const auto& node : list()) result.push_back(node.number());
    if (result.size() != expected) {
        refuse(fmt::format("has {} numbers where {} are expected", result.size(), expected));
    }
    return result;
}

std::uint64_t JsonNode::count() const {
    if (!value_->is_number_unsigned()) refuse("is not a whole number");
    return value_->get<std::uint64_t>();
}

std::uint64_t JsonNode::count(std::uint64_t least, std::uint64_t most) const {
    const auto n = count();
    if (n < least || n > most) refuse(fmt::format("is not from {} to {}", least, most));
    return n;
}

std::string JsonNode::text() const {
    if (!value_->is_string()) refuse("is not a text");
    return value_->get<std::string>();
}

}  // namespace blockscope
