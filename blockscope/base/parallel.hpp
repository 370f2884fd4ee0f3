#pragma once

#include <cstddef>
#include <functional>

namespace blockscope {

/// The number of threads to use when the user asked for `asked` (0: as many as this process may).
unsigned thread_count(unsigned asked = 0);

/// Calls `work(first, last, chunk)` for consecutive chunks of [0, n) of `chunk_size` items on up
/// to `threads` threads, in no order. Chunk boundaries depend on n and chunk_size only, so work
/// that is seeded by its chunk number gives the same result on any number of threads.
/// The first exception thrown by `work` is rethrown here after all threads have stopped.
void parallel_chunks(std::size_t n, std::size_t chunk_size, unsigned threads,
                     const std::function<void(std::size_t, std::size_t, std::size_t)>& work);

}  // namespace blockscope
