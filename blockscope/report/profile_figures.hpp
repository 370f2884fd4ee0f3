#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/profile/profile.hpp"
#include "blockscope/report/figure.hpp"

namespace blockscope {

/// A profile and where it was found.
struct ReportedProfile {
    std::string study;  ///< name of its directory
    std::string seed;   ///< as recorded; empty: not
    Profile profile;
};

/// "224x224", or "3 resolutions from 160 to 224".
std::string resolution_text(const Profile& profile);

/// "protocol definition, estimator pooled, 95 % intervals, 2000 networks, seed 1".
std::string facts(const ReportedProfile& reported);

/// "latency/host at 224x224", and what tells it from others of the same metric.
std::string name_of(const ReportedProfile& reported, std::span<const ReportedProfile> among);

/// "U1-L2-B5" of MBConv spaces, "U1-L2-C65-B20" of those with widths and ratios: the paper's
/// labels.
std::string paper_label(const DesignSpace& space, const Placement& p);

/// Figures 2 to 4: block responses; value and half-width in each cell, faded and with ~ where it
/// cannot be told from the mean. Blue is better, whatever the metric.
Figure heatmap_figure(const DesignSpace& space, const ReportedProfile& reported,
                      std::span<const ReportedProfile> among);

/// Figures 5 to 7: every placement in the paper's order, mean and percentiles with bands. same: one
/// metric at one resolution, of different protocols or studies, to switch between.
Figure placement_figure(const DesignSpace& space, std::span<const ReportedProfile> same);

/// Deltas of several metrics at one resolution, each in per cent of its mean.
Figure overlay_figure(const DesignSpace& space, std::span<const ReportedProfile> profiles);

/// What each further layer of a unit adds.
Figure depth_figure(const ReportedProfile& reported, std::span<const ReportedProfile> among);

/// Whose choices make the metric vary: units, and depth, expansion, kernel in each.
Figure variance_figure(const ReportedProfile& reported, std::span<const ReportedProfile> among);

}  // namespace blockscope
