#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/search/costs.hpp"
#include "blockscope/search/search.hpp"

namespace blockscope {

/// The same search with several seeds.
struct SearchReport {
    SearchOptions options;           ///< but for the seed
    std::vector<LimitReach> limits;  ///< as the problem's
    std::vector<std::uint64_t> seeds;
    std::vector<SearchRun> runs;    ///< of each seed
    std::vector<double> reference;  ///< of hypervolumes: a value of each objective, in its unit
    std::vector<std::pair<std::string, std::string>> provenance;
};

/// Costs of all that a run saw, in the order it was asked for; NaN where a limit is not kept or an
/// objective is not known.
Costs costs_of_run(const Problem& problem, const SearchRun& run);

/// The worst usable value of each objective over all runs; empty if there is none.
std::vector<double> worst_of(const Problem& problem, const std::vector<SearchRun>& runs);

/// What the best of a run dominate up to the reference point, in the product of the units: "% x
/// ms".
double hypervolume_of(const Problem& problem, const SearchRun& run,
                      const std::vector<double>& reference);
std::string hypervolume_unit(const Problem& problem);

/// Index into run.best of the knee: where the front bulges most. Two objectives or more; of one the
/// best.
std::size_t knee_of(const Problem& problem, const SearchRun& run);

/// How many of a run's networks were given up on, after which share of the images (trials) of the
/// networks that could be, all together; empty if none was.
std::string given_up_text(const Problem& problem, const SearchRun& run);

/// For each of the best of a run, the probability that nothing it saw dominates it, given the
/// errors of the objectives (front_noise.hpp). Empty where no objective has one.
std::vector<double> front_probability(const Problem& problem, const SearchRun& run);

/// With the columns of docs/command_line.md.
std::string front_csv(const Problem& problem, const SearchReport& report);
std::string summary_json(const Problem& problem, const SearchReport& report);

/// Writes front.csv, history.csv (row by row: never held as a whole) and summary.json. Throws
/// Error(Fault::runtime).
void write_search(const std::filesystem::path& directory, const Problem& problem,
                  const SearchReport& report);

}  // namespace blockscope
