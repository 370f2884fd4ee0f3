#pragma once

#include <memory>
#include <string>

#include "blockscope/cluster/team.hpp"
#include "blockscope/metric/metric.hpp"

#include "cli/common.hpp"

namespace blockscope::cli {

/// The processes of this command: those that mpirun or srun started together, else this one alone.
/// Programs that a process of a team starts do not take themselves for one of it.
/// Throws Error(Fault::runtime).
std::unique_ptr<Team> team_of_this_process();

/// What every rank but 0 does: no verb, only what rank 0 asks for.
void serve_team(Team& team);

/// A metric by its name, on the devices of --device-map that are this process's.
std::unique_ptr<Metric> own_metric(const std::string& name, const DesignSpace& space,
                                   const Common& common);

/// The metric of rank 0 spread over its team; the metric itself where this process is alone.
std::unique_ptr<Metric> over_team(std::unique_ptr<Metric> own, const std::string& name, int visits,
                                  const DesignSpace& space, const Common& common);

/// What is stored of this process beside what it measures.
Metric::Facts process_conditions(bool no_host);

}  // namespace blockscope::cli
