#include "blockscope/space/restriction.hpp"

#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

std::uint64_t read_block_mask(const TomlTable& table, const std::string& key,
                              const DesignSpace& space) {
    std::uint64_t mask = 0;
    for (const auto& name : table.texts(key)) {
        bool found = false;
        std::vector<std::string> names;
        for (std::size_t b = 0; b < space.blocks.size(); ++b) {
            names.push_back(space.blocks[b].name);
            if (name == space.blocks[b].name || name == space.blocks[b].token) {
                mask |= 1ULL << b;
                found = true;
            }
        }
        if (!found) {
            table.fail(key, fmt::format("unknown block '{}'{}", name, did_you_mean(name, names)));
        }
    }
    return mask;
}

namespace {

/// Numbers counted from 1 in the file, from 0 here; all of them if the key is absent.
std::vector<int> read_selection(const TomlTable& table, const std::string& key, int count) {
    std::vector<int> selection(count);
    std::iota(selection.begin(), selection.end(), 0);
    if (!table.has(key)) return selection;
    selection = table.integers(key);
    for (int& i : selection) {
        if (i < 1 || i > count) {
            table.fail(key, fmt::format("{} {} is not from 1 to {}", key, i, count));
        }
        --i;
    }
    return selection;
}

void restrict_by(const TomlTable& entry, bool keep, DesignSpace& space) {
    const bool has_blocks = entry.has("blocks");
    const bool has_depth = entry.has("depth");
    const bool has_width = entry.has("width");
    if (!has_blocks && !has_depth && !has_width) {
        entry.fail("", "names nothing: give any of 'blocks', 'depth' and 'width'");
    }
    const auto apply = [keep](std::uint64_t& bits, std::uint64_t named) {
        bits &= keep ? named : ~named;
    };
    const std::uint64_t blocks = has_blocks ? read_block_mask(entry, "blocks", space) : 0;
    std::uint64_t depths = 0;
    if (has_depth) {
        for (const int d : entry.integers("depth", true)) {
            if (d < 1 || d > max_layers)
                entry.fail("depth", fmt::format("depth {} does not exist", d));
            depths |= 1ULL << d;
        }
    }
    const auto units = read_selection(entry, "unit", static_cast<int>(space.units.size()));
    for (const int u : units) {
        Unit& unit = space.units[u];
        if (has_blocks) {
            const auto layers = read_selection(entry, "layer", unit.max_depth);
            for (const int l : layers) apply(unit.blocks[l], blocks);
        }
        if (has_depth) apply(unit.depths, depths);
        if (has_width) {
            std::uint64_t widths = 0;
            for (const double ratio : entry.numbers("width")) {
                bool found = false;
                for (std::size_t w = 0; w < unit.width_ratios.size(); ++w) {
                    if (std::abs(unit.width_ratios[w] - ratio) < 1e-9) {
                        widths |= 1ULL << w;
                        found = true;
                    }
                }
                if (!found) {
                    entry.fail("width", fmt::format("unit {} has no width {}", u + 1, ratio));
                }
            }
            apply(unit.widths, widths);
        }
    }
    entry.refuse_unknown_keys();
}

}  // namespace

void read_restrictions(const TomlTable& root, DesignSpace& space) {
    // a layer without blocks is no fault once a later entry makes it unreachable
    std::optional<TomlTable> culprit;
    std::string fault;
    for (const bool keep : {false, true}) {
        for (const auto& entry : root.tables(keep ? "keep" : "drop")) {
            restrict_by(entry, keep, space);
            try {
                validate(space);
                culprit.reset();
            } catch (const Error& e) {
                if (!culprit) culprit = entry;
                fault = e.what();
            }
        }
    }
    if (culprit) culprit->fail("", fault);
    if (root.has("search")) {
        const TomlTable search = root.table("search");
        space.mutation = search.numbers("mutation");
        if (space.mutation.size() != space.units.size()) {
            search.fail("mutation", fmt::format("{} probabilities for {} units",
                                                space.mutation.size(), space.units.size()));
        }
        for (const double p : space.mutation) {
            if (!(p >= 0) || p > 1)
                search.fail("mutation", fmt::format("{} is not from 0 to 1", p));
        }
        search.refuse_unknown_keys();
    }
    validate(space);
}

}  // namespace blockscope
