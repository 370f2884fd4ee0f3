#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/weights/tensor.hpp"

// A tree is one line: its nodes in order, a leaf as its value, any other as
// input<threshold:below:above.

namespace blockscope {
namespace {

using nlohmann::ordered_json;

/// A whole number from `least` on, below `end`; nothing for any other text.
std::optional<int> parse_index(std::string_view text, std::size_t least, std::size_t end) {
    double v = 0;
    if (!parse_number(text, v) || v < static_cast<double>(least) || v != std::floor(v) ||
        !(v < static_cast<double>(end))) {
        return std::nullopt;
    }
    return static_cast<int>(v);
}

/// The node with this number of a tree with `nodes` of them; nothing for a text that is none.
std::optional<BoostedTrees::Node> parse_node(std::string_view text, std::size_t number,
                                             std::size_t nodes, std::size_t inputs) {
    const auto less = text.find('<');
    const bool leaf = less == std::string_view::npos;
    const auto fields = split(leaf ? text : text.substr(less + 1), ':');
    double at = 0;
    if (fields.size() != (leaf ? 1U : 3U) || !parse_number(fields[0], at) ||
        !(std::abs(at) < 1e30)) {
        return std::nullopt;
    }
    if (leaf) return BoostedTrees::Node{-1, static_cast<float>(at), 0, 0};
    const auto input = parse_index(text.substr(0, less), 0, inputs);
    // nodes follow their parents, so there is no way around in circles
    const auto below = parse_index(fields[1], number + 1, nodes);
    const auto above = parse_index(fields[2], number + 1, nodes);
    if (!input || !below || !above) return std::nullopt;
    return BoostedTrees::Node{*input, static_cast<float>(at), *below, *above};
}

std::string to_text(const BoostedTrees::Node& node) {
    if (node.input < 0) return fmt::format("{:.9g}", node.at);
    return fmt::format("{}<{:.9g}:{}:{}", node.input, node.at, node.below, node.above);
}

}  // namespace

BoostedTrees read_trees(const JsonNode& node, const DesignSpace& space) {
    const TreeInputs inputs(space);
    std::vector<std::string> names;
    for (const auto& name : node.at("inputs").list()) names.push_back(name.text());
    if (names != inputs.names()) node.at("inputs").refuse("are not those of the space");
    BoostedTrees model;
    for (const auto& tree : node.at("trees").list()) {
        auto& nodes = model.trees.emplace_back();
        const std::string line = tree.text();
        const auto parts = split(line, ' ');
        for (const auto part : parts) {
            const auto read = parse_node(part, nodes.size(), parts.size(), inputs.size());
            if (!read) tree.refuse(fmt::format("holds {}, which is no node", printable(part)));
            nodes.push_back(*read);
        }
    }
    return model;
}

ordered_json as_json(const BoostedTrees& model, const DesignSpace& space) {
    ordered_json j;
    j["inputs"] = TreeInputs(space).names();
    j["trees"] = ordered_json::array();
    for (const auto& tree : model.trees) {
        std::string line;
        for (const auto& node : tree) {
            if (!line.empty()) line += ' ';
            line += to_text(node);
        }
        j["trees"].push_back(line);
    }
    return j;
}

}  // namespace blockscope
