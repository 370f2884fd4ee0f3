// What benchmarks/crossing.py compares the Python module with: the same evaluation by the same
// library, in the same process and of the same memory, without Python between.
#include <algorithm>
#include <ctime>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "blockscope/metric/registry.hpp"
#include "blockscope/space/space_file.hpp"

namespace {

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

/// Evaluates metrics of n architectures of ofa-mbv3, one thread, as a C++ program would that asks
/// in parts of `part`. names: separated by spaces. sums: of each column, to compare. Returns the
/// CPU seconds it took.
extern "C" [[gnu::visibility("default")]] double crossing(const void* memory, std::size_t n,
                                                          std::size_t part, const char* names,
                                                          double* sums) {
    using namespace blockscope;  // NOLINT(google-build-using-namespace)
    static const DesignSpace space = load_space("ofa-mbv3");
    const std::span archs{static_cast<const Architecture*>(memory), n};
    const double start = cpu_seconds();
    std::vector<std::vector<double>> columns;
    std::istringstream words{names};
    for (std::string name; words >> name;) {
        const auto metric = make_metric(name, space, 1, 1);
        auto& column = columns.emplace_back();
        column.reserve(n);
        for (std::size_t first = 0; first < n; first += part) {
            const auto some =
                metric->evaluate(space, archs.subspan(first, std::min(part, n - first)));
            column.insert(column.end(), some.values.begin(), some.values.end());
        }
    }
    const double took = cpu_seconds() - start;
    for (const auto& column : columns) {
        for (const double value : column) *sums += value;
        ++sums;
    }
    return took;
}
