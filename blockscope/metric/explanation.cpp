#include "blockscope/metric/explanation.hpp"

#include <cmath>

namespace blockscope {
namespace {

std::vector<Part> parts_of(const DesignSpace& space, const Architecture& a) {
    std::vector<Part> parts;
    const auto add = [&](Location::Part part, int unit, int layer, int block) {
        Part p;
        p.where = {part, unit, layer};
        p.block = block;
        parts.push_back(p);
    };
    if (!space.stem.empty()) add(Location::Part::stem, 0, 0, -1);
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        for (int l = 0; l < a.depth[u]; ++l) {
            add(Location::Part::body, static_cast<int>(u), l,
                a.block[space.units[u].first_slot + l]);
        }
    }
    if (!space.head.empty()) add(Location::Part::head, 0, 0, -1);
    return parts;
}

double term(const LayerTable& table, const Architecture& a, const Part& part) {
    const int last = table.unit_count() - 1;
    switch (part.where.part) {
        case Location::Part::stem:
            return table.stem(table.stem_variant(a));
        case Location::Part::head:
            return table.head(a.width[static_cast<std::size_t>(last)]);
        case Location::Part::body:
            break;
    }
    const int u = part.where.unit;
    int incoming = 0;
    if (part.where.layer == 0) {
        incoming = u == 0 ? table.stem_state(table.stem_variant(a))
                          : a.width[static_cast<std::size_t>(u) - 1];
    }
    return table.term(u, part.where.layer, incoming, a.width[static_cast<std::size_t>(u)],
                      part.block);
}

struct Candidate {
    std::size_t part = 0;
    int block = 0;
};

}  // namespace

Explanation explain(const DesignSpace& space, const Architecture& a, Metric& metric) {
    Explanation result;
    result.parts = parts_of(space, a);
    const auto table = metric.additive(space, a.resolution);
    if (table) {
        result.splits = true;
        result.is_sum = table->combine() == LayerTable::Combine::sum;
        for (auto& part : result.parts) part.value = term(*table, a, part);
    }
    std::vector<Architecture> archs{a};
    std::vector<Candidate> candidates;
    const Direction direction = metric.info().direction;
    if (direction != Direction::neither && !metric.info().costly) {
        for (std::size_t i = 0; i < result.parts.size(); ++i) {
            const Part& part = result.parts[i];
            if (part.where.part != Location::Part::body) continue;
            const Unit& unit = space.units[static_cast<std::size_t>(part.where.unit)];
            for (const int block :
                 allowed(unit.blocks[static_cast<std::size_t>(part.where.layer)])) {
                if (block == part.block) continue;
                archs.push_back(a);
                archs.back().block[unit.first_slot + part.where.layer] =
                    static_cast<std::uint8_t>(block);
                candidates.push_back({i, block});
            }
        }
    }
    std::vector<double> values(archs.size());
    if (table) {
        table->evaluate(archs, values);
    } else {
        values = metric.evaluate(space, archs).values;
    }
    result.value = values.front();
    const double sign = direction == Direction::larger_is_better ? 1 : -1;
    for (std::size_t i = 0; i < candidates.size();) {
        const std::size_t part = candidates[i].part;
        double sum = 0;
        double others = 0;
        for (; i < candidates.size() && candidates[i].part == part; ++i, ++others) {
            sum += values[i + 1] - result.value;
        }
        result.parts[part].against_mean = -sum / (others + 1);
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double improvement = sign * (values[i + 1] - result.value);
        auto& swap = result.parts[candidates[i].part].swap;
        // not for NaN either
        if (!(improvement > 0)) continue;
        if (!swap || improvement < swap->improvement) swap = {candidates[i].block, improvement};
    }
    return result;
}

}  // namespace blockscope
