#include "blockscope/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <sched.h>
#include <thread>
#include <vector>

namespace blockscope {

unsigned thread_count(unsigned asked) {
    if (asked > 0) return asked;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return std::max(1U, static_cast<unsigned>(CPU_COUNT(&set)));
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

void parallel_chunks(std::size_t n, std::size_t chunk_size, unsigned threads,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& work) {
    const std::size_t chunks = (n + chunk_size - 1) / chunk_size;
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto run = [&] {
        for (std::size_t c = next++; c < chunks; c = next++) {
            try {
                work(c * chunk_size, std::min(n, (c + 1) * chunk_size), c);
            } catch (...) {
                const std::scoped_lock lock(mutex);
                if (!failure) failure = std::current_exception();
                next = chunks;
            }
        }
    };
    const auto helpers = std::min<std::size_t>(thread_count(threads), chunks);
    {
        std::vector<std::jthread> pool;
        for (std::size_t i = 1; i < helpers; ++i) pool.emplace_back(run);
        run();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace blockscope
