#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/search/costs.hpp"
#include "blockscope/search/problem.hpp"
#include "blockscope/search/row_index.hpp"

namespace blockscope {

/// Every architecture a search has asked for, once, in the order of asking, with what is known of
/// it: 76 to 84 bytes, 8 more for each metric, objective and metric with errors, 16 with limits.
/// Limits come first: an architecture beyond one that is no costly metric is asked nothing
/// costly, and one beyond any limit no objective.
class Visited {
public:
    /// problem: outlives this. expected: how many it will be, so that nothing moves meanwhile.
    /// Throws Error for a metric without a table for a resolution.
    explicit Visited(const Problem& problem, std::size_t expected = 0);

    /// Evaluates those that are new. Returns the row of each.
    /// rivals: usable rows; an objective's metric may give up on what is no better than one of them
    /// in any objective. With several such metrics the last does.
    std::vector<std::size_t> add(std::span<const Architecture> archs, Progress* progress,
                                 std::span<const std::size_t> rivals = {});

    bool contains(const Architecture& a) const { return index_.find(archs_, a) != RowIndex::none; }
    std::size_t size() const { return archs_.size(); }
    const std::vector<Architecture>& archs() const { return archs_; }
    /// By metric of the problem, then by row; NaN: failed or not asked.
    const std::vector<std::vector<double>>& values() const { return values_; }

    /// Standard errors of the values, likewise: of what was measured, and of predictors that say
    /// how wrong they are. Empty for a metric without; NaN: not known.
    const std::vector<std::vector<double>>& errors() const { return errors_; }

    /// Values that are estimates, by row.
    const std::vector<PartialValue>& given_up() const { return given_up_; }

    /// Of all rows; NaN where a limit is not kept or an objective is not known.
    const Costs& costs() const { return costs_; }
    /// Costs of some rows.
    Costs costs(std::span<const std::size_t> rows) const;

    bool keeps_limits(std::size_t row) const { return excess(row) == Excess{}; }
    /// Keeps all limits and every objective is known.
    bool usable(std::size_t row) const;

    /// How far a row is from keeping its limits; smaller is nearer.
    struct Excess {
        int unknown = 0;      ///< limits whose metric was not asked or failed
        double relative = 0;  ///< sum over limits of the distance over the limit's size
        friend auto operator<=>(const Excess&, const Excess&) = default;
    };
    Excess excess(std::size_t row) const { return excess_.empty() ? Excess{} : excess_[row]; }

    /// What was seen, for whoever outlives this, which must not be asked any more.
    std::vector<Architecture> take_archs() { return std::move(archs_); }
    std::vector<std::vector<double>> take_values() { return std::move(values_); }
    std::vector<std::vector<double>> take_errors() { return std::move(errors_); }

    std::size_t failures() const { return failures_; }
    const std::string& first_failure() const { return first_failure_; }

private:
    void evaluate(std::size_t metric, const std::vector<std::size_t>& rows,
                  std::span<const double> bounds, Progress* progress);
    std::vector<std::size_t> asking_order(std::size_t metric,
                                          const std::vector<std::size_t>& rows) const;
    void set_cost(std::size_t objective, const std::vector<std::size_t>& rows);
    std::vector<double> bounds(std::size_t objective, const std::vector<std::size_t>& rows,
                               std::span<const std::size_t> rivals) const;
    void judge(std::size_t row, bool costly_too);

    const Problem& problem_;
    /// Of each metric, by resolution; evaluated here if there are any.
    std::vector<std::vector<LayerTable>> tables_;
    std::vector<bool> costly_;
    RowIndex index_;
    std::vector<Architecture> archs_;
    std::vector<std::vector<double>> values_;
    std::vector<std::vector<double>> errors_;
    std::vector<PartialValue> given_up_;
    std::vector<Excess> excess_;  ///< of each row; empty without limits
    Costs costs_;
    std::size_t failures_ = 0;
    std::string first_failure_;
};

}  // namespace blockscope
