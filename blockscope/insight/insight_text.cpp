#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/insight/evidence.hpp"

namespace blockscope {

std::string text_of(const Estimate& e, const std::string& unit) {
    if (std::isnan(e.value)) return "not known";
    std::string value = significant(e.value, 3) + " " + unit;
    if (e.low == e.high) return value;
    return fmt::format("{} ({} to {})", value, significant(e.low, 3), significant(e.high, 3));
}

std::string signed_text(const Estimate& e, const std::string& unit) {
    return (e.value > 0 ? "+" : "") + text_of(e, unit);
}

std::string rate_unit(const Evidence& evidence) {
    return fmt::format("{}/{}", evidence.benefit_profile.metric.unit,
                       evidence.priced() ? evidence.price_profile->metric.unit : "-");
}

std::string short_name(const MetricInfo& metric) {
    const auto colon = metric.name.find(':');
    if (colon == std::string::npos) return metric.name;
    const auto column = metric.name.rfind('#');
    if (metric.name.starts_with("csv:") && column != std::string::npos) {
        return metric.name.substr(column + 1);
    }
    std::string file = metric.name.substr(colon + 1, column - colon - 1);
    while (file.ends_with('/')) file.pop_back();
    const auto slash = file.rfind('/');
    if (slash != std::string::npos) file.erase(0, slash + 1);
    return file.substr(0, file.rfind('.'));
}

std::string places_of(const DesignSpace& space, const std::vector<Cut>& cuts) {
    std::map<int, std::set<int>> layers;  // by unit
    for (const auto& cut : cuts) layers[cut.unit].insert(cut.layer);
    const auto whole = [&](int u) {
        return static_cast<int>(layers[u].size()) == allowed(space.units[u].depths).back();
    };
    bool everywhere = layers.size() == space.units.size();
    for (const auto& [u, ls] : layers) everywhere = everywhere && whole(u);
    if (everywhere) return "everywhere";
    std::string text = "in ";
    for (const auto& [u, ls] : layers) {
        if (text.size() > 3) text += ", ";
        text += fmt::format("U{}", u + 1);
        if (whole(u)) continue;
        bool first = true;
        for (const int l : ls) {
            text += fmt::format("{}L{}", first ? "-" : "/", l + 1);
            first = false;
        }
    }
    return text;
}

}  // namespace blockscope
