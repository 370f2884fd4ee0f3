// What benchmarks/crossing.py compares the Python module with: the same evaluation in C++. Prints
// the seconds that one took. Too slow: Python's 5 % above it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "blockscope/metric/registry.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

int main(int argc, char** argv) {
    using namespace blockscope;  // NOLINT(google-build-using-namespace)
    const auto space = load_space("ofa-mbv3");
    const auto n = static_cast<std::size_t>(std::atoll(argv[1]));
    const auto archs = sample(space, n, Rng(1), 224);
    const std::vector<std::string> names(argv + 2, argv + argc);
    for (int repeat = 0; repeat < 9; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        double sum = 0;
        for (const auto& name : names) {
            const auto column = make_metric(name, space, 1, 1)->evaluate(space, archs);
            sum += column.values.back();
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        std::printf("%.6f %.0f\n", took.count(), sum);
    }
}
