#pragma once

#include <cstddef>
#include <string>

#include "cli/common.hpp"

namespace blockscope::cli {

/// A part of a command's work that is a process of its own: the first `index` of `count` equal
/// parts of its budget are spent when it ends.
struct Part {
    long long index = 0;  ///< from 1; 0: the command itself
    long long count = 1;
    bool is_whole() const { return index == 0; }
    double share() const {
        return is_whole() ? 1.0 : static_cast<double>(index) / static_cast<double>(count);
    }
};

/// "2/4"; empty: the whole. Throws Error that names the option.
Part parse_part(const std::string& text, const std::string& option);

/// Of things in an order every count-th, from the index-th on: parts that are about equally much.
template <typename Things>
Things shard_of(Things all, const Part& part) {
    if (part.is_whole()) return all;
    Things own;
    for (std::size_t i = static_cast<std::size_t>(part.index - 1); i < all.size();
         i += static_cast<std::size_t>(part.count)) {
        own.push_back(all[i]);
    }
    return own;
}

/// False where a program runs the command in its own process and the command line's is not there.
bool processes_can_be_made();

/// Runs the command as typed again, count times one after the other, each with `--part i/count`.
/// Returns 0, or the exit code of the first that did not end well; the rest is not begun.
/// Throws Error(Fault::runtime) if no process can be made.
int run_parts(const Common& common, int count);

}  // namespace blockscope::cli
