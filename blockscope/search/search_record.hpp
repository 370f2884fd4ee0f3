#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "blockscope/search/search_files.hpp"

namespace blockscope {

/// What is kept of a search with several seeds: enough to compare it with another.
struct SearchRecord {
    struct Wanted {
        std::string metric, unit;
        Direction direction = Direction::smaller_is_better;
        friend bool operator==(const Wanted&, const Wanted&) = default;
    };
    struct Run {
        std::uint64_t seed = 0;
        Costs costs;  ///< of every network in the order it was asked for; NaN where a limit is not
                      ///< kept or an objective is not known
    };
    std::string space, fingerprint, algorithm;
    std::vector<int> resolutions;
    std::vector<Wanted> objectives;
    std::vector<std::string> limits;  ///< "macs <= 400000000 MACs"
    std::vector<Run> runs;
};

SearchRecord record_of(const Problem& problem, const SearchReport& report);

/// From the directory that write_search filled. Throws Error naming the file.
SearchRecord read_search(const std::filesystem::path& directory);

/// True for a directory that write_search filled.
bool is_search(const std::filesystem::path& directory);

}  // namespace blockscope
