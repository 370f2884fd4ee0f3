#pragma once

#include <nlohmann/json_fwd.hpp>

#include "blockscope/model/fitted_model.hpp"
#include "blockscope/model/json_node.hpp"

// The parts of a fitted model's file; fitted_model_file.hpp is for everybody else. Each is written
// and read by a source of its own, fitted_*_json.cpp. Readers throw Error at the node that is
// wrong.

namespace blockscope {

/// What the card says, into the file's top level; without the fingerprint of the space's body.
void write_card(nlohmann::ordered_json& root, const FittedCard& card);
FittedCard read_card(const JsonNode& root);

/// The sum over layers and its resolutions, likewise at the top level. Throws Error if two
/// placements go by one name.
void write_sum(nlohmann::ordered_json& root, const FittedModel& model, const DesignSpace& space);
/// A model of that sum and nothing else.
FittedModel read_sum(const JsonNode& root, const DesignSpace& space);

nlohmann::ordered_json as_json(const FittedModel::Smooth& smooth, const DesignSpace& space);
FittedModel::Smooth read_smooth(const JsonNode& node, const DesignSpace& space);

nlohmann::ordered_json as_json(const FeedForward& network, const DesignSpace& space);
FeedForward read_network(const JsonNode& node, const DesignSpace& space);

nlohmann::ordered_json as_json(const BoostedTrees& model, const DesignSpace& space);
BoostedTrees read_trees(const JsonNode& node, const DesignSpace& space);

nlohmann::ordered_json as_json(const TrainedGru& gru);
TrainedGru read_gru(const JsonNode& node, const DesignSpace& space);

/// Layer, h or axis of a tensor that is read.
inline constexpr std::size_t widest = 4096;

}  // namespace blockscope
