#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "blockscope/study/regression.hpp"

namespace blockscope {

/// What must not happen to a second measurement.
struct RegressionLimit {
    enum class What : std::uint8_t {
        slower,  ///< new / base > 1 + share
        faster,  ///< base / new > 1 + share
        lost     ///< a network that base measured and new could not
    };
    What what = What::slower;
    bool overall = false;  ///< the geometric mean instead of any network
    double share = 0;
    double level = 0.95;  ///< that a failure is no false alarm, of all networks together
    std::string text;     ///< "slower>3%@99%"
};

/// Limits of a text like `slower>3%@99%, overall slower>1%, lost`:
///
///     limits = limit { "," limit }
///     limit  = "lost" | ["overall"] ("slower" | "faster") ">" NUMBER "%" ["@" NUMBER "%"]
///
/// level: where a limit gives none. Throws Error with the column, in bytes from 1; source: what it
/// starts with.
std::vector<RegressionLimit> parse_limits(std::string_view text, double level,
                                          const std::string& source);

/// Whether a limit is passed: known at the limit's level, known not to be, or neither.
enum class Passed : std::uint8_t { yes, undecided, no };

std::string_view to_string(Passed passed);

struct LimitCheck {
    RegressionLimit limit;
    std::vector<Passed> networks;  ///< in the order of the regression's; empty: overall
    Passed passed = Passed::no;    ///< by any network, or overall; undecided if any is and no yes
    /// What these measurements can find: a change by this share (more than the limit's) of a
    /// network of median error, or overall, passes 8 times in 10. NaN where nothing is known.
    double found_8_in_10 = std::numeric_limits<double>::quiet_NaN();
};

/// Tests each limit by Holm over the networks: where no network passes it, one is said to with
/// probability 1 - level or less. Networks without a ratio are undecided.
std::vector<LimitCheck> check_limits(const Regression& regression,
                                     const std::vector<RegressionLimit>& limits);

}  // namespace blockscope
