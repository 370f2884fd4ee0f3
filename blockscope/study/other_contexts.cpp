#include "blockscope/study/other_contexts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {

std::string value_of(const Facts& facts, const std::string& name) {
    const auto found = std::find_if(facts.begin(), facts.end(),
                                    [&](const auto& fact) { return fact.first == name; });
    return found != facts.end() ? fmt::format("'{}'", found->second) : "not stored";
}

}  // namespace

bool is_place(const std::string& fact) { return fact == "host" || fact == "device"; }

std::vector<std::string> alike_contexts(const Study& study, const DesignSpace& space,
                                        const MetricInfo& metric, const StudyContext& here) {
    const auto without_place = [](Facts facts) {
        std::erase_if(facts, [](const auto& fact) { return is_place(fact.first); });
        return facts;
    };
    std::vector<std::string> keys{here.key};
    const Facts own = without_place(here.facts);
    for (auto& stored : study.contexts(space, metric)) {
        if (stored.context.key == here.key || stored.context.key.empty()) continue;
        if (without_place(std::move(stored.context.facts)) == own) {
            keys.push_back(std::move(stored.context.key));
        }
    }
    return keys;
}

std::string context_difference(const Facts& there, const Facts& here) {
    std::vector<std::string> names;
    for (const auto* side : {&here, &there}) {
        for (const auto& [name, value] : *side) {
            const bool known = std::find(names.begin(), names.end(), name) != names.end();
            if (!known && name != "visits" && !is_place(name)) names.push_back(name);
        }
    }
    std::vector<std::string> differences;
    for (const auto& name : names) {
        const std::string a = value_of(there, name);
        const std::string b = value_of(here, name);
        if (a != b) differences.push_back(fmt::format("{}: {} there, {} here", name, a, b));
    }
    return fmt::format("{}", fmt::join(differences, "; "));
}

std::vector<StoredContext> other_contexts(const Study& study, const DesignSpace& space,
                                          const MetricInfo& metric, const StudyContext& here) {
    std::vector<StoredContext> others;
    for (auto& stored : study.contexts(space, metric)) {
        if (stored.context.key == here.key) continue;
        if (!context_difference(stored.context.facts, here.facts).empty()) {
            others.push_back(std::move(stored));
        }
    }
    return others;
}

void refuse_other_contexts(const std::vector<StoredContext>& others, const StudyContext& here,
                           const MetricInfo& metric, const std::string& study) {
    if (others.empty()) return;
    const StoredContext& first = others.front();
    throw Error(
        fmt::format("holds {} values of '{}' from another context ({}){}: not comparable with what "
                    "is measured here; another --study starts anew, --across-contexts goes on and "
                    "keeps them apart",
                    first.values, metric.name, context_difference(first.context.facts, here.facts),
                    others.size() > 1 ? fmt::format(" and from {} more", others.size() - 1) : ""),
        study);
}

}  // namespace blockscope
