#pragma once

#include <limits>
#include <optional>
#include <string>

#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// What a file of weights predicts. Tensors alone do not say; a card does.
struct ModelCard {
    std::string name;      ///< the model's own: column of its numbers
    std::string kind;      ///< "mlp", "chain-gnn", "gru"; "": not said
    std::string space;     ///< built-in name of the space it was trained on; "": not said
    std::string quantity;  ///< "accuracy on images held out of training", "latency on ..."
    std::string unit;      ///< of the model's output times `scale`; "": not said
    double scale = 1;
    std::string error;      ///< test error, one phrase; "": not stated
    std::string direction;  ///< "smaller_is_better", ...; "": as the unit has it
    double half_width = std::numeric_limits<double>::quiet_NaN();  ///< of a prediction interval
    double level = 0;                                              ///< of that interval
};

/// Accuracies are in percent and latencies in milliseconds whatever a source uses: fraction, s and
/// us are converted here. Any other text is a unit of its own.
void set_unit(ModelCard& card, const std::string& unit, double scale);

/// Card of the file at `path` with these tensors. From NAME.json beside it; else from
/// NAME_config.pkl beside a NAME_predictor.pt of the AutoBuild repository; else from what is known
/// about the published files, which are recognised by their weights. `unit`: given by the user, of
/// the model's raw output, goes before all of them ("": not given).
/// Throws Error if nothing says what the model predicts, or a card cannot be read.
ModelCard model_card(const std::string& path, const TensorFile& file, const std::string& unit);

/// The same without looking beside a file: only what is known about published weights.
std::optional<ModelCard> published_model(const TensorFile& file);

}  // namespace blockscope
