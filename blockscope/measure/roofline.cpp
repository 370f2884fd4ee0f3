#include "blockscope/measure/roofline.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/network/cost.hpp"

namespace blockscope {
namespace {

double weight_elements(const Operator& op) {
    double weights = 0;
    if (op.kind == OpKind::linear) {
        weights = static_cast<double>(op.in.elements()) * op.out.channels;
    } else if (op.kind == OpKind::convolution) {
        weights = static_cast<double>(op.in.channels) / op.groups * op.out.channels * op.kernel *
                  op.kernel;
    } else {
        return 0;
    }
    return weights + op.out.channels;
}

Shape second_shape(const Operator& op) {
    return op.kind == OpKind::scale ? Shape{op.out.channels, 1, 1} : op.out;
}

struct Work {
    double macs = 0;
    double bytes = 0;
};

/// Of each step of a run.
std::vector<Work> works(const TimedOperators& of, int batch) {
    constexpr double float_bytes = 4;
    const NetworkGraph& network = of.network;
    const std::vector<Cost> costs = operator_costs(network);
    std::vector<Work> list;
    list.reserve(of.steps.size());
    for (const RunStep& step : of.steps) {
        double elements = 0;
        Work work;
        if (step.operators == 0)
            elements = 2 * static_cast<double>(network.shape(step.first).elements());
        for (int i = step.first; i < step.first + step.operators; ++i) {
            const Operator& op = network.operators[static_cast<std::size_t>(i)];
            work.macs += batch * static_cast<double>(costs[static_cast<std::size_t>(i)].macs);
            work.bytes += float_bytes * weight_elements(op);
            // the second operand: a shortcut, or the factors of a rescale
            if (op.second >= 0) elements += static_cast<double>(second_shape(op).elements());
            // an addition that goes along with what is before it reads and writes nothing else
            if (i == step.first)
                elements += static_cast<double>(op.in.elements() + op.out.elements());
        }
        work.bytes += float_bytes * batch * elements;
        list.push_back(work);
    }
    return list;
}

Estimate mean_over_visits(std::vector<double> values, double level) {
    return interval(robust_mean(std::move(values)), level);
}

bool is_copy(const RunStep& step) { return step.operators == 0; }

}  // namespace

Estimate Roofline::gflop_per_s() const {
    constexpr double gflop_a_mac = 2e-9;
    const double gflop = gflop_a_mac * macs;
    return {1e3 * gflop / ms.value, 1e3 * gflop / ms.high, 1e3 * gflop / ms.low};
}

Roofline roofline(const TimedOperators& of, std::span<const std::size_t> steps, int batch,
                  double level) {
    Roofline sum;
    std::vector<double> ms(of.step_ms.size(), 0);
    const std::vector<Work> work = works(of, batch);
    for (const std::size_t s : steps) {
        sum.macs += work[s].macs;
        sum.bytes += work[s].bytes;
        for (std::size_t v = 0; v < ms.size(); ++v) ms[v] += of.step_ms[v][s];
    }
    sum.ms = mean_over_visits(std::move(ms), level);
    return sum;
}

std::vector<Roofline> by_step(const TimedOperators& of, int batch, double level) {
    std::vector<Roofline> each;
    each.reserve(of.steps.size());
    for (std::size_t s = 0; s < of.steps.size(); ++s) {
        each.push_back(roofline(of, {&s, 1}, batch, level));
    }
    return each;
}

Roofline sum_of_parts(const TimedOperators& of, int batch, double level) {
    std::vector<std::size_t> all(of.steps.size());
    std::iota(all.begin(), all.end(), 0);
    return roofline(of, all, batch, level);
}

Estimate whole_ms(const TimedOperators& of, double level) {
    return mean_over_visits(of.whole_ms, level);
}

std::vector<PlaceInNetwork> places(const TimedOperators& of) {
    std::vector<PlaceInNetwork> list;
    for (std::size_t s = 0; s < of.steps.size(); ++s) {
        const RunStep& step = of.steps[s];
        PlaceInNetwork place{{}, is_copy(step), {s}};
        if (!place.is_copy) {
            place.where = of.network.operators[static_cast<std::size_t>(step.first)].where;
            if (place.where.part != Location::Part::body) place.where.layer = 0;
        }
        if (!list.empty() && !place.is_copy && !list.back().is_copy &&
            list.back().where == place.where) {
            list.back().steps.push_back(s);
        } else {
            list.push_back(std::move(place));
        }
    }
    return list;
}

std::vector<ShapeTimes> by_shape(std::span<const TimedOperators> networks, int batch,
                                 double level) {
    using Key = std::array<int, 12>;
    struct Group {
        ShapeTimes times;
        std::vector<double> ms;  ///< mean over calls, by visit
    };
    std::map<Key, Group> groups;
    for (const TimedOperators& of : networks) {
        std::map<Key, std::vector<std::size_t>> steps;
        const std::vector<Work> work = works(of, batch);
        for (std::size_t s = 0; s < of.steps.size(); ++s) {
            if (is_copy(of.steps[s])) continue;
            const Operator& op = of.network.operators[static_cast<std::size_t>(of.steps[s].first)];
            const bool with_addition = of.steps[s].operators > 1;
            const Key key{static_cast<int>(op.kind),
                          static_cast<int>(op.activation),
                          with_addition,
                          op.kernel,
                          op.stride,
                          op.groups,
                          op.in.channels,
                          op.in.height,
                          op.in.width,
                          op.out.channels,
                          op.out.height,
                          op.out.width};
            ShapeTimes& times = groups[key].times;
            if (times.calls++ == 0) {
                times.op = op;
                times.with_addition = with_addition;
                times.each.macs = work[s].macs;
                times.each.bytes = work[s].bytes;
            }
            steps[key].push_back(s);
        }
        for (const auto& [key, calls] : steps) {
            for (const auto& visit : of.step_ms) {
                double sum = 0;
                for (const std::size_t s : calls) sum += visit[s];
                groups[key].ms.push_back(sum / static_cast<double>(calls.size()));
            }
        }
    }
    std::vector<ShapeTimes> list;
    for (auto& [key, group] : groups) {
        group.times.each.ms = mean_over_visits(std::move(group.ms), level);
        list.push_back(group.times);
    }
    const auto in_all = [](const ShapeTimes& t) {
        return static_cast<double>(t.calls) * t.each.ms.value;
    };
    std::stable_sort(list.begin(), list.end(), [&](const ShapeTimes& a, const ShapeTimes& b) {
        return in_all(a) > in_all(b);
    });
    return list;
}

}  // namespace blockscope
