#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/measured_set.hpp"
#include "blockscope/study/repeated.hpp"
#include "blockscope/study/study_contents.hpp"

namespace blockscope {
namespace {

StudyContents chosen(const std::string& path, const std::string& metric) {
    std::vector<StudyContents> found;
    std::vector<std::string> names;
    for (auto& one : study_contents(path)) {
        names.push_back(fmt::format("{} of {} ({} evaluations, context {})", one.metric, one.space,
                                    one.evaluations, one.context.key));
        if (metric.empty() || one.metric == metric) found.push_back(std::move(one));
    }
    if (found.size() == 1) return found.front();
    if (names.empty()) throw Error("holds nothing", path);
    throw Error(
        fmt::format("{} there; it holds {}; --metric chooses one, and `measure -o FILE.csv` writes "
                    "those of one context",
                    found.empty() ? fmt::format("no '{}' is", metric) : "several sets are",
                    quoted_list(names)),
        path);
}

DesignSpace space_of(const StudyContents& contents, const std::string& path,
                     const std::string& space_file) {
    DesignSpace space;
    try {
        space = load_space(space_file.empty() ? contents.space : space_file);
    } catch (const Error& e) {
        if (!space_file.empty()) throw;
        throw Error(fmt::format("its networks are of '{}', which is not built in: say which file "
                                "describes it with --space",
                                contents.space),
                    path);
    }
    if (space.fingerprint() != contents.fingerprint) {
        throw Error(fmt::format("its networks are of another space than '{}'", space.name), path);
    }
    return space;
}

RobustMean reference_of(const MeasuringQuality& quality) {
    if (std::isnan(quality.reference_error)) return {quality.reference_ms, 0, 0};
    return {quality.reference_ms, quality.reference_error * quality.reference_ms,
            static_cast<double>(reference_parts - 1)};
}

}  // namespace

MeasuredSet read_measured_study(const std::string& path, double level, const std::string& metric,
                                const std::string& space_file) {
    const StudyContents contents = chosen(path, metric);
    const DesignSpace space = space_of(contents, path, space_file);
    Study study(path);
    RememberedMetric remembered(make_metric(contents.metric, space), study, contents.context);
    if (remembered.measured() == nullptr) {
        throw Error(fmt::format("'{}' is not measured", contents.metric), path);
    }
    MeasuredSet set;
    set.source = path;
    set.space = contents.space;
    set.metric = contents.metric;
    set.unit = contents.unit;
    set.level = level;
    set.context = contents.context.facts;
    const auto stored = study.values(space, remembered.info(), contents.context.key);
    std::vector<Architecture> archs;
    archs.reserve(stored.tried.size());
    for (const auto& [a, value] : stored.tried) archs.push_back(a);
    RepeatPlan plan;
    plan.level = level;
    const auto results =
        recall_repeated(study, remembered, space, contents.context.key, archs, plan);
    for (const auto& a : archs) {
        if (set.references.contains(a.resolution)) continue;
        if (const auto quality = remembered.quality(space, a.resolution)) {
            set.references[a.resolution] = reference_of(*quality);
        }
    }
    for (std::size_t i = 0; i < archs.size(); ++i) {
        const auto& r = results[i];
        MeasuredNetwork network;
        network.arch = body_text(space, archs[i]);
        network.resolution = archs[i].resolution;
        network.latency = r.ms;
        network.standard_error = r.standard_error;
        network.degrees = degrees_behind(r.ms, r.standard_error, level);
        network.visits = r.visits;
        std::vector<std::string> why = r.doubts;
        if (r.visits == 0) why = {stored.tried.at(archs[i]).failure};
        network.trusted = why.empty();
        network.reason = fmt::format("{}", fmt::join(why, "; "));
        set.networks.push_back(std::move(network));
    }
    return set;
}

}  // namespace blockscope
