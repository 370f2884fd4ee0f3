#pragma once

#include <memory>
#include <string>

#include "blockscope/model/model_card.hpp"
#include "blockscope/model/predictor.hpp"
#include "blockscope/space/design_space.hpp"

namespace blockscope {

struct Model {
    ModelCard card;
    std::unique_ptr<Predictor> predictor;
};

/// A model of `space` from its file, chosen by content: one of ours (fitted_model_file.hpp), or the
/// original file of an MLP of OFA, a chain graph network of AutoBuild, a GRU.
/// unit: of the raw output, "" for what the card says; see model_card.
/// Throws Error saying what was expected and found: another architecture, another space, weights
/// that are not numbers.
Model load_model(const std::string& path, const DesignSpace& space, const std::string& unit = "");

/// A model of ours from its text (fitted_model_file.hpp). Throws Error likewise.
Model parse_model(const std::string& text, const DesignSpace& space, const std::string& source,
                  const std::string& unit = "");

}  // namespace blockscope
