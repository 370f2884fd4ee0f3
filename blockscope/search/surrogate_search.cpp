#include <algorithm>
#include <cmath>
#include <memory>
#include <queue>

#include "blockscope/search/dominance.hpp"
#include "blockscope/search/hypervolume.hpp"
#include "blockscope/search/search_state.hpp"
#include "blockscope/search/surrogate_model.hpp"

namespace blockscope {
namespace {

constexpr double optimism = 0.5;    ///< standard errors that an objective is taken for better
constexpr std::size_t breed = 100;  ///< of the search on the models, a generation
constexpr std::size_t generations = 20;

/// What a model expects of a metric, `shift` standard errors higher.
class BeliefMetric : public Metric {
public:
    BeliefMetric(MetricInfo info, std::shared_ptr<const SurrogateModel> model, double shift)
        : info_(std::move(info)), model_(std::move(model)), shift_(shift) {}
    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace&, std::span<const Architecture> archs,
                          Progress*) override {
        MetricColumn column;
        column.values.resize(archs.size());
        std::vector<double> error(archs.size());
        model_->predict(archs, column.values, error);
        for (std::size_t i = 0; i < archs.size(); ++i) column.values[i] += shift_ * error[i];
        return column;
    }

private:
    MetricInfo info_;
    std::shared_ptr<const SurrogateModel> model_;
    double shift_;
};

/// The problem as it is believed to be: objectives as good as may be hoped for, limits as expected.
/// Metrics that are tables are what they are.
class BelievedProblem {
public:
    explicit BelievedProblem(const SearchState& state)
        : problem{state.problem.space, state.problem.resolutions, {}, {}, {}},
          models_(state.problem.metrics.size()) {
        for (const auto& objective : state.problem.objectives) {
            const bool larger = objective.direction == Direction::larger_is_better;
            const auto metric = believed(state, objective.metric, larger ? optimism : -optimism);
            problem.objectives.push_back({metric, objective.direction});
        }
        for (const auto& limit : state.problem.limits) {
            problem.limits.push_back(
                {believed(state, limit.metric, 0), limit.at_most, limit.value});
        }
    }

    Problem problem;

private:
    std::size_t believed(const SearchState& state, std::size_t metric, double shift) {
        Metric* original = state.problem.metrics[metric];
        if (!tables_of(*original, problem.space, problem.resolutions).empty()) {
            problem.metrics.push_back(original);
            return problem.metrics.size() - 1;
        }
        if (!models_[metric]) models_[metric] = fitted(state, metric);
        if (models_[metric]) {
            metrics_.push_back(
                std::make_unique<BeliefMetric>(original->info(), models_[metric], shift));
            problem.metrics.push_back(metrics_.back().get());
            return problem.metrics.size() - 1;
        }
        is_known = false;
        return 0;
    }

    static std::shared_ptr<const SurrogateModel> fitted(const SearchState& state,
                                                        std::size_t metric) {
        std::vector<Architecture> archs;
        std::vector<double> values;
        const auto& column = state.visited.values()[metric];
        for (std::size_t i = 0; i < column.size(); ++i) {
            if (std::isnan(column[i])) continue;
            archs.push_back(state.visited.archs()[i]);
            values.push_back(column[i]);
        }
        if (archs.size() < 2) return nullptr;
        return std::make_shared<SurrogateModel>(state.problem.space, archs, values,
                                                state.problem.resolutions);
    }

    std::vector<std::shared_ptr<const SurrogateModel>> models_;  ///< by metric; made when asked for
    std::vector<std::unique_ptr<Metric>> metrics_;

public:
    bool is_known = true;  ///< false: of some metric nothing was ever evaluated
};

/// Up to n rows of `candidates`, one after the other that which adds most to the hypervolume of the
/// front and those before; then by rank. What a row adds only shrinks as others are taken, so most
/// need no second look. Source: Minoux, "Accelerated greedy algorithms for maximizing submodular
/// set functions" (1978).
std::vector<std::size_t> greedy(const Costs& known, const Costs& candidates, std::size_t n) {
    Costs together = known;
    Costs all = known;
    all.values.insert(all.values.end(), candidates.values.begin(), candidates.values.end());
    const auto reference = worst(all);
    double volume = hypervolume(together, reference);
    const auto adds = [&](std::size_t i) {
        const auto point = candidates[i];
        together.values.insert(together.values.end(), point.begin(), point.end());
        const double with = hypervolume(together, reference);
        together.values.resize(together.values.size() - together.dimensions);
        return with - volume;
    };
    struct Gain {
        double gain;
        std::size_t row, round;
        bool operator<(const Gain& other) const {
            return gain != other.gain ? gain < other.gain : row > other.row;
        }
    };
    std::priority_queue<Gain> queue;
    for (const auto i : front(candidates, Ties::keep_first)) queue.push({adds(i), i, 0});
    std::vector<std::size_t> rows;
    while (rows.size() < n && !queue.empty() && queue.top().gain > 0) {
        const Gain best = queue.top();
        queue.pop();
        if (best.round < rows.size()) {
            queue.push({adds(best.row), best.row, rows.size()});
            continue;
        }
        const auto point = candidates[best.row];
        together.values.insert(together.values.end(), point.begin(), point.end());
        volume += best.gain;
        rows.push_back(best.row);
    }
    const auto rank = ranks(candidates);
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < rank.size(); ++i) {
        const bool taken = std::find(rows.begin(), rows.end(), i) != rows.end();
        if (!taken && rank[i] != unranked) rest.push_back(i);
    }
    std::stable_sort(rest.begin(), rest.end(),
                     [&](std::size_t i, std::size_t j) { return rank[i] < rank[j]; });
    rest.resize(std::min(rest.size(), n - rows.size()));
    rows.insert(rows.end(), rest.begin(), rest.end());
    return rows;
}

/// New architectures worth evaluating: those of a search on the models that promise most.
std::vector<Architecture> proposals(SearchState& state) {
    const BelievedProblem believed(state);
    if (!believed.is_known) return state.draw_new(state.options.children);
    SearchOptions options;
    options.algorithm = Algorithm::nsga2;
    options.iterations = generations;
    options.children = breed;
    options.seed = state.rng.bits64();
    options.top = state.options.children;
    options.rates = state.options.rates;
    const auto rows = front(state.visited.costs(), Ties::keep_first);
    const auto& near = rows.empty() ? state.nearest() : rows;
    for (const auto row : near) options.start.push_back(state.visited.archs()[row]);
    options.initial = std::max(breed, 2 * options.start.size());
    SearchState inner(believed.problem, options, nullptr);
    search_by_nsga2(inner);
    std::vector<std::size_t> fresh;
    for (std::size_t i = 0; i < inner.visited.size(); ++i) {
        const bool known = state.visited.contains(inner.visited.archs()[i]);
        if (!known && inner.visited.usable(i)) fresh.push_back(i);
    }
    std::vector<Architecture> chosen;
    for (const auto i :
         greedy(state.visited.costs(rows), inner.visited.costs(fresh), state.options.children)) {
        chosen.push_back(inner.visited.archs()[fresh[i]]);
    }
    if (!chosen.empty()) return chosen;
    for (const auto i : inner.nearest()) {  // nothing is expected to keep the limits
        if (!state.visited.contains(inner.visited.archs()[i])) {
            chosen.push_back(inner.visited.archs()[i]);
        }
    }
    return chosen;
}

}  // namespace

void search_by_surrogate(SearchState& state) {
    const auto& options = state.options;
    state.ask(state.first_ones(), 0);
    for (std::size_t i = 1; i <= options.iterations && !state.ends_before(i); ++i) {
        auto children = proposals(state);
        if (children.empty()) children = state.draw_new(options.children);
        state.ask(children, i);
    }
}

}  // namespace blockscope
