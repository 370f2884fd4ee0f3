#include "blockscope/runtime/onednn_threads.hpp"

#include <dlfcn.h>

namespace blockscope {

void set_onednn_threads(int threads) {
    using Set = void (*)(int);
    static const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set != nullptr) set(threads);
}

}  // namespace blockscope
