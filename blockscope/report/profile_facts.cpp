#include <algorithm>

#include <fmt/format.h>

#include "blockscope/report/profile_figures.hpp"
#include "blockscope/space/placement.hpp"

namespace blockscope {

std::string resolution_text(const Profile& p) {
    if (p.resolution != 0) return fmt::format("{0}x{0}", p.resolution);
    if (p.resolutions.empty()) return "unknown resolution";
    const auto [low, high] = std::minmax_element(p.resolutions.begin(), p.resolutions.end());
    return fmt::format("{} resolutions from {} to {}", p.resolutions.size(), *low, *high);
}

std::string facts(const ReportedProfile& reported) {
    const Profile& p = reported.profile;
    std::string text =
        fmt::format("protocol {}, estimator {}", to_string(p.options.protocol), p.estimator);
    if (p.estimator != "exact") {
        text +=
            fmt::format(", {:g} % intervals, {} networks", 100 * p.options.level, p.evaluations);
    }
    if (!reported.seed.empty()) text += ", seed " + reported.seed;
    return text;
}

std::string name_of(const ReportedProfile& reported, std::span<const ReportedProfile> among) {
    const Profile& p = reported.profile;
    bool protocols = false;
    bool studies = false;
    for (const auto& other : among) {
        const Profile& o = other.profile;
        if (o.metric.name != p.metric.name || o.resolutions != p.resolutions) continue;
        protocols = protocols || o.options.protocol != p.options.protocol;
        studies =
            studies || (other.study != reported.study && o.options.protocol == p.options.protocol);
    }
    std::string name = fmt::format("{} at {}", p.metric.name, resolution_text(p));
    if (protocols) name += fmt::format(", {}", to_string(p.options.protocol));
    if (studies) name += ", " + reported.study;
    return name;
}

std::string paper_label(const DesignSpace& space, const Placement& p) {
    const Block& block = space.blocks[static_cast<std::size_t>(p.block)];
    const std::string where = fmt::format("U{}-L{}-", p.unit + 1, p.layer + 1);
    if (block.family == Family::bottleneck) return where + block_name(space, p);
    const std::string name = block_name(space, p);
    return where + name.substr(0, name.size() - block.name.size()) +
           fmt::format("B{}", p.block + 1);
}

}  // namespace blockscope
