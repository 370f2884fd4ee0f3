#include "blockscope/measure/affinity.hpp"

#include <algorithm>
#include <filesystem>
#include <sched.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

/// 0: the calling thread.
Cores cores_of(int thread) {
    cpu_set_t set;
    CPU_ZERO(&set);
    Cores cores;
    if (::sched_getaffinity(thread, sizeof set, &set) != 0) return cores;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(static_cast<std::size_t>(core), &set)) cores.push_back(core);
    }
    return cores;
}

bool move(int thread, const Cores& cores) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int core : cores) CPU_SET(static_cast<std::size_t>(core), &set);
    return ::sched_setaffinity(thread, sizeof set, &set) == 0;
}

std::vector<int> threads_of_this_process() {
    std::vector<int> ids;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        long long id = 0;
        if (parse_number(entry.path().filename().string(), id)) ids.push_back(static_cast<int>(id));
    }
    return ids;
}

}  // namespace

Cores parse_cores(std::string_view text) {
    Cores cores;
    for (const auto part : split(text, '+')) {
        const auto ends = split(part, '-');
        long long first = 0;
        long long last = 0;
        if (ends.size() > 2 || !parse_number(ends.front(), first) ||
            !parse_number(ends.back(), last) || first < 0 || last < first || last >= CPU_SETSIZE) {
            throw Error(fmt::format("'{}' names no cores, such as 0, 0+2 or 4-7", text));
        }
        for (auto core = first; core <= last; ++core) cores.push_back(static_cast<int>(core));
    }
    std::sort(cores.begin(), cores.end());
    cores.erase(std::unique(cores.begin(), cores.end()), cores.end());
    return cores;
}

std::string to_string(const Cores& cores) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < cores.size();) {
        std::size_t end = i + 1;
        while (end < cores.size() && cores[end] == cores[end - 1] + 1) ++end;
        parts.push_back(end - i == 1 ? std::to_string(cores[i])
                                     : fmt::format("{}-{}", cores[i], cores[end - 1]));
        i = end;
    }
    return fmt::format("{}", fmt::join(parts, "+"));
}

KeptOnCores::KeptOnCores(const Cores& cores, bool all_threads) {
    if (cores.empty()) return;
    const Cores may_use = cores_of(0);
    for (const int core : cores) {
        if (!std::binary_search(may_use.begin(), may_use.end(), core)) {
            throw Error(fmt::format("core {} is none that this process may use ({})", core,
                                    to_string(may_use)),
                        Fault::runtime);
        }
    }
    const std::vector<int> ids = all_threads ? threads_of_this_process() : std::vector<int>{0};
    for (const int id : ids) {
        Thread thread{id, cores_of(id)};
        // one that has ended meanwhile is no matter
        if (!thread.before.empty() && move(id, cores)) threads_.push_back(std::move(thread));
    }
}

KeptOnCores::~KeptOnCores() {
    for (const auto& thread : threads_) move(thread.id, thread.before);
}

}  // namespace blockscope
