#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {
namespace {

using nlohmann::ordered_json;

LayerTable read_table(const JsonNode& root, const DesignSpace& space) {
    LayerTable table(space, LayerTable::Combine::sum);
    const auto stem = root.at("stem").numbers(static_cast<std::size_t>(table.stem_variants()));
    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = stem[v];
    const JsonNode terms = root.at("terms");
    for (const auto& p : placements(space)) {
        const double term = terms.at(label(space, p)).number();
        for (int i = 0; i < (p.layer == 0 ? table.incoming_states(p.unit) : 1); ++i) {
            table.term(p.unit, p.layer, i, p.width, p.block) = term;
        }
    }
    return table;
}

std::vector<int> read_resolutions(const JsonNode& root) {
    std::vector<int> resolutions;
    for (const auto& node : root.at("resolutions").list()) {
        const auto r = static_cast<int>(node.count(16, 4096));
        if (!resolutions.empty() && r <= resolutions.back()) node.refuse("does not ascend");
        resolutions.push_back(r);
    }
    return resolutions;
}

}  // namespace

void write_sum(ordered_json& root, const FittedModel& model, const DesignSpace& space) {
    root["resolutions"] = model.resolutions;
    root["offset"] = model.additive.offset;
    root["scale"] = model.additive.scale;
    const LayerTable& table = model.additive.table;
    for (int v = 0; v < table.stem_variants(); ++v) root["stem"].push_back(table.stem(v));
    auto& terms = root["terms"];
    const auto all = placements(space);
    for (const auto& p : all) {
        terms[label(space, p)] = table.term(p.unit, p.layer, 0, p.width, p.block);
    }
    if (terms.size() != all.size()) {
        throw Error(fmt::format("two blocks of '{}' go by one name", space.name));
    }
}

FittedModel read_sum(const JsonNode& root, const DesignSpace& space) {
    FittedModel model{{},           {},           {read_table(root, space), {}, {}},
                      std::nullopt, std::nullopt, std::nullopt,
                      std::nullopt};
    model.resolutions = read_resolutions(root);
    model.additive.offset = root.at("offset").numbers(model.resolutions.size());
    model.additive.scale = root.at("scale").numbers(model.resolutions.size());
    return model;
}

ordered_json as_json(const FittedModel::Smooth& smooth, const DesignSpace& space) {
    ordered_json j;
    j["mean_distance"] = smooth.kernel.mean_distance();
    for (const auto& a : smooth.landmarks) j["landmarks"].push_back(body_text(space, a));
    j["weights"] = smooth.weights;
    return j;
}

FittedModel::Smooth read_smooth(const JsonNode& node, const DesignSpace& space) {
    const JsonNode distance = node.at("mean_distance");
    if (!(distance.number() > 0)) distance.refuse("is not above 0");
    FittedModel::Smooth smooth{ProductKernel(space, distance.number()), {}, {}};
    for (const auto& landmark : node.at("landmarks").list()) {
        smooth.landmarks.push_back(parse_architecture(space, landmark.text(), 0, landmark.where()));
    }
    smooth.weights = node.at("weights").numbers(smooth.landmarks.size());
    return smooth;
}

}  // namespace blockscope
