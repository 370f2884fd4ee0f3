#include "blockscope/search/visited.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {
namespace {

/// What a predictor says of its error, as a standard error of what is predicted.
double stated_error(const MetricInfo& info) {
    if (!info.model || !(info.model->level > 0)) return std::numeric_limits<double>::quiet_NaN();
    return info.model->half_width / normal_quantile((1 + info.model->level) / 2);
}

}  // namespace

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

std::vector<std::size_t> Visited::add(std::span<const Architecture> archs, Progress* progress) {
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
    const auto ask = [&](std::size_t metric) {
        if (!asked[metric]) evaluate(metric, fresh, progress);
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
    for (const auto& objective : problem_.objectives) ask(objective.metric);
    for (const auto row : fresh) {
        for (std::size_t k = 0; k < costs_.dimensions; ++k) {
            const auto& objective = problem_.objectives[k];
            const double value = values_[objective.metric][row];
            if (!std::isfinite(value)) continue;  // costs stay unknown
            costs_.values[row * costs_.dimensions + k] =
                objective.direction == Direction::larger_is_better ? -value : value;
        }
    }
    return rows;
}

void Visited::evaluate(std::size_t metric, const std::vector<std::size_t>& rows,
                       Progress* progress) {
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
    std::vector<Architecture> batch;
    batch.reserve(rows.size());
    for (const auto row : rows) batch.push_back(archs_[row]);
    const auto column = problem_.metrics[metric]->evaluate(problem_.space, batch, progress);
    for (std::size_t i = 0; i < rows.size(); ++i) values[rows[i]] = column.values[i];
    const double stated = stated_error(problem_.metrics[metric]->info());
    if (!column.spread.empty() || std::isfinite(stated)) {
        auto& errors = errors_[metric];
        errors.resize(size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            errors[rows[i]] = column.spread.empty() ? stated : column.spread[i];
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
