#include "blockscope/runtime/buffers.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace blockscope {

Bytes allocate_pages(std::size_t bytes) {
    constexpr std::size_t page = 4096;
    const std::size_t rounded = (bytes + page - 1) / page * page;
    void* memory = std::aligned_alloc(page, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    std::fill_n(static_cast<std::byte*>(memory), rounded, std::byte{0});
    return {static_cast<std::byte*>(memory), [](std::byte* p) { std::free(p); }};
}

Bytes Arena::at_least(std::size_t bytes) {
    if (bytes > bytes_) {
        bytes_ = bytes + bytes / 4;
        block_ = allocate_pages(bytes_);
    }
    return block_;
}

Bytes Lender::lend(std::size_t bytes) {
    auto& free = free_->blocks[bytes];
    Bytes block = free.empty() ? allocate_pages(bytes) : std::move(free.back());
    if (!free.empty()) free.pop_back();
    std::byte* address = block.get();
    // the block goes back when the network lets go of it, unless the engine is gone by then
    return {address,
            [block = std::move(block), bytes, home = std::weak_ptr(free_)](std::byte*) mutable {
                if (const auto there = home.lock()) {
                    there->blocks[bytes].push_back(std::move(block));
                }
            }};
}

}  // namespace blockscope
