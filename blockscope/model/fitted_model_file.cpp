#include "blockscope/model/fitted_model_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* format = "blockscope-model";
constexpr std::uint64_t newest = 2;

json parse_json(std::string_view text, const std::string& source) {
    try {
        return json::parse(text);
    } catch (const json::parse_error& e) {
        throw Error(fmt::format("byte {}: is not JSON", e.byte > 0 ? e.byte - 1 : 0), source);
    } catch (const json::exception&) {
        throw Error("holds a number that is too large", source);
    }
}

void check_format(const JsonNode& root, const std::string& source) {
    if (!root.has("format") || root.at("format").text() != format) {
        throw Error("is JSON, but no model: 'format' is not 'blockscope-model'", source);
    }
    const auto version = root.at("version").count();
    if (version < 1 || version > newest) {
        throw Error(fmt::format("is of version {}; 1 to {} can be read", version, newest), source);
    }
}

}  // namespace

std::string to_text(const FittedModel& model, const DesignSpace& space) {
    ordered_json j;
    j["format"] = format;
    j["version"] = model.network || model.gru ? newest : 1;  // the oldest that can be read so
    write_card(j, model.card);
    j["space"]["body"] = body_fingerprint(space);
    write_sum(j, model, space);
    if (model.smooth) j["kernel"] = as_json(*model.smooth, space);
    if (model.trees) j["boosted"] = as_json(*model.trees, space);
    if (model.gru) j["gru"] = as_json(*model.gru);
    if (model.network) j["network"] = as_json(*model.network, space);
    return j.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

bool looks_like_fitted_model(std::string_view bytes) {
    // safetensors begins with eight bytes of a length, the last of which are 0
    return bytes.starts_with('{') && bytes.substr(0, 8).find('\0') == std::string_view::npos;
}

FittedModel parse_fitted_model(std::string_view text, const DesignSpace& space,
                               const std::string& source) {
    const json j = parse_json(text, source);
    const JsonNode root(j, "", source);
    check_format(root, source);
    const FittedCard card = read_card(root);
    if (root.at("space").at("body").text() != body_fingerprint(space)) {
        throw Error(
            fmt::format("a model of space {}, not of '{}'", printable(card.space), space.name),
            source);
    }
    FittedModel model = read_sum(root, space);
    model.card = card;
    if (root.has("kernel")) model.smooth = read_smooth(root.at("kernel"), space);
    if (root.has("boosted")) model.trees = read_trees(root.at("boosted"), space);
    if (root.has("gru")) model.gru = read_gru(root.at("gru"), space);
    if (root.has("network")) model.network = read_network(root.at("network"), space);
    return model;
}

FittedCard parse_fitted_card(std::string_view text, const std::string& source) {
    const json j = parse_json(text, source);
    const JsonNode root(j, "", source);
    check_format(root, source);
    return read_card(root);
}

}  // namespace blockscope
