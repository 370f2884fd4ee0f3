#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "blockscope/study/study.hpp"

namespace blockscope {

/// Evaluations of one metric for one space in one context.
struct StudyContents {
    std::string space, fingerprint;  ///< its name when it was first stored
    std::string metric, unit;
    StudyContext context;
    std::size_t evaluations = 0;  ///< failures included
};

/// True for a file that SQLite wrote.
bool is_study(const std::string& path);

/// What a study holds, the oldest first. Reads only; another process may be writing. Throws Error
/// for a file that is no study, or one of a newer version.
std::vector<StudyContents> study_contents(const std::string& path);

}  // namespace blockscope
