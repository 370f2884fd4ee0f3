// Profiles a space: what every block costs, and the same from 2000 sampled networks.
#include <iostream>

#include "blockscope/metric/registry.hpp"
#include "blockscope/profile/profile.hpp"
#include "blockscope/report/heatmap.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

int main() {
    using namespace blockscope;
    const DesignSpace space = load_space("ofa-mbv3");
    const auto metric = make_metric("macs", space);
    const Profile exact =
        exact_profile(space, *metric->additive(space, 224), metric->info(), 224, {});

    const auto archs = sample(space, 2000, Rng(1), 224);
    const auto column = metric->evaluate(space, archs);
    const Profile pooled = pooled_profile(space, {archs, column.values}, metric->info(), {224}, {});

    std::cout << terminal_heatmap(space, exact, false) << "\n"
              << terminal_heatmap(space, pooled, false);
    const double truth = exact.blocks.front().response.value;
    const double found = pooled.blocks.front().response.value;
    return found > 0.99 * truth && found < 1.01 * truth ? 0 : 1;
}
