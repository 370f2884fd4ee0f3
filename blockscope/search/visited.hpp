#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "blockscope/search/costs.hpp"
#include "blockscope/search/problem.hpp"

namespace blockscope {

/// Every architecture a search has asked for, once, in the order of asking, with what is known of
/// it. Limits come first: an architecture beyond one that is no costly metric is asked nothing
/// costly, and one beyond any limit no objective.
class Visited {
public:
    /// problem: outlives this. Throws Error for a metric without a table for the resolution.
    explicit Visited(const Problem& problem);

    /// Evaluates those that are new. Returns the row of each.
    std::vector<std::size_t> add(std::span<const Architecture> archs, Progress* progress);

    bool contains(const Architecture& a) const { return rows_.contains(a); }
    std::size_t size() const { return archs_.size(); }
    const std::vector<Architecture>& archs() const { return archs_; }
    /// By metric of the problem, then by row; NaN: failed or not asked.
    const std::vector<std::vector<double>>& values() const { return values_; }

    /// Standard errors of the values, likewise: of what was measured, and of predictors that say
    /// how wrong they are. Empty for a metric without; NaN: not known.
    const std::vector<std::vector<double>>& errors() const { return errors_; }

    /// Of all rows; NaN where a limit is not kept or an objective is not known.
    const Costs& costs() const { return costs_; }
    /// Costs of some rows.
    Costs costs(std::span<const std::size_t> rows) const;

    bool keeps_limits(std::size_t row) const { return excess_[row] == Excess{}; }
    /// Keeps all limits and every objective is known.
    bool usable(std::size_t row) const;

    /// How far a row is from keeping its limits; smaller is nearer.
    struct Excess {
        int unknown = 0;      ///< limits whose metric was not asked or failed
        double relative = 0;  ///< sum over limits of the distance over the limit's size
        friend auto operator<=>(const Excess&, const Excess&) = default;
    };
    const Excess& excess(std::size_t row) const { return excess_[row]; }

    std::size_t failures() const { return failures_; }
    const std::string& first_failure() const { return first_failure_; }

private:
    void evaluate(std::size_t metric, const std::vector<std::size_t>& rows, Progress* progress);
    void judge(std::size_t row, bool costly_too);

    const Problem& problem_;
    std::vector<std::optional<LayerTable>> tables_;  ///< of each metric; evaluated here if there
    std::vector<bool> costly_;
    std::unordered_map<Architecture, std::size_t, ArchitectureHash> rows_;
    std::vector<Architecture> archs_;
    std::vector<std::vector<double>> values_;
    std::vector<std::vector<double>> errors_;
    std::vector<Excess> excess_;
    Costs costs_;
    std::size_t failures_ = 0;
    std::string first_failure_;
};

}  // namespace blockscope
