#include "blockscope/report/block_grid.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "blockscope/space/placement.hpp"

namespace blockscope {
namespace {

std::size_t index_of(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(name);
    return names.size() - 1;
}

std::pair<std::string, std::string> row_and_column(const DesignSpace& space, const Placement& p) {
    const Block& block = space.blocks[static_cast<std::size_t>(p.block)];
    const std::string name = block_name(space, p);
    const std::string width = name.substr(0, name.size() - block.name.size());  // "C65-" or empty
    if (block.family == Family::bottleneck) {
        if (width.empty()) return {"", block.name};
        return {width.substr(0, width.size() - 1), block.name};
    }
    const std::string kernel = fmt::format("-{}", block.kernel);
    const auto dash = block.name.find('-');
    if (dash == std::string::npos || block.name.compare(dash, kernel.size(), kernel) != 0) {
        return {name, ""};
    }
    const std::string variant = block.name.substr(dash + kernel.size());
    return {width + block.name.substr(0, dash) + variant, "kernel " + kernel.substr(1)};
}

}  // namespace

BlockGrid block_grid(const DesignSpace& space, const Profile& profile) {
    std::map<std::string, Placement> example;
    for (const auto& p : placements(space)) example.try_emplace(block_name(space, p), p);
    std::vector<std::string> smallest_first;
    BlockGrid grid;
    for (const auto& block : profile.blocks) {
        const auto [row, column] = row_and_column(space, example.at(block.block));
        const auto r = index_of(smallest_first, row);
        grid.cells[{r, index_of(grid.columns, column)}] = &block;
    }
    const std::size_t last = smallest_first.size() - 1;
    grid.rows.assign(smallest_first.rbegin(), smallest_first.rend());
    decltype(grid.cells) turned;
    for (const auto& [place, block] : grid.cells)
        turned[{last - place.first, place.second}] = block;
    grid.cells = std::move(turned);
    return grid;
}

}  // namespace blockscope
