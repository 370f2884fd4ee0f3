// From profiles to a smaller space to a better front: parameters for as few MACs as possible.
#include <iostream>

#include "blockscope/insight/insight_files.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/search/search_files.hpp"
#include "blockscope/space/space_file.hpp"

int main() {
    using namespace blockscope;
    const DesignSpace space = load_space("ofa-mbv3");
    const auto params = make_metric("params", space);
    const auto macs = make_metric("macs", space);
    const auto profile = [&](Metric& metric) {
        return exact_profile(space, *metric.additive(space, 224), metric.info(), 224, {});
    };
    const Profile benefit = profile(*params);
    const Profile price = profile(*macs);
    const Pruning pruning = prune(space, benefit, &price);
    std::cout << rationale({space, benefit, &price, {}, pruning, {}});

    Problem problem{space,
                    {224},
                    {params.get(), macs.get()},
                    {{0, Direction::larger_is_better}, {1, Direction::smaller_is_better}},
                    {}};
    const SearchRun whole = search(problem);
    problem.space = pruning.space;
    const SearchRun smaller = search(problem);
    const auto reference = worst_of(problem, {whole, smaller});
    const double before = hypervolume_of(problem, whole, reference);
    const double after = hypervolume_of(problem, smaller, reference);
    std::cout << "hypervolume: " << before << ", in the smaller space " << after << " "
              << hypervolume_unit(problem) << "\n";
    return after > before ? 0 : 1;
}
