#include "blockscope/profile/variance_factors.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include <fmt/format.h>

namespace blockscope {
namespace {

bool varies(std::uint64_t bits) { return std::popcount(bits) > 1; }

/// Index of each block among the distinct values of `key`; -1 for blocks not allowed.
template <typename Key>
std::vector<int> groups_by(const DesignSpace& space, std::uint64_t bits, Key key) {
    std::vector<int> group(space.blocks.size(), -1);
    std::vector<decltype(key(space.blocks[0]))> seen;
    for (const int b : allowed(bits)) {
        const auto at = std::find(seen.begin(), seen.end(), key(space.blocks[b]));
        group[b] = static_cast<int>(at - seen.begin());
        if (at == seen.end()) seen.push_back(key(space.blocks[b]));
    }
    return group;
}

int group_count(const std::vector<int>& group) {
    return group.empty() ? 1 : 1 + *std::max_element(group.begin(), group.end());
}

void add_location(const DesignSpace& space, int u, int l, FactorGroup& result) {
    const auto bits = space.units[u].blocks[l];
    if (!varies(bits)) return;
    const auto add = [&](std::vector<int> group) {
        result.partitions.push_back(
            {u, l == 0, true, Partition::Depth::presence, l, std::move(group)});
        return result.partitions.size() - 1;
    };
    const std::string name = fmt::format("U{} L{} ", u + 1, l + 1);
    const auto present = add({});
    int blocks = 0;
    std::vector<int> own(space.blocks.size(), -1);
    for (const int b : allowed(bits)) own[b] = blocks++;
    const auto block = add(own);
    result.factors.push_back({name + "block", {{1, block}, {-1, present}}});

    const auto expansion = groups_by(space, bits, [](const Block& b) { return b.expand; });
    const auto kernel = groups_by(space, bits, [](const Block& b) { return b.kernel; });
    const int expansions = group_count(expansion);
    const int kernels = group_count(kernel);
    std::vector<int> seen;
    for (const int b : allowed(bits)) seen.push_back(expansion[b] * kernels + kernel[b]);
    std::sort(seen.begin(), seen.end());
    const bool distinct = std::adjacent_find(seen.begin(), seen.end()) == seen.end();
    if (!distinct || blocks != expansions * kernels || expansions == 1 || kernels == 1) return;
    const auto e = add(expansion);
    const auto k = add(kernel);
    result.factors.push_back({name + "expansion", {{1, e}, {-1, present}}, true});
    result.factors.push_back({name + "kernel", {{1, k}, {-1, present}}, true});
    result.factors.push_back(
        {name + "expansion x kernel", {{1, block}, {-1, e}, {-1, k}, {1, present}}, true});
}

/// Leaves what `kept` says of a distribution; returns its probability.
template <typename Kept>
double keep(std::vector<double>& weights, Kept kept) {
    double share = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!kept(static_cast<int>(i))) weights[i] = 0;
        share += weights[i];
    }
    if (share > 0) {
        for (double& w : weights) w /= share;
    }
    return share;
}

/// Half of what unit u's width and the width that comes into it do together.
void add_half_of_pair(int u, FactorGroup& group, Factor& factor) {
    const std::size_t first = group.partitions.size();
    group.partitions.push_back({u, true, true});
    group.partitions.push_back({u, true, false});
    group.partitions.push_back({u, false, true});
    for (const auto& [sign, i] : {std::pair{0.5, 0}, {-0.5, 1}, {-0.5, 2}}) {
        factor.terms.push_back({sign, first + static_cast<std::size_t>(i)});
    }
}

}  // namespace

std::vector<FactorGroup> variance_factors(const DesignSpace& space, const LayerTable& shape) {
    std::vector<FactorGroup> groups;
    const auto stem = stem_weights(space, shape);
    const bool stem_varies =
        std::count_if(stem.begin(), stem.end(), [](double w) { return w > 0; }) > 1;
    const int units = static_cast<int>(space.units.size());
    const auto incoming_varies = [&](int u) {
        return u == 0 ? stem_varies : varies(space.units[u - 1].widths);
    };
    if (stem_varies) {
        FactorGroup group{"stem", {{-1}}, {}};
        Factor factor{"stem choices", {{1, 0}}};
        if (varies(space.units[0].widths)) add_half_of_pair(0, group, factor);
        group.factors.push_back(std::move(factor));
        groups.push_back(std::move(group));
    }
    for (int u = 0; u < units; ++u) {
        const Unit& unit = space.units[u];
        FactorGroup group{fmt::format("U{}", u + 1), {}, {}};
        if (varies(unit.widths)) {
            group.partitions.push_back({u, false, true});
            Factor factor{fmt::format("U{} width", u + 1), {{1, 0}}};
            if (incoming_varies(u)) add_half_of_pair(u, group, factor);
            if (u + 1 < units && varies(space.units[u + 1].widths)) {
                add_half_of_pair(u + 1, group, factor);
            }
            group.factors.push_back(std::move(factor));
        }
        if (varies(unit.depths)) {
            const std::size_t first = group.partitions.size();
            group.partitions.push_back({u, false, true, Partition::Depth::told});
            group.partitions.push_back({u, false, true});
            group.factors.push_back(
                {fmt::format("U{} depth", u + 1), {{1, first}, {-1, first + 1}}});
        }
        for (int l = 0; l < allowed(unit.depths).back(); ++l) add_location(space, u, l, group);
        if (!group.factors.empty()) groups.push_back(std::move(group));
    }
    return groups;
}

Cells::Cells(const DesignSpace& space, const LayerTable& shape, Partition partition)
    : space_(space),
      shape_(shape),
      p_(std::move(partition)),
      stem_(stem_weights(space, shape)),
      body_(uniform_body(space)) {
    if (p_.unit < 0) {
        groups_ = shape.stem_variants();
    } else {
        if (p_.incoming) incoming_ = shape.incoming_states(p_.unit);
        if (p_.width) widths_ = shape.width_states(p_.unit);
        if (p_.depth == Partition::Depth::told) depths_ = space.units[p_.unit].max_depth + 1;
        if (p_.depth == Partition::Depth::presence) depths_ = 2;
        groups_ = group_count(p_.group);
    }
    probability_.assign(static_cast<std::size_t>(incoming_) * widths_ * depths_ * groups_, 0.0);
    for_each([&](std::size_t cell, double probability, const auto&, const auto&) {
        probability_[cell] = probability;
        ++possible_;
    });
}

std::size_t Cells::of(const Architecture& a) const {
    if (p_.unit < 0) return static_cast<std::size_t>(shape_.stem_variant(a));
    const int u = p_.unit;
    int cell = 0;
    if (p_.incoming) cell = u == 0 ? shape_.stem_state(shape_.stem_variant(a)) : a.width[u - 1];
    if (p_.width) cell = cell * widths_ + a.width[u];
    const bool present = a.depth[u] > p_.layer;
    if (p_.depth == Partition::Depth::told) cell = cell * depths_ + a.depth[u];
    if (p_.depth == Partition::Depth::presence) cell = cell * depths_ + (present ? 1 : 0);
    if (!p_.group.empty()) {
        const int block = a.block[space_.units[u].first_slot + p_.layer];
        cell = cell * groups_ + (present ? p_.group[block] : 0);
    }
    return static_cast<std::size_t>(cell);
}

/// Calls visit(cell, probability, stem weights, body) with the distribution that the cell leaves.
template <typename Visit>
void Cells::for_each(Visit visit) const {
    const int u = p_.unit;
    for (std::size_t cell = 0; cell < size(); ++cell) {
        auto stem = stem_;
        auto body = body_;
        int rest = static_cast<int>(cell);
        const auto digit = [&rest](int radix) {
            const int value = rest % radix;
            rest /= radix;
            return value;
        };
        const int group = digit(groups_);
        const int depth = digit(depths_);
        const int width = digit(widths_);
        const int incoming = rest;
        double probability = 1;
        if (u < 0) {
            probability = keep(stem, [&](int v) { return v == group; });
        }
        if (p_.incoming && u == 0) {
            probability *= keep(stem, [&](int v) { return shape_.stem_state(v) == incoming; });
        } else if (p_.incoming) {
            probability *= keep(body[u - 1].width, [&](int w) { return w == incoming; });
        }
        if (p_.width) probability *= keep(body[u].width, [&](int w) { return w == width; });
        if (p_.depth == Partition::Depth::told) {
            probability *= keep(body[u].depth, [&](int d) { return d == depth; });
        }
        if (p_.depth == Partition::Depth::presence) {
            const bool present = depth == 1;
            probability *= keep(body[u].depth, [&](int d) { return (d > p_.layer) == present; });
            // without the layer there is one cell, not one for each group
            if (!present && group > 0) continue;
            if (present && !p_.group.empty()) {
                probability *=
                    keep(body[u].block[p_.layer], [&](int b) { return p_.group[b] == group; });
            }
        }
        if (probability > 0) visit(cell, probability, stem, body);
    }
}

std::vector<double> Cells::means(const LayerTable& table) const {
    std::vector<double> result(size(), 0.0);
    for_each([&](std::size_t cell, double, const auto& stem, const auto& body) {
        result[cell] = expected_sum(table, stem, body);
    });
    return result;
}

}  // namespace blockscope
