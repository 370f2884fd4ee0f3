#pragma once

#include <span>
#include <vector>

#include "blockscope/report/figure.hpp"
#include "blockscope/report/profile_figures.hpp"

namespace blockscope {

/// Rank correlations (Spearman) of every two metrics over the deltas of all placements, with
/// intervals. profiles: of one resolution and protocol, two or more.
Figure correlation_figure(std::span<const ReportedProfile> profiles);

/// By unit: where two metrics order placements otherwise. Pairs of equal units of measure.
Figure disagreement_figure(std::span<const ReportedProfile> profiles);

/// The restriction that every listed device wants: what pruning for each (metrics of time, with the
/// first metric to keep large as benefit) cuts for all of them. Nothing where a profile's protocol
/// or estimator does not allow it, or where there are not two devices.
struct CommonRestriction {
    Figure figure;    ///< spec empty: there is none
    TextTable table;  ///< what each device alone would cut
};
CommonRestriction common_restriction(const DesignSpace& space,
                                     std::span<const ReportedProfile> profiles);

/// Two profiles of one metric side by side: the second minus the first at every placement, with
/// intervals and verdicts that hold for all at once; and the blocks' differences. Spec empty: they
/// cannot be compared.
Figure difference_figure(const DesignSpace& space, const ReportedProfile& first,
                         const ReportedProfile& second);
TextTable difference_table(const DesignSpace& space, const ReportedProfile& first,
                           const ReportedProfile& second);
/// The placements that differ most: those that differ for certain first, then by size; at most
/// `most`.
TextTable largest_differences(const DesignSpace& space, const ReportedProfile& first,
                              const ReportedProfile& second, std::size_t most = 12);

}  // namespace blockscope
