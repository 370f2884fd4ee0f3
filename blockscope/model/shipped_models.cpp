#include "blockscope/model/shipped_models.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockscope/base/embedded.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/model/space_match.hpp"

namespace blockscope {

extern const EmbeddedText embedded_models[];

namespace {

std::vector<ShippedModel> from_binary() {
    std::vector<ShippedModel> models;
    for (const auto* entry = embedded_models; entry->name != nullptr; ++entry) {
        const std::string name = entry->name;
        const auto dot = name.find('.');
        std::string metric = name.substr(dot + 1);
        metric = metric.substr(0, metric.find('.'));  // without the resolution
        if (const auto dash = metric.find('-'); dash != std::string::npos) metric[dash] = '/';
        models.push_back({name.substr(0, dot), metric, entry->text});
    }
    return models;
}

}  // namespace

const std::vector<ShippedModel>& shipped_models() {
    static const std::vector<ShippedModel> all = from_binary();
    return all;
}

std::vector<Model> load_shipped(const std::string& metric, const DesignSpace& space) {
    std::vector<Model> parts;
    std::vector<std::string> spaces;
    for (const auto& shipped : shipped_models()) {
        if (shipped.metric != metric) continue;
        if (std::find(spaces.begin(), spaces.end(), shipped.space) == spaces.end()) {
            spaces.push_back(shipped.space);
        }
        if (!has_body_of(space, shipped.space)) continue;
        parts.push_back(parse_model(shipped.text, space, metric + " (built in)"));
    }
    if (parts.empty() && !spaces.empty()) {
        throw Error(fmt::format("metric '{}' is there for {}, not for '{}'", metric,
                                quoted_list(spaces), space.name));
    }
    return parts;
}

}  // namespace blockscope
