#include "blockscope/model/fitted_model.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/model/gru.hpp"

namespace blockscope {
namespace {

constexpr std::size_t unknown = std::numeric_limits<std::size_t>::max();

std::size_t index_of(const FittedModel& model, int resolution) {
    const auto found =
        std::lower_bound(model.resolutions.begin(), model.resolutions.end(), resolution);
    if (found == model.resolutions.end() || *found != resolution) return unknown;
    return static_cast<std::size_t>(found - model.resolutions.begin());
}

std::string not_fitted(const FittedModel& model, int resolution) {
    return fmt::format("the model was fitted at resolution {}, not at {}",
                       fmt::join(model.resolutions, ", "), resolution);
}

double value_at(const FittedModel& model, const Architecture& a, std::size_t resolution) {
    double sum = model.additive.value(a, resolution);
    if (!model.smooth) return sum;
    const auto& [kernel, landmarks, weights] = *model.smooth;
    for (std::size_t j = 0; j < landmarks.size(); ++j) sum += weights[j] * kernel(a, landmarks[j]);
    return sum;
}

class FittedPredictor : public Predictor {
public:
    FittedPredictor(FittedModel model, DesignSpace space)
        : model_(std::move(model)), space_(std::move(space)), inputs_(space_) {
        if (model_.gru) gru_ = make_gru(complete(*model_.gru), space_);
        if (model_.network) runner_.emplace(*model_.network, space_, model_.resolutions);
    }

    void predict(std::span<const Architecture> archs, std::span<double> out,
                 unsigned threads) const override {
        constexpr std::size_t chunk = 1024;
        parallel_chunks(archs.size(), chunk, threads,
                        [&](std::size_t first, std::size_t last, std::size_t) {
                            for (std::size_t i = first; i < last; ++i) {
                                const auto r = index_of(model_, archs[i].resolution);
                                out[i] = r == unknown ? std::numeric_limits<double>::quiet_NaN()
                                                      : value_at(model_, archs[i], r);
                            }
                            if (model_.trees) add_trees(archs, out, first, last);
                            if (gru_) add_gru(archs, out, first, last);
                            if (!runner_) return;
                            Lanes<float> work;
                            for (std::size_t i = first; i < last; i += FeedForwardRunner::batch) {
                                const std::size_t n = std::min(FeedForwardRunner::batch, last - i);
                                runner_->add(archs.subspan(i, n), out.subspan(i, n), work);
                            }
                        });
    }

    std::string refusal(const Architecture& a) const override {
        if (index_of(model_, a.resolution) == unknown) return not_fitted(model_, a.resolution);
        return "";
    }

    std::optional<LayerTable> additive(int resolution) const override {
        return layer_table(model_, space_, resolution);
    }

private:
    void add_trees(std::span<const Architecture> archs, std::span<double> out, std::size_t first,
                   std::size_t last) const {
        std::vector<float> numbers(inputs_.size());
        for (std::size_t i = first; i < last; ++i) {
            inputs_.of(archs[i], numbers.data());
            out[i] += model_.trees->value(numbers.data());
        }
    }

    void add_gru(std::span<const Architecture> archs, std::span<double> out, std::size_t first,
                 std::size_t last) const {
        std::vector<double> said(last - first);
        gru_->predict(archs.subspan(first, last - first), said, 1);
        for (std::size_t i = first; i < last; ++i) out[i] += model_.gru->scale * said[i - first];
    }

    FittedModel model_;
    DesignSpace space_;
    std::unique_ptr<Predictor> gru_;
    TreeInputs inputs_;
    std::optional<FeedForwardRunner> runner_;
};

}  // namespace

double value(const FittedModel& model, const Architecture& a) {
    return value_at(model, a, index_of(model, a.resolution));
}

std::optional<LayerTable> layer_table(const FittedModel& model, const DesignSpace& space,
                                      int resolution) {
    if (model.smooth || model.network || model.trees || model.gru) return std::nullopt;
    const std::size_t r = index_of(model, resolution);
    if (r == unknown) throw Error(not_fitted(model, resolution));
    LayerTable table(space, LayerTable::Combine::sum);
    for (int v = 0; v < table.stem_variants(); ++v) table.stem(v) = model.additive.offset[r];
    add_scaled(table, space, model.additive.table, model.additive.scale[r]);
    return table;
}

std::unique_ptr<Predictor> make_fitted_predictor(FittedModel model, const DesignSpace& space) {
    return std::make_unique<FittedPredictor>(std::move(model), space);
}

std::string error_phrase(const FittedCard& card) {
    const auto& error = card.error;
    const auto& about = card.about;
    return fmt::format(
        "mean absolute error {} {} ({} to {}), Spearman {} on {} {}{}{}",
        significant(error.mean_absolute.value, 3), card.unit,
        significant(error.mean_absolute.low, 3), significant(error.mean_absolute.high, 3),
        significant(error.spearman.value, 4), error.rows, card.error_from,
        about.source.empty() ? "" : ", against " + about.source,
        about.source_error.empty() ? "" : "; that one's own error: " + about.source_error);
}

std::string body_fingerprint(const DesignSpace& space) {
    DesignSpace whole = space;
    const auto every = [](std::size_t n) {
        return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
    };
    for (auto& choice : whole.stem_choices) choice.allowed = every(choice.options.size());
    for (auto& unit : whole.units) {
        unit.depths = std::uint64_t{1} << unit.max_depth;
        unit.widths = every(unit.channels.size());
        for (auto& blocks : unit.blocks) blocks = every(space.blocks.size());
    }
    return whole.fingerprint();
}

void add_scaled(LayerTable& sum, const DesignSpace& space, const LayerTable& table, double scale) {
    for (int v = 0; v < table.stem_variants(); ++v) sum.stem(v) += scale * table.stem(v);
    for (int u = 0; u < table.unit_count(); ++u) {
        for (int l = 0; l < space.units[u].max_depth; ++l) {
            for (int i = 0; i < (l == 0 ? table.incoming_states(u) : 1); ++i) {
                for (int w = 0; w < table.width_states(u); ++w) {
                    for (int b = 0; b < static_cast<int>(space.blocks.size()); ++b) {
                        sum.term(u, l, i, w, b) += scale * table.term(u, l, i, w, b);
                    }
                }
            }
        }
    }
    for (int w = 0; w < table.width_states(table.unit_count() - 1); ++w) {
        sum.head(w) += scale * table.head(w);
    }
}

}  // namespace blockscope
