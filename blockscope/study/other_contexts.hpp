#pragma once

#include <string>
#include <vector>

#include "blockscope/study/study.hpp"

namespace blockscope {

/// "processor: 'A' there, 'B' here; ..."; "" where all facts are the same. A fact that one side
/// lacks is "not stored". The number of visits is left out: means of few and of many runs of one
/// machine differ in their errors, not in what they are means of.
std::string context_difference(const Facts& there, const Facts& here);

/// Contexts of a study that hold values of the metric for the space and differ from `here`.
std::vector<StoredContext> other_contexts(const Study& study, const DesignSpace& space,
                                          const MetricInfo& metric, const StudyContext& here);

/// Throws Error naming what differs if there is one. study: its name, for the message.
void refuse_other_contexts(const std::vector<StoredContext>& others, const StudyContext& here,
                           const MetricInfo& metric, const std::string& study);

/// Host and device: where something was measured. Ranks of a team have it in their contexts; values
/// of places that are otherwise alike stand side by side.
bool is_place(const std::string& fact);

/// The context itself, and those with values in the study that differ from it only in their place.
std::vector<std::string> alike_contexts(const Study& study, const DesignSpace& space,
                                        const MetricInfo& metric, const StudyContext& here);

}  // namespace blockscope
