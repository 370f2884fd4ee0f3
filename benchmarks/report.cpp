#include "benchmarks/report.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"

int main(int argc, char** argv) {
    try {
        return blockscope::report(argc, argv);
    } catch (const blockscope::Error& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 1;
    }
}
