#include "cli/relation.hpp"

#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope::cli {

Relation parse_relation(const std::string& option, const std::string& text,
                        const std::vector<std::string>& signs) {
    for (const auto& sign : signs) {
        const auto at = text.rfind(sign);
        if (at == std::string::npos) continue;
        Relation relation{std::string(trim(text.substr(0, at))), sign, 0};
        if (!relation.metric.empty() &&
            parse_number(trim(std::string_view(text).substr(at + sign.size())), relation.value) &&
            std::isfinite(relation.value)) {
            return relation;
        }
    }
    throw CLI::ValidationError(
        fmt::format("{} '{}' is not like 'METRIC{}NUMBER'", option, text, signs.front()));
}

std::vector<double> parse_reference(const std::vector<std::string>& texts,
                                    const std::vector<std::string>& metrics) {
    if (texts.empty()) return {};
    std::vector<double> values(metrics.size(), std::nan(""));
    for (const auto& text : texts) {
        const auto relation = parse_relation("--reference", text, {"="});
        bool known = false;
        for (std::size_t k = 0; k < metrics.size(); ++k) {
            if (metrics[k] != relation.metric) continue;
            values[k] = relation.value;
            known = true;
        }
        if (!known) {
            throw CLI::ValidationError(fmt::format("--reference '{}' names no objective", text));
        }
    }
    for (const double value : values) {
        if (std::isnan(value)) {
            throw CLI::ValidationError("--reference needs a value of every objective, or none");
        }
    }
    return values;
}

}  // namespace blockscope::cli
