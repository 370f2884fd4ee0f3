#include "cli/study_at_hand.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/stats/student.hpp"

#include "cli/team.hpp"

namespace blockscope::cli {
namespace fs = std::filesystem;

StudyAtHand::StudyAtHand(const Common& common, fs::path beside_output, Console& console)
    : common_(common),
      console_(console),
      path_(common.study.empty() ? std::move(beside_output) : fs::path(common.study)) {}

Study& StudyAtHand::open() {
    if (study_) return *study_;
    StudySession session{common_.command_line, common_.seed, BLOCKSCOPE_VERSION,
                         process_conditions(common_.no_host)};
    Study& study = study_.emplace(path_, std::move(session));
    for (const auto& remark : study.remarks()) console_.warn(remark);
    console_.detail(path_.empty() ? "no study: nothing is remembered"
                                  : fmt::format("study {}: {} evaluations so far", path_.string(),
                                                study.evaluation_count()));
    return study;
}

std::unique_ptr<RememberedMetric> StudyAtHand::remember(std::unique_ptr<Metric> metric,
                                                        const std::string& name, int visits,
                                                        const DesignSpace& space) {
    if (auto* measured = metric->measured()) measured->set_visits(visits);
    metric = over_team(std::move(metric), name, visits, space, common_);
    Study& study = open();
    auto context = context_of(*metric);
    for (const auto& [fact, value] : context.facts) {
        console_.detail(fmt::format("{}: {} {}", metric->info().name, fact, value));
    }
    const auto from_elsewhere = other_contexts(study, space, metric->info(), context);
    if (!common_.across_contexts) {
        refuse_other_contexts(from_elsewhere, context, metric->info(), path_.string());
    }
    for (const auto& other : from_elsewhere) {
        console_.warn(fmt::format("{}: {} values of {} from context {} stay apart ({})",
                                  path_.string(), other.values, metric->info().name,
                                  other.context.key,
                                  context_difference(other.context.facts, context.facts)));
    }
    return remembered(std::move(metric), study, std::move(context));
}

std::vector<StoredContext> StudyAtHand::others(const RememberedMetric& metric,
                                               const DesignSpace& space) {
    return other_contexts(open(), space, metric.info(), metric.context());
}

std::vector<RepeatedLatency> StudyAtHand::recall(const RememberedMetric& metric,
                                                 const DesignSpace& space,
                                                 const StudyContext& context,
                                                 std::span<const Architecture> archs,
                                                 const RepeatPlan& plan) {
    return recall_repeated(open(), metric, space, context.key, archs, plan);
}

void StudyAtHand::describe(RememberedMetric& metric, const DesignSpace& space, int resolution,
                           Provenance& provenance) {
    const std::string head = fmt::format("{} at {}", metric.info().name, resolution);
    for (const auto& [name, value] : metric.context().facts) {
        provenance.emplace_back(fmt::format("{}: {}", head, name), value);
    }
    const auto sessions = metric.sessions(space, resolution);
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        const auto& s = sessions[i];
        provenance.emplace_back(fmt::format("{}: session {}", head, i + 1),
                                fmt::format("{}, {} networks in {:.1f} s, {}", s.started,
                                            s.networks, s.seconds, s.conditions));
    }
    if (const auto quality = metric.quality(space, resolution)) {
        provenance.emplace_back(head + ": quality", quality_text(*quality));
    }
}

fs::path study_in(const fs::path& directory) { return directory / "study.sqlite"; }

fs::path study_beside(const std::string& output, const Part& shard) {
    std::error_code code;
    if (output == "-" || (fs::exists(output, code) && !fs::is_regular_file(output, code))) {
        return {};
    }
    const auto folder = fs::path(output).parent_path();
    if (shard.is_whole()) return study_in(folder);
    return folder / fmt::format("study-{}-of-{}.sqlite", shard.index, shard.count);
}

std::string quality_text(const MeasuringQuality& q) {
    const double t = student_quantile(0.95, reference_parts - 1);
    const std::string shared = std::isnan(q.reference_error)
                                   ? ""
                                   : fmt::format(" to {:.1f} % (95 %), which all values share",
                                                 100 * t * q.reference_error);
    return fmt::format(
        "{} networks in {:.0f} s; reference network {} ms{} after {} runs of warm-up, drift {:.2f} "
        "% "
        "(divided out), wall time {:.2f} of CPU time; {}",
        q.networks, q.seconds, significant(q.reference_ms), shared, q.warm_up_runs, 100 * q.drift,
        q.wall_over_cpu, q.trusted ? "no reason for mistrust" : "NOT TRUSTWORTHY: " + q.reason);
}

}  // namespace blockscope::cli
