#include "blockscope/report/paper_check.hpp"

#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "pass";
        case Verdict::fail:
            return "FAIL";
        case Verdict::not_checkable:
            return "not checkable";
    }
    return "";
}

Verdict verdict(const PaperRow& row, const Estimate& ours) {
    if (std::isnan(ours.value)) return Verdict::not_checkable;
    // what has no interval counts as exact
    const double low = std::isnan(ours.low) ? ours.value : ours.low;
    const double high = std::isnan(ours.high) ? ours.value : ours.high;
    // decimal fractions that ought to be equal differ in the last bits
    const double rounding = 1e-9 * std::abs(ours.value);
    const double least = row.printed_low - row.tolerance - rounding;
    const double most = row.printed_high + row.tolerance + rounding;
    if (high < least || low > most) return Verdict::fail;
    const bool inside = ours.value >= least && ours.value <= most;
    const bool all_inside = low >= least && high <= most;
    // an interval wider than the range could not have failed
    const bool tells = all_inside || (std::isfinite(most - least) && high - low <= most - least);
    return inside && tells ? Verdict::pass : Verdict::not_checkable;
}

std::vector<PaperRow> paper_rows() {
    std::vector<PaperRow> rows;
    for (auto* part : {paper_figure_rows, paper_curve_rows, paper_claim_rows, paper_code_rows,
                       paper_note10_rows, paper_recomputed_rows}) {
        for (auto& row : part()) rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<PaperResult> check_paper(const std::vector<PaperRow>& rows, PaperNumbers& numbers) {
    std::vector<PaperResult> results;
    results.reserve(rows.size());
    for (const auto& row : rows) {
        PaperResult result{row, {}, Verdict::not_checkable, row.why};
        if (row.measure) {
            (void)numbers.why_not();
            result.ours = row.measure(numbers);
            result.verdict = verdict(row, result.ours);
            result.reason = numbers.why_not();
            if (result.verdict != Verdict::not_checkable) {
                result.reason.clear();
            } else if (result.reason.empty()) {
                result.reason = std::isnan(result.ours.value) ? "too few networks carry it (-n)"
                                                              : "the interval does not tell (-n)";
            }
        }
        results.push_back(std::move(result));
    }
    return results;
}

PaperRow uncheckable(std::string source, std::string what, std::string why) {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    return {std::move(source), std::move(what), "", {}, nullptr, nothing, nothing, 0,
            std::move(why)};
}

std::string printed_text(const PaperRow& row) {
    if (std::isnan(row.printed_low)) return "";
    if (row.printed_low == row.printed_high) return round_trip(row.printed_low);
    if (std::isinf(row.printed_high)) return "> " + round_trip(row.printed_low);
    if (std::isinf(row.printed_low)) return "< " + round_trip(row.printed_high);
    return fmt::format("{} to {}", round_trip(row.printed_low), round_trip(row.printed_high));
}

}  // namespace blockscope
