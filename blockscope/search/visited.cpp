#include "blockscope/search/visited.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "blockscope/space/beginning.hpp"

namespace blockscope {

Visited::Visited(const Problem& problem, std::size_t expected)
    : problem_(problem),
      values_(problem.metrics.size()),
      errors_(problem.metrics.size()),
      costs_{problem.objectives.size(), {}} {
    for (Metric* metric : problem.metrics) {
        tables_.push_back(tables_of(*metric, problem.space, problem.resolutions));
        costly_.push_back(metric->info().costly && tables_.back().empty());
    }
    constexpr std::size_t most_reserved = std::size_t{1} << 22;
    expected = std::min(expected, most_reserved);
    archs_.reserve(expected);
    costs_.values.reserve(expected * costs_.dimensions);
    for (auto& column : values_) column.reserve(expected);
    if (!problem.limits.empty()) excess_.reserve(expected);
}

std::vector<std::size_t> Visited::add(std::span<const Architecture> archs, Progress* progress,
                                      std::span<const std::size_t> rivals) {
    std::vector<std::size_t> rows;
    std::vector<std::size_t> fresh;
    for (const auto& a : archs) {
        const auto [row, is_new] = index_.find_or_append(archs_, a);
        if (is_new) fresh.push_back(row);
        rows.push_back(row);
    }
    for (auto& column : values_) column.resize(size(), std::numeric_limits<double>::quiet_NaN());
    costs_.values.resize(size() * costs_.dimensions, std::numeric_limits<double>::quiet_NaN());
    if (!problem_.limits.empty()) excess_.resize(size());

    std::vector<bool> asked(problem_.metrics.size(), false);
    const auto ask = [&](std::size_t metric, std::span<const double> bounds = {}) {
        if (!asked[metric]) evaluate(metric, fresh, bounds, progress);
        asked[metric] = true;
    };
    const auto all = fresh;
    for (const bool costly : {false, true}) {
        for (const auto& limit : problem_.limits) {
            if (costly_[limit.metric] == costly) ask(limit.metric);
        }
        if (problem_.limits.empty()) break;
        for (const auto row : fresh) judge(row, costly);
        std::erase_if(fresh, [&](std::size_t row) { return !keeps_limits(row); });
    }
    for (const auto row : all) {  // what was asked no further
        if (!keeps_limits(row)) judge(row, true);
    }
    std::optional<std::size_t> last;  // the objective whose metric may give up
    for (std::size_t k = 0; k < costs_.dimensions && !rivals.empty(); ++k) {
        const auto& [metric, direction] = problem_.objectives[k];
        const auto& info = problem_.metrics[metric]->info();
        if (info.give_up_error > 0 && info.direction == direction && !asked[metric]) last = k;
    }
    for (std::size_t k = 0; k < costs_.dimensions; ++k) {
        if (k == last) continue;
        ask(problem_.objectives[k].metric);
        set_cost(k, fresh);
    }
    if (last) {
        ask(problem_.objectives[*last].metric, bounds(*last, fresh, rivals));
        set_cost(*last, fresh);
    }
    return rows;
}

void Visited::set_cost(std::size_t objective, const std::vector<std::size_t>& rows) {
    const auto& [metric, direction] = problem_.objectives[objective];
    for (const auto row : rows) {
        const double value = values_[metric][row];
        if (!std::isfinite(value)) continue;  // costs stay unknown
        costs_.values[row * costs_.dimensions + objective] =
            direction == Direction::larger_is_better ? -value : value;
    }
}

/// For each of `rows` the best that a rival has in the objective, of the rivals that are as good in
/// every other; NaN for none.
std::vector<double> Visited::bounds(std::size_t objective, const std::vector<std::size_t>& rows,
                                    std::span<const std::size_t> rivals) const {
    const bool larger = problem_.objectives[objective].direction == Direction::larger_is_better;
    std::vector<double> found(rows.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto own = costs_[rows[i]];
        double least = std::numeric_limits<double>::infinity();
        for (const auto rival : rivals) {
            const auto other = costs_[rival];
            bool as_good = true;
            for (std::size_t k = 0; k < own.size(); ++k) {
                if (k != objective) as_good = as_good && other[k] <= own[k];
            }
            if (as_good) least = std::min(least, other[objective]);
        }
        if (std::isfinite(least)) found[i] = larger ? -least : least;
    }
    return found;
}

/// In which order a metric is asked for `rows`, as indices into them.
std::vector<std::size_t> Visited::asking_order(std::size_t metric,
                                               const std::vector<std::size_t>& rows) const {
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!problem_.metrics[metric]->info().in_order) return order;
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
        return begins_before(problem_.space, archs_[rows[i]], archs_[rows[j]]);
    });
    return order;
}

void Visited::evaluate(std::size_t metric, const std::vector<std::size_t>& rows,
                       std::span<const double> bounds, Progress* progress) {
    auto& values = values_[metric];
    if (const auto& tables = tables_[metric]; !tables.empty()) {
        const auto& all = problem_.resolutions;
        for (const auto row : rows) {
            const auto r = std::find(all.begin(), all.end(), archs_[row].resolution) - all.begin();
            values[row] = tables[static_cast<std::size_t>(r)].value(archs_[row]);
        }
        return;
    }
    if (rows.empty()) return;
    const auto order = asking_order(metric, rows);
    std::vector<double> ordered;
    for (std::size_t i = 0; i < bounds.size(); ++i) ordered.push_back(bounds[order[i]]);
    std::vector<Architecture> batch;
    batch.reserve(rows.size());
    for (const auto i : order) batch.push_back(archs_[rows[i]]);
    const auto column =
        problem_.metrics[metric]->evaluate_or_give_up(problem_.space, batch, ordered, progress);
    for (std::size_t i = 0; i < rows.size(); ++i) values[rows[order[i]]] = column.values[i];
    const auto before = static_cast<std::ptrdiff_t>(given_up_.size());
    for (const auto& part : column.given_up) {
        given_up_.push_back({rows[order[part.index]], metric, part.at_best, part.trials});
    }
    std::sort(given_up_.begin() + before, given_up_.end(),
              [](const PartialValue& a, const PartialValue& b) { return a.row < b.row; });
    const double stated = stated_error(problem_.metrics[metric]->info());
    if (!column.spread.empty() || std::isfinite(stated)) {
        auto& errors = errors_[metric];
        errors.resize(size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            errors[rows[order[i]]] = column.spread.empty() ? stated : column.spread[i];
        }
    }
    if (failures_ == 0 && !column.failures.empty()) {
        first_failure_ =
            problem_.metrics[metric]->info().name + ": " + column.failures.front().second;
    }
    failures_ += column.failures.size();
}

void Visited::judge(std::size_t row, bool costly_too) {
    Excess excess;
    for (const auto& limit : problem_.limits) {
        if (costly_[limit.metric] && !costly_too) continue;
        const double value = values_[limit.metric][row];
        const double beyond = limit.at_most ? value - limit.value : limit.value - value;
        if (std::isnan(value)) {
            ++excess.unknown;
        } else if (beyond > 0) {
            excess.relative += limit.value == 0 ? beyond : beyond / std::abs(limit.value);
        }
    }
    excess_[row] = excess;
}

Costs Visited::costs(std::span<const std::size_t> rows) const {
    Costs some{costs_.dimensions, {}};
    some.values.reserve(rows.size() * some.dimensions);
    for (const auto row : rows) {
        const auto point = costs_[row];
        some.values.insert(some.values.end(), point.begin(), point.end());
    }
    return some;
}

bool Visited::usable(std::size_t row) const {
    const auto point = costs_[row];
    return std::none_of(point.begin(), point.end(), [](double v) { return std::isnan(v); });
}

}  // namespace blockscope
