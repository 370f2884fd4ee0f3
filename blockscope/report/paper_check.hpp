#pragma once

#include <limits>
#include <string>
#include <vector>

#include "blockscope/report/paper_measure.hpp"

namespace blockscope {

/// One number or claim of the paper (Mills et al., CIKM 2021), or of its code, and how to say
/// whether ours agrees.
struct PaperRow {
    std::string source;  ///< "Figure 2", "claim 16"; docs/paper.md lists the claims
    std::string what;
    std::string unit;
    PaperMetric metric;    ///< what it is estimated from; id "" for none
    Measure measure;       ///< none: not checkable, `why` says why
    double printed_low;    ///< equal for a number; an interval for what is read off a curve;
    double printed_high;   ///< infinite on one side for an inequality
    double tolerance = 0;  ///< beyond the printed number or interval
    std::string why;       ///< of the tolerance, or of what cannot be checked
};

enum class Verdict { pass, fail, not_checkable };

std::string_view to_string(Verdict verdict);

struct PaperResult {
    PaperRow row;
    Estimate ours;
    Verdict verdict = Verdict::not_checkable;
    std::string reason;  ///< why not checkable; "" otherwise
};

/// pass: our value is in the accepted range (printed numbers and tolerance) and our interval is
/// short enough to tell: no longer than the range or, for an inequality, all of it inside.
/// fail: all of our interval is outside. In between, or without a value, nothing can be said.
Verdict verdict(const PaperRow& row, const Estimate& ours);

/// The whole table: figures 2 to 4, curves of figures 5 to 7, claims, what the published code does,
/// and numbers recomputed independently from the same files.
std::vector<PaperRow> paper_rows();

std::vector<PaperResult> check_paper(const std::vector<PaperRow>& rows, PaperNumbers& numbers);

/// A row that says why nothing can be computed.
PaperRow uncheckable(std::string source, std::string what, std::string why);

/// "41.14", "0.05 to 0.08", "> 0": as the row's printed numbers.
std::string printed_text(const PaperRow& row);

// The parts of paper_rows().
std::vector<PaperRow> paper_figure_rows();
std::vector<PaperRow> paper_curve_rows();
std::vector<PaperRow> paper_claim_rows();
std::vector<PaperRow> paper_code_rows();
std::vector<PaperRow> paper_note10_rows();
std::vector<PaperRow> paper_recomputed_rows();

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

}  // namespace blockscope
