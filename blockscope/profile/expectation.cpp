#include "blockscope/profile/expectation.hpp"

#include <bit>

namespace blockscope {
namespace {

std::vector<double> uniform(std::uint64_t bits, std::size_t size) {
    std::vector<double> weights(size, 0.0);
    for (const int i : allowed(bits)) weights[i] = 1.0 / std::popcount(bits);
    return weights;
}

}  // namespace

BodyDistribution uniform_body(const DesignSpace& space) {
    BodyDistribution body;
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        UnitDistribution d;
        d.depth = depth_weights(space, static_cast<int>(u));
        d.width = uniform(unit.widths, unit.channels.size());
        for (const auto bits : unit.blocks) d.block.push_back(uniform(bits, space.blocks.size()));
        body.push_back(std::move(d));
    }
    return body;
}

UnitDistribution fixed_unit(const DesignSpace& space, const Placement& fixed, Protocol protocol) {
    UnitDistribution d;
    const Unit& unit = space.units[fixed.unit];
    d.depth = depth_weights(space, fixed.unit, fixed.layer, protocol);
    d.width.assign(unit.channels.size(), 0.0);
    d.width[fixed.width] = 1;
    for (const auto bits : unit.blocks) d.block.push_back(uniform(bits, space.blocks.size()));
    d.block[fixed.layer].assign(space.blocks.size(), 0.0);
    d.block[fixed.layer][fixed.block] = 1;
    return d;
}

std::vector<double> stem_weights(const DesignSpace& space, const LayerTable& table) {
    std::vector<double> weights(table.stem_variants(), 1.0);
    for (int v = 0; v < table.stem_variants(); ++v) {
        const Architecture a = table.stem_architecture(v);
        for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
            const auto bits = space.stem_choices[i].allowed;
            weights[v] *= ((bits >> a.stem[i]) & 1U) != 0 ? 1.0 / std::popcount(bits) : 0.0;
        }
    }
    return weights;
}

double expected_sum(const LayerTable& table, const std::vector<double>& stem,
                    const BodyDistribution& body) {
    double sum = 0;
    std::vector<double> incoming(table.incoming_states(0), 0.0);
    for (int v = 0; v < table.stem_variants(); ++v) {
        sum += stem[v] * table.stem(v);
        incoming[table.stem_state(v)] += stem[v];
    }
    for (int u = 0; u < table.unit_count(); ++u) {
        const UnitDistribution& unit = body[u];
        double reach = 1;  // probability that the unit has layer l
        for (std::size_t l = 0; l < unit.block.size(); ++l) {
            reach -= unit.depth[l];
            const int states = l == 0 ? table.incoming_states(u) : 1;
            double mean = 0;
            for (int i = 0; i < states; ++i) {
                for (std::size_t w = 0; w < unit.width.size(); ++w) {
                    const double weight = (l == 0 ? incoming[i] : 1.0) * unit.width[w];
                    if (weight == 0) continue;
                    for (std::size_t b = 0; b < unit.block[l].size(); ++b) {
                        if (unit.block[l][b] == 0) continue;
                        mean += weight * unit.block[l][b] *
                                table.term(u, static_cast<int>(l), i, static_cast<int>(w),
                                           static_cast<int>(b));
                    }
                }
            }
            sum += reach * mean;
        }
        incoming = unit.width;
    }
    for (std::size_t w = 0; w < incoming.size(); ++w) {
        sum += incoming[w] * table.head(static_cast<int>(w));
    }
    return sum;
}

}  // namespace blockscope
