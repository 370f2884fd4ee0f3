#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

#include "cli/run.hpp"

namespace {

/// libgomp reads how its threads wait when it starts, so the variable must be there before the
/// process is: spinning threads made runs up to 40 times slower as soon as a neighbour wanted a
/// core.
void make_openmp_wait_passively(char** argv) {
    if (std::getenv("OMP_WAIT_POLICY") != nullptr) return;
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    ::execv("/proc/self/exe", argv);  // comes back only where /proc is missing: go on as we are
}

}  // namespace

int main(int argc, char** argv) {
    make_openmp_wait_passively(argv);
    return blockscope::cli::run_command(std::vector<std::string>(argv, argv + argc));
}
