#include "blockscope/model/model_card.hpp"

#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/weights/pickle.hpp"

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
    } catch (const json::exception&) {  // out_of_range
        throw Error("holds a number that is too large", path);
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

/// Settings that a network of chain_network.hpp was made with; a checkpoint of other settings would
/// have the same tensors and another meaning.
void check_setting(const Pickle& config, const char* key, std::string_view expected,
                   const std::string& path) {
    const PickleNode* found = config.find(config.top(), key);
    if (found == nullptr) return;
    const bool text = found->kind == PickleNode::Kind::text;
    const std::string value(text ? found->text : found->integer != 0 ? "true" : "false");
    if (value != expected) {
        throw Error(
            fmt::format("setting {} is {}; {} is what can be run", key, printable(value), expected),
            path);
    }
}

/// AutoBuild's own: a flat dict of settings.
void read_autobuild_config(const std::string& path, ModelCard& card) {
    const std::string bytes = read_file(path);
    const Pickle config = parse_pickle(bytes, path);
    if (config.top().kind != PickleNode::Kind::dict) throw Error("is no dict of settings", path);
    const auto text = [&](const char* key) {
        const PickleNode* found = config.find(config.top(), key);
        if (found == nullptr || found->kind != PickleNode::Kind::text) {
            throw Error(fmt::format("has no text '{}'", key), path);
        }
        return std::string(found->text);
    };
    check_setting(config, "gnn_type", "GraphConv", path);
    check_setting(config, "format", "custom", path);
    check_setting(config, "aggr_method", "sum", path);
    check_setting(config, "gnn_activ", "LeakyReLU", path);
    check_setting(config, "reg_activ", "LeakyReLU", path);
    check_setting(config, "residual", "true", path);
    check_setting(config, "undirected", "false", path);
    card.kind = "chain-gnn";
    card.space = space_named(text("families"));
    const std::string target = text("target");
    if (card.quantity.empty()) card.quantity = target;
    if (card.unit.empty() && target == "acc") set_unit(card, "fraction", 1);
    if (card.unit.empty() && target.starts_with("latency")) set_unit(card, "ms", 1);
}

/// NAME_config.pkl for NAME_predictor.pt; empty for other names.
fs::path config_beside(const fs::path& path) {
    constexpr std::string_view ending = "_predictor";
    const std::string stem = path.stem().string();
    if (!stem.ends_with(ending)) return {};
    return path.parent_path() / (stem.substr(0, stem.size() - ending.size()) + "_config.pkl");
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
    const auto config = config_beside(path);
    std::error_code code;
    if (!config.empty() && fs::exists(config, code)) read_autobuild_config(config.string(), card);
    const auto beside = fs::path(path).replace_extension(".json");
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
