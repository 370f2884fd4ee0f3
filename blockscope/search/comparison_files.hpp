#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "blockscope/search/comparison.hpp"
#include "blockscope/search/space_comparison.hpp"

namespace blockscope {

/// Two things that were compared, as the user named them, and where the numbers come from.
struct ComparisonNames {
    std::string first, second;
    std::vector<std::pair<std::string, std::string>> provenance;
};

/// comparison.json of searches and of spaces (docs/command_line.md).
std::string comparison_json(const ComparisonNames& names, const SearchRecord& first,
                            const SearchRecord& second, const SearchComparison& comparison);
std::string comparison_json(const ComparisonNames& names,
                            std::span<const SpaceComparison> comparisons);

/// `seed,first_hypervolume,second_hypervolume,difference,second_reaches_first,first_reaches_second`.
std::string seeds_csv(const SearchComparison& comparison);

/// `search,attained_by,of`, then the two objectives' metrics: the attainment surfaces of both
/// searches, from the best of all seeds (attained_by 1) to what every seed attains. Only for two
/// objectives.
std::string attainment_csv(const SearchRecord& first, const SearchRecord& second);

}  // namespace blockscope
