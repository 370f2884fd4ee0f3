#include <cstdio>

#include <blockscope/base/error.hpp>
#include <blockscope/metric/registry.hpp>
#include <blockscope/space/sampling.hpp>
#include <blockscope/space/space_file.hpp>

int main() {
    const blockscope::DesignSpace space = blockscope::load_space("ofa-mbv3");
    const auto archs = blockscope::sample(space, 1000, blockscope::Rng(7), 224);
    const auto macs = blockscope::make_metric("macs", space)->evaluate(space, archs);
    double sum = 0;
    for (const double value : macs.values) sum += value;
    std::printf("%.0f\n", sum / 1000);
    try {
        blockscope::load_space("nothing");
    } catch (const blockscope::Error& e) {  // thrown in the library, caught out here
        return e.fault() == blockscope::Fault::input ? 0 : 1;
    }
    return 1;
}
