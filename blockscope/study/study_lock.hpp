#pragma once

#include <filesystem>

namespace blockscope {

/// Keeps other processes off a study while this lives: an advisory lock on `<study>.lock`, which
/// holds the number of the process. The system drops the lock when its process ends, however it
/// ends; the file stays, because removing it would race with the next one to open it.
class StudyLock {
public:
    /// Throws Error(Fault::runtime) naming the process that has the study.
    explicit StudyLock(const std::filesystem::path& study);
    ~StudyLock();
    StudyLock(const StudyLock&) = delete;
    StudyLock& operator=(const StudyLock&) = delete;

private:
    int file_ = -1;
};

}  // namespace blockscope
