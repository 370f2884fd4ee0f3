#include "blockscope/model/model_file.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/model/chain_network.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/model/mlp.hpp"
#include "blockscope/model/space_match.hpp"
#include "blockscope/weights/tensor_file.hpp"

namespace blockscope {
namespace {

/// What the file holds, by the names of its tensors.
std::string kind_of(const TensorFile& file) {
    if (holds_chain_network(file)) return "chain-gnn";
    if (holds_gru(file)) return "gru";
    if (holds_mlp(file)) return "mlp";
    std::string found;
    for (const auto& [name, tensor] : file.tensors) {
        if (found.size() > 100) {
            found += ", ...";
            break;
        }
        found += fmt::format("{}{} {}", found.empty() ? "" : ", ", printable(name),
                             to_text(tensor.shape));
    }
    throw Error(fmt::format("holds none of MLP, chain graph network and GRU, but {}",
                            found.empty() ? "no tensor" : found),
                file.source);
}

}  // namespace

Model parse_model(const std::string& text, const DesignSpace& space, const std::string& path,
                  const std::string& unit) {
    FittedModel model = parse_fitted_model(text, space, path);
    const FittedCard& c = model.card;
    if (!unit.empty() && unit != c.unit) {
        throw Error(fmt::format("was fitted to numbers in {}, not in {}", c.unit, unit), path);
    }
    ModelCard card;
    card.name = c.name;
    card.kind = c.kind;
    card.quantity = c.about.quantity.empty() ? c.kind + " model fitted to a table"
                                             : c.about.quantity + " (" + c.kind + " model)";
    card.unit = c.unit;
    card.error = error_phrase(c);
    card.direction = c.direction;
    card.half_width = c.half_width;
    card.level = c.level;
    return {std::move(card), make_fitted_predictor(std::move(model), space)};
}

Model load_model(const std::string& path, const DesignSpace& space, const std::string& unit) {
    if (const auto text = read_file(path); looks_like_fitted_model(text)) {
        return parse_model(text, space, path, unit);
    }
    const TensorFile file = read_tensor_file(path);
    const std::string kind = kind_of(file);
    Model model{model_card(path, file, unit), nullptr};
    if (!model.card.kind.empty() && model.card.kind != kind) {
        throw Error(
            fmt::format("its card says {}, the file holds '{}'", printable(model.card.kind), kind),
            path);
    }
    if (!model.card.space.empty() && !has_body_of(space, model.card.space)) {
        throw Error(fmt::format("a model of space '{}', not of '{}'", model.card.space, space.name),
                    path);
    }
    if (kind == "mlp") {
        model.predictor = make_mlp(file, space);
    } else if (kind == "gru") {
        model.predictor = make_gru(file, space);
    } else {
        const bool proxyless = has_body_of(space, "proxylessnas");
        model.predictor = make_chain_network(
            file, space, proxyless ? ChainFamily::proxylessnas : ChainFamily::ofa_mbv3);
    }
    return model;
}

}  // namespace blockscope
