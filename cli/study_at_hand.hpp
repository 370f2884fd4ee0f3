#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "blockscope/profile/profile_files.hpp"
#include "blockscope/study/other_contexts.hpp"
#include "blockscope/study/repeated.hpp"

#include "cli/common.hpp"
#include "cli/processes.hpp"

namespace blockscope::cli {

/// The study that a verb works with: the file of --study, or that of its output, or one in memory
/// that is forgotten at the end. Opened when the first metric needs it, so a verb that only counts
/// writes none.
class StudyAtHand {
public:
    /// beside_output: empty for a verb whose output is no file.
    StudyAtHand(const Common& common, std::filesystem::path beside_output, Console& console);

    /// For a costly metric, made by its name: visits are set on what is measured, the team shares
    /// the work, and the study remembers it.
    /// Throws Error(Fault::runtime) for a study that another process has, and Error for one with
    /// values of this metric and space from another context, unless --across-contexts was said.
    std::unique_ptr<RememberedMetric> remember(std::unique_ptr<Metric> metric,
                                               const std::string& name, int visits,
                                               const DesignSpace& space);

    /// Values of a remembered metric from other contexts, which its own never hold.
    std::vector<StoredContext> others(const RememberedMetric& metric, const DesignSpace& space);
    /// What is stored of it in one of them.
    std::vector<RepeatedLatency> recall(const RememberedMetric& metric, const DesignSpace& space,
                                        const StudyContext& context,
                                        std::span<const Architecture> archs,
                                        const RepeatPlan& plan);

    /// Where values come from, for people: what the study says of a metric's sessions.
    /// Depends on what is stored only, so asking again gives the same.
    static void describe(RememberedMetric& metric, const DesignSpace& space, int resolution,
                         Provenance& provenance);

private:
    Study& open();

    const Common& common_;
    Console& console_;
    std::filesystem::path path_;
    std::optional<Study> study_;
};

/// `study.sqlite` in a directory.
std::filesystem::path study_in(const std::filesystem::path& directory);

/// `study.sqlite` in the directory of an output file, of a shard `study-2-of-4.sqlite`, because one
/// process at a time has a study; empty for standard output and devices.
std::filesystem::path study_beside(const std::string& output, const Part& shard = {});

/// One line about how measuring went.
std::string quality_text(const MeasuringQuality& quality);

}  // namespace blockscope::cli
