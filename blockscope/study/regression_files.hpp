#pragma once

#include <string>
#include <utility>
#include <vector>

#include "blockscope/study/regression_check.hpp"

namespace blockscope {

/// What a regression is of, for the files about it.
struct RegressionNames {
    std::string base, fresh;  ///< as the user named them
    std::string space, metric;
    std::vector<std::pair<std::string, std::string>> provenance;
};

/// `arch,resolution,base,base_low,base_high,new,new_low,new_high,unit_of_measure,ratio,ratio_low,`
/// `ratio_high,level,p_value,verdict`, a column for each limit of networks, `trust,reason`; worst
/// first.
std::string regression_csv(const Regression& regression, const std::vector<LimitCheck>& checks);

/// comparison.json of two measurements (docs/command_line.md).
std::string regression_json(const RegressionNames& names, const Regression& regression,
                            const std::vector<LimitCheck>& checks);

/// JUnit's XML: a suite for each limit and a case for each network, which fails where the limit is
/// passed and is skipped where that is undecided. What is not printable ASCII becomes '?'.
std::string regression_junit(const RegressionNames& names, const Regression& regression,
                             const std::vector<LimitCheck>& checks);

}  // namespace blockscope
