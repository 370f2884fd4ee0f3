#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/model/array_text.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {
namespace {

using nlohmann::ordered_json;

/// Those of the features: the constant, the stem's variants, the placements.
std::vector<std::vector<float>> read_rows(const JsonNode& node, const DesignSpace& space,
                                          std::size_t columns) {
    const LayerFeatures features(space);
    const double step = read_step(node, "rows_step");
    std::vector<std::vector<float>> result{std::vector<float>(columns, 0.0F)};
    if (features.first_placement() > 1) {
        const auto stem = node.at("stem").list();
        if (static_cast<int>(stem.size()) != features.stem_variants()) {
            node.at("stem").refuse(fmt::format("has {} rows where {} are expected", stem.size(),
                                               features.stem_variants()));
        }
        for (const auto& row : stem) result.push_back(read_floats(row, columns, step));
    }
    const JsonNode rows = node.at("rows");
    for (const auto& p : features.placements()) {
        result.push_back(read_floats(rows.at(label(space, p)), columns, step));
    }
    return result;
}

FeedForward::Layer read_layer(const JsonNode& node, std::size_t inputs) {
    FeedForward::Layer layer;
    const JsonNode bias = node.at("bias");
    layer.bias = read_floats(bias, 0, read_step(node, "bias_step"));
    const auto rows = node.at("weight").list();
    if (rows.size() != layer.bias.size() || layer.bias.size() > widest) {
        node.refuse("has not one row of weights for each bias, or above 4096");
    }
    const double step = read_step(node, "weight_step");
    for (const auto& row : rows) {
        const auto numbers = read_floats(row, inputs, step);
        layer.weight.insert(layer.weight.end(), numbers.begin(), numbers.end());
    }
    return layer;
}

void write_rows(ordered_json& j, const FeedForward& network, const DesignSpace& space) {
    std::vector<float> all;
    for (const auto& row : network.rows) all.insert(all.end(), row.begin(), row.end());
    const ArrayText text(all);
    j["rows_step"] = text.step();
    const LayerFeatures features(space);
    for (int s = 1; s < features.first_placement(); ++s) {
        j["stem"].push_back(text.row(network.rows[static_cast<std::size_t>(s)]));
    }
    auto number = static_cast<std::size_t>(features.first_placement());
    for (const auto& p : features.placements()) {
        j["rows"][label(space, p)] = text.row(network.rows[number++]);
    }
}

ordered_json as_json(const FeedForward::Layer& layer, std::size_t inputs) {
    const ArrayText weight(layer.weight);
    const ArrayText bias(layer.bias);
    ordered_json rows;
    for (std::size_t o = 0; o < layer.bias.size(); ++o) {
        rows.push_back(weight.row(std::span(layer.weight).subspan(o * inputs, inputs)));
    }
    return {{"weight_step", weight.step()},
            {"weight", rows},
            {"bias_step", bias.step()},
            {"bias", bias.row(layer.bias)}};
}

}  // namespace

FeedForward read_network(const JsonNode& node, const DesignSpace& space) {
    FeedForward network;
    network.width = node.at("width").count(1, widest);
    const std::size_t columns = network.width * node.at("window").count(1, 64);
    network.scale = node.at("scale").number();
    const JsonNode by_resolution = node.at("by_resolution");
    network.by_resolution =
        read_floats(by_resolution, 2 * network.width, read_step(node, "by_resolution_step"));
    network.rows = read_rows(node, space, columns);
    std::size_t inputs = network.width;
    for (const auto& layer : node.at("layers").list()) {
        network.layers.push_back(read_layer(layer, inputs));
        inputs = network.layers.back().bias.size();
    }
    if (network.layers.empty() || inputs != 1) {
        node.at("layers").refuse("does not end in one output");
    }
    return network;
}

ordered_json as_json(const FeedForward& network, const DesignSpace& space) {
    ordered_json j;
    j["width"] = network.width;
    j["window"] = network.window();
    j["scale"] = network.scale;
    const ArrayText by_resolution(network.by_resolution);
    j["by_resolution_step"] = by_resolution.step();
    j["by_resolution"] = by_resolution.row(network.by_resolution);
    write_rows(j, network, space);
    std::size_t inputs = network.width;
    for (const auto& layer : network.layers) {
        j["layers"].push_back(as_json(layer, inputs));
        inputs = layer.bias.size();
    }
    return j;
}

}  // namespace blockscope
