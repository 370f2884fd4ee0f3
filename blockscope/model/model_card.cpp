#include "blockscope/model/model_card.hpp"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

/// Built-in name of a space that data files call by another one; the name may stand at the front of
/// a longer one.
std::string space_named(const std::string& text) {
    for (const auto& [prefix, name] : {std::pair{"ofa_mbv3", "ofa-mbv3"},
                                       {"ofa-mbv3", "ofa-mbv3"},
                                       {"ofa_proxyless", "proxylessnas"},
                                       {"ofa_pn", "proxylessnas"},
                                       {"proxylessnas", "proxylessnas"},
                                       {"ofa_resnet50", "resnet50"},
                                       {"resnet50", "resnet50"}}) {
        if (text.starts_with(prefix)) return name;
    }
    return "";
}

json parse_json(const std::string& path) {
    try {
        json card = json::parse(read_file(path));
        if (!card.is_object()) throw Error("is not a JSON object", path);
        return card;
    } catch (const json::parse_error& e) {
        throw Error(fmt::format("byte {}: is not JSON", e.byte > 0 ? e.byte - 1 : 0), path);
    }
}

std::string text_of(const json& object, const char* key, const std::string& path) {
    if (!object.contains(key) || object[key].is_null()) return "";
    if (!object[key].is_string()) throw Error(fmt::format("'{}' is not a text", key), path);
    return object[key].get<std::string>();
}

void read_json_card(const std::string& path, ModelCard& card) {
    const json j = parse_json(path);
    if (const auto name = text_of(j, "name", path); !name.empty()) card.name = name;
    card.kind = text_of(j, "kind", path);
    const auto space = text_of(j, "space", path);
    card.space = space_named(space.empty() ? card.name : space);
    const auto metric = text_of(j, "metric", path);
    const auto device = text_of(j, "device", path);
    if (!metric.empty()) card.quantity = device.empty() ? metric : metric + " on " + device;
    if (!j.contains("output") || !j["output"].is_object())
        throw Error("says nothing about 'output'", path);
    const json& output = j["output"];
    double scale = 1;
    if (output.contains("multiply_by")) {
        if (!output["multiply_by"].is_number()) throw Error("'multiply_by' is not a number", path);
        scale = output["multiply_by"].get<double>();
        if (!std::isfinite(scale) || scale == 0)
            throw Error("'multiply_by' is not a finite number other than 0", path);
    }
    const auto unit = text_of(output, "unit", path);
    if (unit.empty()) throw Error("'output' has no unit", path);
    set_unit(card, unit, scale);
}

}  // namespace

void set_unit(ModelCard& card, const std::string& unit, double scale) {
    struct Known {
        const char* name;
        const char* unit;
        double scale;
    };
    for (const auto& known : {Known{"%", "%", 1},
                              {"percent", "%", 1},
                              {"fraction", "%", 100},
                              {"ms", "ms", 1},
                              {"us", "ms", 1e-3},
                              {"s", "ms", 1e3}}) {
        if (unit == known.name) {
            card.unit = known.unit;
            card.scale = scale * known.scale;
            return;
        }
    }
    card.unit = unit;
    card.scale = scale;
}

ModelCard model_card(const std::string& path, const TensorFile& file, const std::string& unit) {
    ModelCard card;
    const auto published = published_model(file);
    if (published) card = *published;
    if (card.name.empty()) card.name = fs::path(path).stem().string();
    const auto beside = fs::path(path).replace_extension(".json");
    std::error_code code;
    if (beside != fs::path(path) && fs::exists(beside, code)) read_json_card(beside.string(), card);
    if (!unit.empty()) set_unit(card, unit, 1);
    if (card.unit.empty()) {
        throw Error(
            fmt::format(
                "nothing says what this model predicts: no {} beside it, and it is none of the "
                "published ones; give its unit as model:FILE#unit=ms",
                beside.filename().string()),
            path);
    }
    return card;
}

}  // namespace blockscope
