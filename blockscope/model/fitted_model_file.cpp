#include "blockscope/model/fitted_model_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/placement.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* format = "blockscope-model";
constexpr int version = 1;

ordered_json number_or_null(double v) {
    return std::isfinite(v) ? ordered_json(v) : ordered_json(nullptr);
}

ordered_json as_json(const Estimate& e) {
    return {number_or_null(e.value), number_or_null(e.low), number_or_null(e.high)};
}

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

/// Numbers of one array as text, in parts: whole multiples of step() where they lie on a grid
/// (feed_forward.hpp); else nine digits bring a float back, and step() is 1.
class ArrayText {
public:
    explicit ArrayText(std::span<const float> all) : step_(grid_step(all)) {
        on_grid_ = step_ > 0;
        for (const float v : all) on_grid_ = on_grid_ && on_grid(v, step_) == v;
    }
    double step() const { return on_grid_ ? step_ : 1; }
    std::string row(std::span<const float> numbers) const {
        std::string text;
        for (const float v : numbers) {
            if (!text.empty()) text += ' ';
            text += on_grid_ ? fmt::format("{:.0f}", std::nearbyint(v / step_) + 0.0)
                             : fmt::format("{:.9g}", v);
        }
        return text;
    }

private:
    double step_;
    bool on_grid_ = false;
};

/// A value of the file with its path, for messages.
class Node {
public:
    Node(const json& value, std::string path, const std::string& source)
        : value_(&value), path_(std::move(path)), source_(&source) {}

    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(fmt::format("{} {}", printable(path_), why), *source_);
    }
    Node at(const std::string& key) const {
        const std::string path = path_.empty() ? key : path_ + "." + key;
        if (!value_->is_object() || !value_->contains(key)) {
            throw Error(fmt::format("{} is missing", printable(path)), *source_);
        }
        return {(*value_)[key], path, *source_};
    }
    bool has(const std::string& key) const { return value_->is_object() && value_->contains(key); }
    bool is_null() const { return value_->is_null(); }
    double number() const {
        if (!value_->is_number()) refuse("is not a number");
        const auto v = value_->get<double>();
        if (!std::isfinite(v)) refuse("is not a finite number");
        return v;
    }
    std::uint64_t count() const {
        if (!value_->is_number_unsigned()) refuse("is not a whole number");
        return value_->get<std::uint64_t>();
    }
    std::string text() const {
        if (!value_->is_string()) refuse("is not a text");
        return value_->get<std::string>();
    }
    std::vector<Node> list() const {
        if (!value_->is_array()) refuse("is not a list");
        std::vector<Node> nodes;
        for (std::size_t i = 0; i < value_->size(); ++i) {
            nodes.emplace_back((*value_)[i], fmt::format("{}[{}]", path_, i), *source_);
        }
        return nodes;
    }
    std::vector<double> numbers(std::size_t expected) const {
        std::vector<double> result;
        for (const auto& node : list()) result.push_back(node.number());
        if (result.size() != expected) {
            refuse(fmt::format("has {} numbers where {} are expected", result.size(), expected));
        }
        return result;
    }
    /// What ArrayText wrote; expected: how many, 0 for any number.
    std::vector<float> floats(std::size_t expected, double step) const {
        std::vector<float> result;
        const std::string all = text();
        for (const auto part : split(all, ' ')) {
            double v = 0;
            if (!parse_number(std::string(part), v) || !(std::abs(v) < 1e30)) {
                refuse(fmt::format("holds {}, which is no number below 1e30", printable(part)));
            }
            result.push_back(static_cast<float>(v * step));
        }
        if (expected != 0 && result.size() != expected) {
            refuse(fmt::format("has {} numbers where {} are expected", result.size(), expected));
        }
        return result;
    }
    Estimate estimate() const {
        const auto nodes = list();
        if (nodes.size() != 3) refuse("is no value with two bounds");
        const auto known = [](const Node& n) { return n.is_null() ? std::nan("") : n.number(); };
        return {known(nodes[0]), known(nodes[1]), known(nodes[2])};
    }
    std::string where() const { return *source_ + ": " + printable(path_); }

private:
    const json* value_;
    std::string path_;
    const std::string* source_;
};

FittedCard read_card(const Node& root) {
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
    const Node error = root.at("error");
    card.error_from = error.at("from").text();
    card.error.rows = error.at("rows").count();
    for (const auto& [name, member] : estimates) {
        const bool later = member == &PredictionError::root_mean_square;  // than the first files
        if (later && !error.has(name)) continue;
        card.error.*member = error.at(name).estimate();
    }
    if (root.has("about")) {
        const Node about = root.at("about");
        for (const auto& [name, member] : about_texts) {
            if (about.has(name)) card.about.*member = about.at(name).text();
        }
    }
    card.level = root.at("interval").at("level").number();
    card.half_width = root.at("interval").at("half_width").number();
    for (const char* key : {"name", "unit"}) {  // they are printed and head columns
        const auto text = root.at(key).text();
        const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
        if (text.empty() || std::any_of(text.begin(), text.end(), control)) {
            root.at(key).refuse("is empty or has control characters");
        }
    }
    if (card.level <= 0 || card.level >= 1)
        root.at("interval").at("level").refuse("is not in (0, 1)");
    if (card.half_width < 0) root.at("interval").at("half_width").refuse("is negative");
    return card;
}

LayerTable read_table(const Node& root, const DesignSpace& space) {
    LayerTable table(space, LayerTable::Combine::sum);
    const auto stem = root.at("stem").numbers(static_cast<std::size_t>(table.stem_variants()));
    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = stem[v];
    const Node terms = root.at("terms");
    for (const auto& p : placements(space)) {
        const double term = terms.at(label(space, p)).number();
        for (int i = 0; i < (p.layer == 0 ? table.incoming_states(p.unit) : 1); ++i) {
            table.term(p.unit, p.layer, i, p.width, p.block) = term;
        }
    }
    return table;
}

FittedModel::Smooth read_smooth(const Node& node, const DesignSpace& space) {
    const Node distance = node.at("mean_distance");
    if (!(distance.number() > 0)) distance.refuse("is not above 0");
    FittedModel::Smooth smooth{ProductKernel(space, distance.number()), {}, {}};
    for (const auto& landmark : node.at("landmarks").list()) {
        smooth.landmarks.push_back(parse_architecture(space, landmark.text(), 0, landmark.where()));
    }
    smooth.weights = node.at("weights").numbers(smooth.landmarks.size());
    return smooth;
}

/// Number of a layer's or of h's outputs.
std::size_t read_width(const Node& node) {
    const auto width = node.count();
    if (width < 1 || width > 4096) node.refuse("is not from 1 to 4096");
    return width;
}

/// Unit of an array's numbers: 1 where the node does not say.
double read_step(const Node& node, const std::string& key) {
    if (!node.has(key)) return 1;
    const double step = node.at(key).number();
    if (!(step > 0 && step < 1e6)) node.at(key).refuse("is not above 0 and below a million");
    return step;
}

FeedForward::Layer read_layer(const Node& node, std::size_t inputs) {
    FeedForward::Layer layer;
    layer.bias = node.at("bias").floats(0, read_step(node, "bias_step"));
    const auto rows = node.at("weight").list();
    if (rows.size() != layer.bias.size() || layer.bias.size() > 4096) {
        node.refuse("has not one row of weights for each bias, or above 4096");
    }
    const double step = read_step(node, "weight_step");
    for (const auto& row : rows) {
        const auto numbers = row.floats(inputs, step);
        layer.weight.insert(layer.weight.end(), numbers.begin(), numbers.end());
    }
    return layer;
}

FeedForward read_network(const Node& node, const DesignSpace& space) {
    FeedForward network;
    network.width = read_width(node.at("width"));
    const auto window = node.at("window").count();
    if (window < 1 || window > 64) node.at("window").refuse("is not from 1 to 64");
    const std::size_t columns = network.width * window;
    network.scale = node.at("scale").number();
    network.by_resolution =
        node.at("by_resolution").floats(2 * network.width, read_step(node, "by_resolution_step"));
    const LayerFeatures features(space);
    const double step = read_step(node, "rows_step");
    network.rows.emplace_back(columns, 0.0F);
    if (features.first_placement() > 1) {
        const auto stem = node.at("stem").list();
        if (static_cast<int>(stem.size()) != features.stem_variants()) {
            node.at("stem").refuse(fmt::format("has {} rows where {} are expected", stem.size(),
                                               features.stem_variants()));
        }
        for (const auto& row : stem) network.rows.push_back(row.floats(columns, step));
    }
    const Node rows = node.at("rows");
    for (const auto& p : features.placements()) {
        network.rows.push_back(rows.at(label(space, p)).floats(columns, step));
    }
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
    std::vector<float> all;
    for (const auto& row : network.rows) all.insert(all.end(), row.begin(), row.end());
    const ArrayText rows(all);
    j["rows_step"] = rows.step();
    const LayerFeatures features(space);
    for (int s = 1; s < features.first_placement(); ++s) {
        j["stem"].push_back(rows.row(network.rows[static_cast<std::size_t>(s)]));
    }
    auto number = static_cast<std::size_t>(features.first_placement());
    for (const auto& p : features.placements()) {
        j["rows"][label(space, p)] = rows.row(network.rows[number++]);
    }
    std::size_t inputs = network.width;
    for (const auto& layer : network.layers) {
        const ArrayText weight(layer.weight);
        const ArrayText bias(layer.bias);
        ordered_json layer_rows;
        for (std::size_t o = 0; o < layer.bias.size(); ++o) {
            layer_rows.push_back(weight.row(std::span(layer.weight).subspan(o * inputs, inputs)));
        }
        j["layers"].push_back({{"weight_step", weight.step()},
                               {"weight", layer_rows},
                               {"bias_step", bias.step()},
                               {"bias", bias.row(layer.bias)}});
        inputs = layer.bias.size();
    }
    return j;
}

/// A tree as one line: its nodes in order, a leaf as its value, any other as
/// input<threshold:below:above.
BoostedTrees read_trees(const Node& node, const DesignSpace& space) {
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
            BoostedTrees::Node read;
            const auto less = part.find('<');
            double number = 0;
            const auto fields = split(part.substr(less == part.npos ? 0 : less + 1), ':');
            bool fits = parse_number(std::string(fields[0]), number) && std::abs(number) < 1e30 &&
                        fields.size() == (less == part.npos ? 1U : 3U);
            read.at = static_cast<float>(number);
            if (fits && less != part.npos) {
                const auto whole = [&](std::string_view text, std::size_t least, std::size_t end) {
                    double v = 0;
                    fits = fits && parse_number(std::string(text), v) &&
                           v >= static_cast<double>(least) && v < static_cast<double>(end) &&
                           v == std::floor(v);
                    return fits ? static_cast<int>(v) : 0;
                };
                read.input = whole(part.substr(0, less), 0, inputs.size());
                // nodes follow their parents, so there is no way around in circles
                read.below = whole(fields[1], nodes.size() + 1, parts.size());
                read.above = whole(fields[2], nodes.size() + 1, parts.size());
            }
            if (!fits) tree.refuse(fmt::format("holds {}, which is no node", printable(part)));
            nodes.push_back(read);
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
            line += node.input < 0 ? fmt::format("{:.9g}", node.at)
                                   : fmt::format("{}<{:.9g}:{}:{}", node.input, node.at, node.below,
                                                 node.above);
        }
        j["trees"].push_back(line);
    }
    return j;
}

TrainedGru read_gru(const Node& node, const DesignSpace& space) {
    TrainedGru gru;
    gru.scale = node.at("scale").number();
    gru.tensors.source = node.where();
    for (const auto& entry : node.at("tensors").list()) {
        Tensor tensor;
        std::size_t columns = 1;
        for (const auto& size : entry.at("shape").list()) {
            tensor.shape.push_back(static_cast<std::int64_t>(read_width(size)));
            columns = static_cast<std::size_t>(tensor.shape.back());
        }
        const double step = read_step(entry, "step");
        const auto rows = entry.at("rows").list();
        for (const auto& row : rows) {
            const auto numbers = row.floats(columns, step);
            tensor.values.insert(tensor.values.end(), numbers.begin(), numbers.end());
        }
        if (element_count(tensor.shape, 1 << 28) !=
            static_cast<std::int64_t>(tensor.values.size())) {
            entry.at("rows").refuse("are not as many as the shape has");
        }
        gru.tensors.tensors[entry.at("name").text()] = std::move(tensor);
    }
    (void)make_gru(complete(gru), space);  // refuses what is missing and what does not fit
    return gru;
}

ordered_json as_json(const TrainedGru& gru) {
    ordered_json j;
    j["scale"] = gru.scale;
    for (const auto& [name, tensor] : gru.tensors.tensors) {
        const ArrayText text(tensor.values);
        const auto columns = static_cast<std::size_t>(tensor.shape.back());
        ordered_json rows;
        for (std::size_t i = 0; i < tensor.values.size(); i += columns) {
            rows.push_back(text.row(std::span(tensor.values).subspan(i, columns)));
        }
        j["tensors"].push_back(
            {{"name", name}, {"shape", tensor.shape}, {"step", text.step()}, {"rows", rows}});
    }
    return j;
}

}  // namespace

std::string to_text(const FittedModel& model, const DesignSpace& space) {
    const FittedCard& card = model.card;
    ordered_json j;
    j["format"] = format;
    j["version"] = version;
    j["tool"] = card.tool;
    j["kind"] = card.kind;
    j["name"] = card.name;
    j["unit"] = card.unit;
    j["direction"] = card.direction;
    j["space"] = {
        {"name", card.space}, {"fingerprint", card.fingerprint}, {"body", body_fingerprint(space)}};
    j["data"] = {{"rows", card.rows}, {"fnv1a", card.data_hash}};
    j["seed"] = card.seed;
    for (const auto& [name, member] : about_texts) {
        if (!(card.about.*member).empty()) j["about"][name] = card.about.*member;
    }
    j["error"] = {{"from", card.error_from}, {"rows", card.error.rows}};
    for (const auto& [name, member] : estimates) j["error"][name] = as_json(card.error.*member);
    j["interval"] = {{"level", card.level}, {"half_width", card.half_width}};
    j["resolutions"] = model.resolutions;
    j["offset"] = model.additive.offset;
    j["scale"] = model.additive.scale;
    const LayerTable& table = model.additive.table;
    for (int v = 0; v < table.stem_variants(); ++v) j["stem"].push_back(table.stem(v));
    auto& terms = j["terms"];
    const auto all = placements(space);
    for (const auto& p : all) {
        terms[label(space, p)] = table.term(p.unit, p.layer, 0, p.width, p.block);
    }
    if (terms.size() != all.size()) {
        throw Error(fmt::format("two blocks of '{}' go by one name", space.name));
    }
    if (model.smooth) {
        auto& smooth = j["kernel"];
        smooth["mean_distance"] = model.smooth->kernel.mean_distance();
        for (const auto& a : model.smooth->landmarks) {
            smooth["landmarks"].push_back(body_text(space, a));
        }
        smooth["weights"] = model.smooth->weights;
    }
    if (model.trees) j["boosted"] = as_json(*model.trees, space);
    if (model.gru) j["gru"] = as_json(*model.gru);
    if (model.network) j["network"] = as_json(*model.network, space);
    return j.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

bool looks_like_fitted_model(std::string_view bytes) {
    // safetensors begins with eight bytes of a length, the last of which are 0
    return bytes.starts_with('{') && bytes.substr(0, 8).find('\0') == std::string_view::npos;
}

FittedCard::About parse_about(std::string_view text, const std::string& source) {
    FittedCard::About about;
    const json j = json::parse(text, nullptr, false);
    const Node root(j, "", source);
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

FittedModel parse_fitted_model(std::string_view text, const DesignSpace& space,
                               const std::string& source) {
    json j;
    try {
        j = json::parse(text);
    } catch (const json::parse_error& e) {
        throw Error(fmt::format("byte {}: is not JSON", e.byte > 0 ? e.byte - 1 : 0), source);
    } catch (const json::exception&) {
        throw Error("holds a number that is too large", source);
    }
    const Node root(j, "", source);
    if (!root.has("format") || root.at("format").text() != format) {
        throw Error("is JSON, but no model: 'format' is not 'blockscope-model'", source);
    }
    if (root.at("version").count() != version) {
        throw Error(fmt::format("is of version {}; version {} is what can be read",
                                root.at("version").count(), version),
                    source);
    }
    const FittedCard card = read_card(root);
    if (root.at("space").at("body").text() != body_fingerprint(space)) {
        throw Error(
            fmt::format("a model of space {}, not of '{}'", printable(card.space), space.name),
            source);
    }
    FittedModel model{card,         {},           {read_table(root, space), {}, {}},
                      std::nullopt, std::nullopt, std::nullopt,
                      std::nullopt};
    for (const auto& node : root.at("resolutions").list()) {
        const auto r = node.count();
        if (r < 16 || r > 4096) node.refuse("is not from 16 to 4096");
        if (!model.resolutions.empty() && static_cast<int>(r) <= model.resolutions.back()) {
            node.refuse("does not ascend");
        }
        model.resolutions.push_back(static_cast<int>(r));
    }
    model.additive.offset = root.at("offset").numbers(model.resolutions.size());
    model.additive.scale = root.at("scale").numbers(model.resolutions.size());
    if (root.has("kernel")) model.smooth = read_smooth(root.at("kernel"), space);
    if (root.has("boosted")) model.trees = read_trees(root.at("boosted"), space);
    if (root.has("gru")) model.gru = read_gru(root.at("gru"), space);
    if (root.has("network")) model.network = read_network(root.at("network"), space);
    return model;
}

}  // namespace blockscope
