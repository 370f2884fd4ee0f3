#pragma once

#include <string>
#include <vector>

namespace blockscope::cli {

/// 'METRIC<=VALUE', split at the last of the signs.
struct Relation {
    std::string metric;
    std::string sign;
    double value = 0;
};

/// signs: those that are understood. Throws CLI::ValidationError that names the option.
Relation parse_relation(const std::string& option, const std::string& text,
                        const std::vector<std::string>& signs);

/// 'METRIC=NUMBER' of each of `metrics`, in their order; empty for no texts. Throws
/// CLI::ValidationError for a metric that is not among them, and if one is left out.
std::vector<double> parse_reference(const std::vector<std::string>& texts,
                                    const std::vector<std::string>& metrics);

}  // namespace blockscope::cli
