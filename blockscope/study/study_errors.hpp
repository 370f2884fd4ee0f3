#pragma once

#include <string>
#include <utility>

namespace blockscope {

/// Throws the Error that a user needs for the exception of SQLite that is being handled; others go
/// on as they are. path: of the study.
[[noreturn]] void rethrow_for_users(const std::string& path);

/// Calls `work`, with SQLite's complaints turned into ours.
template <typename Work>
auto guarded(const std::string& path, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        rethrow_for_users(path);
    }
}

}  // namespace blockscope
