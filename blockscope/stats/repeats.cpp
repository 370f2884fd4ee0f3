#include "blockscope/stats/repeats.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include "blockscope/stats/distributions.hpp"

namespace blockscope {

NoiseVariance noise_variance(std::span<const std::size_t> thing, std::span<const double> values,
                             double level) {
    assert(thing.size() == values.size());
    struct Group {
        double mean = 0;
        double squares = 0;
        std::size_t count = 0;
    };
    std::vector<Group> groups;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (thing[i] >= groups.size()) groups.resize(thing[i] + 1);
        Group& g = groups[thing[i]];
        ++g.count;
        const double step = values[i] - g.mean;
        g.mean += step / static_cast<double>(g.count);
        g.squares += step * (values[i] - g.mean);
    }
    NoiseVariance noise;
    double squares = 0;
    for (const Group& g : groups) {
        if (g.count < 2) continue;
        noise.degrees += static_cast<double>(g.count - 1);
        squares += g.squares;
    }
    if (noise.degrees == 0) return noise;
    noise.variance = {squares / noise.degrees,
                      squares / chi_square_quantile(0.5 + level / 2, noise.degrees),
                      squares / chi_square_quantile(0.5 - level / 2, noise.degrees)};
    return noise;
}

}  // namespace blockscope
