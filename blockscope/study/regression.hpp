#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/stats/estimate.hpp"
#include "blockscope/study/measured_set.hpp"

namespace blockscope {

enum class ChangeVerdict : std::uint8_t { worse, undecided, better };

std::string_view to_string(ChangeVerdict verdict);

/// ln(new / base) and what it is worth; NaN where nothing is known.
struct LogRatio {
    double value = std::numeric_limits<double>::quiet_NaN();
    double standard_error = std::numeric_limits<double>::quiet_NaN();
    double degrees = 0;  ///< of freedom, Welch

    /// One-sided p values of `new / base <= factor` (it is above if small) and of `>= factor`.
    double p_above(double factor) const;
    double p_below(double factor) const;
    Estimate ratio(double level) const;  ///< new / base with its Student t interval
};

/// One network of both sets, or of one.
struct NetworkChange {
    std::string arch;
    int resolution = 0;
    Estimate base, fresh;  ///< latencies, in the sets' unit
    LogRatio log_ratio;
    Estimate ratio;      ///< new / base, of this network alone
    double p_value = 1;  ///< of ratio 1, family-wise over all networks
    ChangeVerdict verdict = ChangeVerdict::undecided;
    bool trusted = true;  ///< in both
    bool lost = false;    ///< base has a value, new has none
    std::string reason;   ///< why not trusted, or why there is no ratio
};

/// The reference network's time at a resolution: what the machines did, apart from the networks.
struct ReferenceChange {
    int resolution = 0;
    RobustMean base, fresh;  ///< in ms
};

/// A second measurement of the same networks against a first.
struct Regression {
    double level = 0.95;
    bool drift_cancelled = false;
    std::string unit;
    std::vector<NetworkChange> networks;  ///< worst first
    /// Geometric mean of the ratios; Student t over networks, so it holds for others like them,
    /// with the error of the reference times.
    LogRatio overall;
    Estimate overall_ratio;
    ChangeVerdict overall_verdict = ChangeVerdict::undecided;
    std::vector<ReferenceChange> references;
    std::vector<std::string> context_differences;  ///< base is "there", new is "here"
};

struct RegressionOptions {
    double level = 0.95;  ///< of verdicts (family-wise over the networks) and intervals
    /// Latencies over their set's reference network: common drift of the machine cancels, and so
    /// does a change that hits all networks alike.
    bool cancel_drift = false;
    bool across_contexts = false;  ///< compare what was measured under different conditions
};

/// Verdicts of "is new / base 1?". Visits scatter about alike for all networks of a set, so each
/// network's variance borrows from the others' (variance_prior.hpp): a few visits are enough to
/// find something among hundreds of networks. Exchanging the sets exchanges better and worse.
/// All ratios of a resolution share the error of the two reference times, which is in every
/// interval; what lasts longer than a measuring run is in none, and shows in the reference
/// network's change. Throws Error for sets of different spaces or units, for none in common, and
/// for different contexts (the metric's name counts as part of one) unless asked. Sources: Welch,
/// "The generalization of Student's problem", Biometrika 34 (1947); Smyth (2004); Holm (1979).
Regression compare_measured(const MeasuredSet& base, const MeasuredSet& fresh,
                            const RegressionOptions& options = {});

}  // namespace blockscope
