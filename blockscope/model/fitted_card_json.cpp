#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// The named estimates of an error, for writing and reading.
struct NamedEstimate {
    const char* name;
    Estimate PredictionError::*member;
};
constexpr NamedEstimate estimates[] = {{"mean_absolute", &PredictionError::mean_absolute},
                                       {"root_mean_square", &PredictionError::root_mean_square},
                                       {"mean_percent", &PredictionError::mean_percent},
                                       {"within_5_percent", &PredictionError::within_5},
                                       {"within_10_percent", &PredictionError::within_10},
                                       {"spearman", &PredictionError::spearman},
                                       {"kendall", &PredictionError::kendall}};

/// Likewise the texts about a table's source.
struct NamedText {
    const char* name;
    std::string FittedCard::About::*member;
};
constexpr NamedText about_texts[] = {{"quantity", &FittedCard::About::quantity},
                                     {"source", &FittedCard::About::source},
                                     {"citation", &FittedCard::About::citation},
                                     {"licence", &FittedCard::About::licence},
                                     {"source_error", &FittedCard::About::source_error}};

/// And the kinds of a learning curve.
struct NamedKind {
    const char* name;
    double KindErrors::*member;
};
constexpr NamedKind kinds[] = {
    {"ridge", &KindErrors::ridge},     {"hierarchical", &KindErrors::hierarchical},
    {"kernel", &KindErrors::kernel},   {"mlp", &KindErrors::mlp},
    {"boosted", &KindErrors::boosted}, {"gru", &KindErrors::gru}};

ordered_json number_or_null(double v) {
    return std::isfinite(v) ? ordered_json(v) : ordered_json(nullptr);
}

ordered_json as_json(const Estimate& e) {
    return {number_or_null(e.value), number_or_null(e.low), number_or_null(e.high)};
}

Estimate read_estimate(const JsonNode& node) {
    const auto nodes = node.list();
    if (nodes.size() != 3) node.refuse("is no value with two bounds");
    const auto known = [](const JsonNode& n) { return n.is_null() ? std::nan("") : n.number(); };
    return {known(nodes[0]), known(nodes[1]), known(nodes[2])};
}

/// Of kinds only those that were tried.
ordered_json as_json(const std::vector<CurvePoint>& curve) {
    auto points = ordered_json::array();
    for (const auto& point : curve) {
        ordered_json j{{"rows", point.rows}, {"subsets", point.subsets}};
        for (const auto& [name, member] : kinds) {
            if (std::isfinite(point.error.*member)) j[name] = point.error.*member;
        }
        points.push_back(std::move(j));
    }
    return points;
}

std::vector<CurvePoint> read_curve(const JsonNode& node) {
    std::vector<CurvePoint> curve;
    for (const auto& j : node.list()) {
        CurvePoint point{j.at("rows").count(), j.at("subsets").count(), {}};
        for (const auto& [name, member] : kinds) {
            if (j.has(name)) point.error.*member = j.at(name).number();
        }
        curve.push_back(point);
    }
    return curve;
}

/// A text that is printed and heads a column.
void check_heading(const JsonNode& node) {
    const auto text = node.text();
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    if (text.empty() || std::any_of(text.begin(), text.end(), control)) {
        node.refuse("is empty or has control characters");
    }
}

}  // namespace

void write_card(ordered_json& root, const FittedCard& card) {
    root["tool"] = card.tool;
    root["kind"] = card.kind;
    root["name"] = card.name;
    root["unit"] = card.unit;
    root["direction"] = card.direction;
    root["space"] = {{"name", card.space}, {"fingerprint", card.fingerprint}};
    root["data"] = {{"rows", card.rows}, {"fnv1a", card.data_hash}};
    root["seed"] = card.seed;
    for (const auto& [name, member] : about_texts) {
        if (!(card.about.*member).empty()) root["about"][name] = card.about.*member;
    }
    root["error"] = {{"from", card.error_from}, {"rows", card.error.rows}};
    for (const auto& [name, member] : estimates) root["error"][name] = as_json(card.error.*member);
    root["interval"] = {{"level", card.level}, {"half_width", card.half_width}};
    if (!card.curve.empty()) root["learning_curve"] = as_json(card.curve);
}

FittedCard read_card(const JsonNode& root) {
    FittedCard card;
    card.tool = root.at("tool").text();
    card.kind = root.at("kind").text();
    card.name = root.at("name").text();
    card.unit = root.at("unit").text();
    card.direction = root.at("direction").text();
    card.space = root.at("space").at("name").text();
    card.fingerprint = root.at("space").at("fingerprint").text();
    card.data_hash = root.at("data").at("fnv1a").text();
    card.rows = root.at("data").at("rows").count();
    card.seed = root.at("seed").count();
    const JsonNode error = root.at("error");
    card.error_from = error.at("from").text();
    card.error.rows = error.at("rows").count();
    for (const auto& [name, member] : estimates) {
        const bool later = member == &PredictionError::root_mean_square;  // than the first files
        if (later && !error.has(name)) continue;
        card.error.*member = read_estimate(error.at(name));
    }
    if (root.has("about")) {
        const JsonNode about = root.at("about");
        for (const auto& [name, member] : about_texts) {
            if (about.has(name)) card.about.*member = about.at(name).text();
        }
    }
    if (root.has("learning_curve")) card.curve = read_curve(root.at("learning_curve"));
    const JsonNode interval = root.at("interval");
    card.level = interval.at("level").number();
    card.half_width = interval.at("half_width").number();
    check_heading(root.at("name"));
    check_heading(root.at("unit"));
    if (card.level <= 0 || card.level >= 1) interval.at("level").refuse("is not in (0, 1)");
    if (card.half_width < 0) interval.at("half_width").refuse("is negative");
    return card;
}

FittedCard::About parse_about(std::string_view text, const std::string& source) {
    FittedCard::About about;
    const json j = json::parse(text, nullptr, false);
    const JsonNode root(j, "", source);
    if (!j.is_object()) throw Error("is no JSON object", source);
    for (const auto& [key, value] : j.items()) {
        const auto* known = std::find_if(std::begin(about_texts), std::end(about_texts),
                                         [&](const NamedText& t) { return t.name == key; });
        if (known == std::end(about_texts)) {
            throw Error(fmt::format("{} is none of quantity, source, citation, licence and "
                                    "source_error",
                                    printable(key)),
                        source);
        }
        about.*known->member = root.at(key).text();
    }
    return about;
}

}  // namespace blockscope
