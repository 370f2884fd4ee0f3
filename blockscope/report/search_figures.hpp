#pragma once

#include <span>
#include <string>
#include <vector>

#include "blockscope/report/figure.hpp"
#include "blockscope/search/search_record.hpp"
#include "blockscope/space/design_space.hpp"
#include "blockscope/stats/estimate.hpp"

namespace blockscope {

/// A network of a front, as front.csv has it.
struct FrontNetwork {
    std::string seed, arch;
    int resolution = 0;
    std::vector<Estimate> objectives;  ///< in the search's order, in their units; bounds NaN
                                       ///< where not known
    std::vector<Estimate> others;      ///< further metrics, likewise
    double probability = 0;            ///< that nothing seen dominates it; NaN: not stated
    bool joint = false;                ///< on the front of all seeds
    std::string ofa;                   ///< its OFA dictionary; empty: none is known
};

/// A search and where it was found.
struct ReportedSearch {
    std::string study;
    SearchRecord record;
    std::vector<std::string> other_metrics;  ///< columns of FrontNetwork::others
    std::vector<FrontNetwork> front;         ///< best in the first objective first, seed by seed
    std::size_t left_out = 0;                ///< networks of the seeds' fronts that are not listed
};

/// Reads what `search` wrote. space: for OFA dictionaries; null: none. At most `most` networks:
/// where the seeds' fronts have more, only those of all seeds together, and of these evenly so
/// many. Throws Error naming the
/// file.
ReportedSearch read_reported_search(const std::string& directory, const std::string& study,
                                    const DesignSpace* space, std::size_t most = 600);

/// Searches for the same things may share a figure.
bool wants_the_same(const SearchRecord& a, const SearchRecord& b);

/// "accuracy [%]".
std::string objective_title(const SearchRecord::Wanted& wanted);

/// Figure 8: the fronts of all seeds, for each search the median attainment surface with a band
/// from what every seed attains to the best of all. Of two objectives.
Figure front_figure(std::span<const ReportedSearch> searches);

/// Mean over seeds of the hypervolume by networks asked for, with intervals, up to one reference
/// point for all: the worst on any front.
Figure hypervolume_figure(std::span<const ReportedSearch> searches);

/// Table 2: best value of the first objective, mean and deviation over seeds.
TextTable best_table(std::span<const ReportedSearch> searches);

/// Each search against the first: hypervolume and regions. Empty for one search.
TextTable gains_table(std::span<const ReportedSearch> searches);

/// The networks on the front of all seeds, with what there is to copy; of more than `most` evenly
/// so many.
TextTable networks_table(const ReportedSearch& search, std::size_t most = 200);

}  // namespace blockscope
