#pragma once

#include <string>
#include <string_view>

#include "blockscope/model/fitted_model.hpp"

namespace blockscope {

/// A fitted model as JSON: {"format": "blockscope-model", "version": 2, card, coefficients}. Terms
/// go by the names of placements ("U1-L2-MBConv6-7"), numbers round-trip. Version 2 packs weights
/// (array_text.hpp); models without any are of version 1. Every later version of this library
/// reads both.
std::string to_text(const FittedModel& model, const DesignSpace& space);

/// True if the bytes begin like one: JSON, which no file of weights is.
bool looks_like_fitted_model(std::string_view bytes);

/// space: the one the model was fitted for, or one that restricts it. Throws Error saying what was
/// expected and found: another space, a later version, a term that is missing or no number.
FittedModel parse_fitted_model(std::string_view text, const DesignSpace& space,
                               const std::string& source);

/// The card alone, which needs no space. Throws Error likewise.
FittedCard parse_fitted_card(std::string_view text, const std::string& source);

/// The texts about a table's source: {"quantity": "latency on ...", "source": ..., "citation": ...,
/// "licence": ..., "source_error": ...}, any of them. Throws Error for anything else.
FittedCard::About parse_about(std::string_view text, const std::string& source);

}  // namespace blockscope
