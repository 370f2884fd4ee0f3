#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/console.hpp"

namespace blockscope {
class Crew;
}

namespace blockscope::cli {

/// Options that several verbs have.
struct Common {
    std::string command_line;            ///< as typed
    std::vector<std::string> arguments;  ///< the same in words, the program's name first
    std::uint64_t seed = 1;
    unsigned threads = 0;          ///< 0: all cores of this process
    std::vector<int> resolutions;  ///< empty: the space's default
    bool no_host = false;
    ConsoleOptions console;
    std::string study;
    bool across_contexts = false;
    std::string config;
    bool dump_config = false;
    std::string space;       ///< SPACE as typed; "" of verbs that have none
    std::string device_map;  ///< file of --device-map
    double watchdog_s = 60;
    Crew* crew = nullptr;  ///< processes that share costly work; null: this one is alone
};

}  // namespace blockscope::cli
