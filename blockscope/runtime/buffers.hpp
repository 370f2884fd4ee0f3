#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

namespace blockscope {

/// Memory on whole pages.
using Bytes = std::shared_ptr<std::byte>;

/// Zeroed, so that pages are there before anything is timed and nothing is denormal.
Bytes allocate_pages(std::size_t bytes);

/// One block that all networks of an engine work in. Networks made before it had to grow keep the
/// block they were made with.
class Arena {
public:
    Bytes at_least(std::size_t bytes);

private:
    Bytes block_;
    std::size_t bytes_ = 0;
};

/// Inputs and outputs are a network's own while it lives, then the next one's.
class Lender {
public:
    Bytes lend(std::size_t bytes);

private:
    struct Free {
        std::map<std::size_t, std::vector<Bytes>> blocks;
    };
    std::shared_ptr<Free> free_ = std::make_shared<Free>();
};

}  // namespace blockscope
