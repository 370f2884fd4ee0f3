#include "blockscope/supernet/training_file.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/weights/safetensors.hpp"

namespace blockscope {
namespace {

constexpr std::string_view momentum_prefix = "momentum/";
constexpr std::string_view setting_prefix = "training ";

std::string row_of(const TrainingEpoch& e) {
    std::string row = std::to_string(e.epoch);
    for (const double value : {e.learning_rate, e.largest_loss, e.largest_percent, e.smallest_loss,
                               e.smallest_percent}) {
        row += "," + round_trip(value);
    }
    return row + "\n";
}

std::vector<TrainingEpoch> parse_log(const std::string& text, const std::string& source) {
    const CsvTable table = parse_csv(text, source);
    std::vector<TrainingEpoch> epochs;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        epochs.push_back({static_cast<int>(table.number(r, 0)), table.number(r, 1),
                          table.number(r, 2), table.number(r, 3), table.number(r, 4),
                          table.number(r, 5)});
    }
    return epochs;
}

const std::string& note(const TensorFile& file, const std::string& key) {
    const auto found = file.notes.find(key);
    if (found == file.notes.end()) {
        throw Error("is there, and no training of this program; remove it or give another -o",
                    file.source);
    }
    return found->second;
}

std::size_t count_of(const TensorFile& file, const std::string& key) {
    long long number = -1;
    if (!parse_number(note(file, key), number) || number < 0) {
        throw Error(fmt::format("'{}' is no count", key), file.source);
    }
    return static_cast<std::size_t>(number);
}

}  // namespace

std::string training_log(const std::vector<TrainingEpoch>& epochs) {
    std::string text =
        "epoch,learning_rate,largest_loss,largest_accuracy_percent,smallest_loss,"
        "smallest_accuracy_percent\n";
    for (const TrainingEpoch& epoch : epochs) text += row_of(epoch);
    return text;
}

void write_training(const std::string& path, const TrainingSettings& settings,
                    const TrainingState& state, const std::map<std::string, std::string>& notes) {
    TensorFile file{path, state.values, notes};
    for (const auto& [name, tensor] : state.momenta) {
        file.tensors.emplace(std::string(momentum_prefix) + name, tensor);
    }
    for (const auto& [key, value] : settings) {
        file.notes[std::string(setting_prefix) + key] = value;
    }
    file.notes["step"] = std::to_string(state.step);
    file.notes["images"] = std::to_string(state.images);
    file.notes["sums"] = training_log({state.sums});
    file.notes["log"] = training_log(state.epochs);
    write_file(path, to_safetensors(file));
}

std::optional<TrainingState> read_training(const std::string& path,
                                           const TrainingSettings& settings) {
    if (!std::filesystem::exists(path)) return std::nullopt;
    const std::string bytes = read_file(path);
    if (!looks_like_safetensors(bytes)) note({path, {}}, "step");  // says what it is not
    const TensorFile file = parse_safetensors(bytes, path);
    TrainingState state;
    state.step = count_of(file, "step");
    for (const auto& [key, value] : settings) {
        const std::string& there = note(file, std::string(setting_prefix) + key);
        if (there == value) continue;
        throw Error(fmt::format("is there, and of another training: {} was {} and is {} now; "
                                "remove it or give another -o",
                                key, there, value),
                    path);
    }
    state.images = count_of(file, "images");
    state.sums = parse_log(note(file, "sums"), path).at(0);
    state.epochs = parse_log(note(file, "log"), path);
    for (const auto& [name, tensor] : file.tensors) {
        if (name.starts_with(momentum_prefix)) {
            state.momenta.emplace(name.substr(momentum_prefix.size()), tensor);
        } else {
            state.values.emplace(name, tensor);
        }
    }
    return state;
}

}  // namespace blockscope
