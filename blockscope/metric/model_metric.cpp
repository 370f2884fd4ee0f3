#include "blockscope/metric/model_metric.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/table_metric.hpp"
#include "blockscope/model/lookup_table.hpp"
#include "blockscope/model/model_file.hpp"
#include "blockscope/model/ofa_flops_table.hpp"
#include "blockscope/model/shipped_models.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

Direction direction_of(const ModelCard& card) {
    if (!card.direction.empty()) return direction_named(card.direction);
    if (card.unit == "%") return Direction::larger_is_better;
    return card.unit == "ms" ? Direction::smaller_is_better : Direction::neither;
}

/// "model:FILE#unit=ms" as file and unit.
std::pair<std::string, std::string> file_and_unit(const std::string& name) {
    const std::string rest = name.substr(std::string("model:").size());
    const auto hash = rest.rfind('#');
    std::error_code code;
    if (hash == std::string::npos || fs::exists(rest, code)) return {rest, ""};
    const std::string option = rest.substr(hash + 1);
    if (!option.starts_with("unit=") || option.size() == 5) {
        throw Error(
            fmt::format("'{}': '{}' is not understood; write model:FILE#unit=ms", name, option));
    }
    return {rest.substr(0, hash), option.substr(5)};
}

/// One model, or several of one quantity and scale that each know other resolutions.
class ModelMetric : public Metric {
public:
    ModelMetric(const std::string& name, std::vector<Model> parts, unsigned threads)
        : parts_(std::move(parts)), threads_(threads) {
        const ModelCard& card = least_sure();
        info_.name = name;
        info_.column = card.name;
        info_.unit = card.unit;
        info_.direction = direction_of(card);
        info_.source =
            fmt::format("predictor{}{}; {}", card.quantity.empty() ? "" : ": ", card.quantity,
                        card.error.empty() ? "error not stated with it" : card.error);
        info_.model = ModelError{card.error, card.half_width, card.level};
    }

    const MetricInfo& info() const override { return info_; }

    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        column.values.resize(archs.size());
        if (parts_.size() == 1) {
            parts_.front().predictor->predict(archs, column.values, threads_);
        } else {
            predict_by_parts(archs, column.values);
        }
        for (std::size_t i = 0; i < archs.size(); ++i) {
            double& value = column.values[i];
            value *= parts_.front().card.scale;
            if (std::isfinite(value)) continue;
            value = std::numeric_limits<double>::quiet_NaN();
            column.failures.emplace_back(i, reason(archs[i]));
        }
        return column;
    }

    std::optional<LayerTable> additive(const DesignSpace&, int resolution) override {
        Architecture at_resolution;
        at_resolution.resolution = static_cast<std::uint16_t>(resolution);
        return parts_[part_for(at_resolution)].predictor->additive(
            resolution);  // those have scale 1
    }

private:
    /// Whose error speaks for all.
    const ModelCard& least_sure() const {
        return std::max_element(parts_.begin(), parts_.end(),
                                [](const Model& a, const Model& b) {
                                    return a.card.half_width < b.card.half_width;
                                })
            ->card;
    }

    /// The one that knows the resolution; the last if none does.
    std::size_t part_for(const Architecture& a) const {
        std::size_t part = 0;
        while (part + 1 < parts_.size() && !parts_[part].predictor->refusal(a).empty()) ++part;
        return part;
    }

    /// Resolutions may alternate: each part gets its architectures in one piece.
    void predict_by_parts(std::span<const Architecture> archs, std::span<double> values) const {
        std::map<int, std::size_t> part_of;  // by resolution
        std::vector<std::vector<std::size_t>> members(parts_.size());
        for (std::size_t i = 0; i < archs.size(); ++i) {
            auto [found, is_new] = part_of.try_emplace(archs[i].resolution, 0);
            if (is_new) found->second = part_for(archs[i]);
            members[found->second].push_back(i);
        }
        std::vector<Architecture> own;
        std::vector<double> out;
        for (std::size_t part = 0; part < parts_.size(); ++part) {
            own.clear();
            for (const auto i : members[part]) own.push_back(archs[i]);
            out.resize(own.size());
            parts_[part].predictor->predict(own, out, threads_);
            for (std::size_t k = 0; k < out.size(); ++k) values[members[part][k]] = out[k];
        }
    }

    std::string reason(const Architecture& a) const {
        if (parts_.size() > 1) {
            return fmt::format("no part of the model knows resolution {}", a.resolution);
        }
        const auto refusal = parts_.front().predictor->refusal(a);
        return refusal.empty() ? "the model gives no number" : refusal;
    }

    MetricInfo info_;
    std::vector<Model> parts_;  ///< at least one
    unsigned threads_;
};

}  // namespace

std::unique_ptr<Metric> make_model_metric(const DesignSpace& space, const std::string& name,
                                          unsigned threads) {
    const auto [file, unit] = file_and_unit(name);
    std::vector<Model> one;
    one.push_back(load_model(file, space, unit));
    return std::make_unique<ModelMetric>(name, std::move(one), threads);
}

std::unique_ptr<Metric> make_shipped_metric(const DesignSpace& space, const std::string& name,
                                            unsigned threads) {
    auto parts = load_shipped(name, space);
    if (parts.empty()) return nullptr;
    return std::make_unique<ModelMetric>(name, std::move(parts), threads);
}

std::vector<MetricInfo> shipped_metrics() {
    std::vector<MetricInfo> infos;
    std::map<std::string, std::size_t> known;
    std::string previous;
    for (const auto& shipped : shipped_models()) {
        if (shipped.space + shipped.metric == previous) continue;  // another resolution
        previous = shipped.space + shipped.metric;
        const auto metric = make_shipped_metric(load_space(shipped.space), shipped.metric, 1);
        const MetricInfo& info = metric->info();
        const std::string error = shipped.space + ": " + info.model->phrase;
        if (const auto found = known.find(shipped.metric); found != known.end()) {
            infos[found->second].model->phrase += "; " + error;
            continue;
        }
        known[shipped.metric] = infos.size();
        MetricInfo listed = info;
        listed.model->phrase = error;
        listed.source = info.source.substr(0, info.source.find(';'));
        infos.push_back(std::move(listed));
    }
    return infos;
}

std::unique_ptr<Metric> make_lookup_metric(const DesignSpace& space, const std::string& name) {
    const std::string path = name.substr(std::string("lut:").size());
    std::map<int, LayerTable> tables;
    std::string known;
    for (const auto& [resolution, table] : read_lookup_tables(path)) {
        tables.emplace(resolution, layer_table(table, space));
        known += fmt::format(" {}", resolution);
    }
    MetricInfo info;
    info.name = name;
    const fs::path file(path);
    info.column = (file.has_filename() ? file : file.parent_path()).stem().string();
    info.unit = "ms";
    info.direction = Direction::smaller_is_better;
    info.source =
        "look-up table: sum of the measured means of a network's blocks, resolutions" + known;
    return make_table_metric(
        info, [tables = std::move(tables), known](const DesignSpace&, int resolution) {
            const auto found = tables.find(resolution);
            if (found == tables.end()) {
                throw Error(fmt::format("no look-up table for resolution {}; there are{}",
                                        resolution, known));
            }
            return found->second;
        });
}

std::unique_ptr<Metric> make_ofa_flops_metric() {
    return make_table_metric(model_metrics().back(), ofa_flops_table);
}

std::vector<MetricInfo> model_metrics() {
    return {
        {"model:FILE[#unit=ms]", "", "of the model", Direction::neither, false,
         "published predictor from its original file, or a model that `blockscope fit` wrote"},
        {"lut:FILE", "", "ms", Direction::smaller_is_better, false,
         "look-up table of measured blocks (OFA's YAML files, or their folder), summed"},
        {"flops/ofa-table", "flops_ofa_table_m", "1e6 operations", Direction::smaller_is_better,
         false,
         "OFA's published table for ofa-mbv3, by its rule: 1 a multiply-accumulate, 2 a batch-norm "
         "element, 1 a bias; unrounded channels"}};
}

}  // namespace blockscope
