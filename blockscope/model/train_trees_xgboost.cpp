#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <xgboost/c_api.h>

#include "blockscope/base/error.hpp"
#include "blockscope/model/boosted_trees.hpp"

namespace blockscope {
namespace {

void check(int code) {
    if (code != 0) throw Error(fmt::format("XGBoost: {}", XGBGetLastError()), "", Fault::runtime);
}

struct FreeMatrix {
    void operator()(void* handle) const { XGDMatrixFree(handle); }
};
struct FreeBooster {
    void operator()(void* handle) const { XGBoosterFree(handle); }
};
using DataMatrix = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;

DataMatrix matrix(std::span<const float> rows, std::size_t columns,
                  std::span<const float> targets) {
    DMatrixHandle handle = nullptr;
    check(XGDMatrixCreateFromMat(rows.data(), targets.size(), columns,
                                 std::numeric_limits<float>::quiet_NaN(), &handle));
    DataMatrix data(handle);
    check(XGDMatrixSetFloatInfo(handle, "label", targets.data(), targets.size()));
    return data;
}

/// A tree as XGBoost writes it, into nodes that follow their parents.
void read_tree(const nlohmann::json& from, std::vector<BoostedTrees::Node>& nodes) {
    const std::size_t here = nodes.size();
    nodes.emplace_back();
    if (from.contains("leaf")) {
        nodes[here].at = from["leaf"].get<float>();
        return;
    }
    nodes[here].input = std::stoi(from["split"].get<std::string>().substr(1));  // "f12"
    nodes[here].at = from["split_condition"].get<float>();
    for (const char* side : {"yes", "no"}) {
        const auto& children = from["children"];
        const auto child = std::find_if(children.begin(), children.end(),
                                        [&](const auto& c) { return c["nodeid"] == from[side]; });
        const int next = static_cast<int>(nodes.size());
        (side[0] == 'y' ? nodes[here].below : nodes[here].above) = next;
        read_tree(*child, nodes);
    }
}

double squared_error(const BoostedTrees& model, std::span<const float> rows, std::size_t columns,
                     std::span<const float> targets, std::vector<double>& predicted,
                     std::size_t tree) {
    const BoostedTrees one{{model.trees[tree]}};
    double sum = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        predicted[i] += one.value(&rows[i * columns]);
        sum += (predicted[i] - targets[i]) * (predicted[i] - targets[i]);
    }
    return sum;
}

}  // namespace

bool can_train_trees() { return true; }

BoostedTrees train_trees(std::span<const float> rows, std::size_t columns,
                         std::span<const float> targets, std::size_t watched,
                         const BoostingOptions& options) {
    const std::size_t fitted = targets.size() - watched;
    const DataMatrix data = matrix(rows.first(fitted * columns), columns, targets.first(fitted));
    DMatrixHandle handle = data.get();
    BoosterHandle created = nullptr;
    check(XGBoosterCreate(&handle, 1, &created));
    const Booster booster(created);
    const std::pair<const char*, std::string> parameters[] = {
        {"objective", "reg:squarederror"},
        {"base_score", "0"},
        {"tree_method", "hist"},
        {"nthread", "1"},
        {"seed", "1"},
        {"verbosity", "0"},
        {"eta", fmt::format("{}", options.rate)},
        {"max_depth", fmt::format("{}", options.depth)}};
    for (const auto& [name, value] : parameters) {
        check(XGBoosterSetParam(booster.get(), name, value.c_str()));
    }
    for (int round = 0; round < options.rounds; ++round) {
        check(XGBoosterUpdateOneIter(booster.get(), round, data.get()));
    }
    bst_ulong count = 0;
    const char** texts = nullptr;
    check(XGBoosterDumpModelEx(booster.get(), "", 0, "json", &count, &texts));
    BoostedTrees model;
    for (bst_ulong t = 0; t < count; ++t) {
        read_tree(nlohmann::json::parse(texts[t]), model.trees.emplace_back());
    }
    if (watched == 0) return model;
    const auto unseen = rows.subspan(fitted * columns);
    const auto truth = targets.subspan(fitted);
    std::vector<double> predicted(watched, 0.0);
    double least = 0;
    for (const float t : truth) least += static_cast<double>(t) * t;
    std::size_t kept = 0;
    for (std::size_t t = 0; t < model.trees.size(); ++t) {
        const double error = squared_error(model, unseen, columns, truth, predicted, t);
        if (error >= least) continue;
        least = error;
        kept = t + 1;
    }
    model.trees.resize(kept);
    return model;
}

}  // namespace blockscope
