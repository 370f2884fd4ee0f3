#include <nlohmann/json.hpp>

#include "blockscope/model/array_text.hpp"
#include "blockscope/model/fitted_model_json.hpp"
#include "blockscope/model/gru.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {
namespace {

using nlohmann::ordered_json;

Tensor read_tensor(const JsonNode& node) {
    Tensor tensor;
    std::size_t columns = 1;
    for (const auto& size : node.at("shape").list()) {
        columns = size.count(1, widest);
        tensor.shape.push_back(static_cast<std::int64_t>(columns));
    }
    const double step = read_step(node, "step");
    const JsonNode rows = node.at("rows");
    for (const auto& row : rows.list()) {
        const auto numbers = read_floats(row, columns, step);
        tensor.values.insert(tensor.values.end(), numbers.begin(), numbers.end());
    }
    if (element_count(tensor.shape, 1 << 28) != static_cast<std::int64_t>(tensor.values.size())) {
        rows.refuse("are not as many as the shape has");
    }
    return tensor;
}

ordered_json as_json(const std::string& name, const Tensor& tensor) {
    const ArrayText text(tensor.values);
    const auto columns = static_cast<std::size_t>(tensor.shape.back());
    ordered_json rows;
    for (std::size_t i = 0; i < tensor.values.size(); i += columns) {
        rows.push_back(text.row(std::span(tensor.values).subspan(i, columns)));
    }
    return {{"name", name}, {"shape", tensor.shape}, {"step", text.step()}, {"rows", rows}};
}

}  // namespace

TrainedGru read_gru(const JsonNode& node, const DesignSpace& space) {
    TrainedGru gru;
    gru.scale = node.at("scale").number();
    gru.tensors.source = node.where();
    for (const auto& entry : node.at("tensors").list()) {
        auto tensor = read_tensor(entry);
        gru.tensors.tensors[entry.at("name").text()] = std::move(tensor);
    }
    (void)make_gru(complete(gru), space);  // refuses what is missing and what does not fit
    return gru;
}

ordered_json as_json(const TrainedGru& gru) {
    ordered_json j;
    j["scale"] = gru.scale;
    for (const auto& [name, tensor] : gru.tensors.tensors) {
        j["tensors"].push_back(as_json(name, tensor));
    }
    return j;
}

}  // namespace blockscope
