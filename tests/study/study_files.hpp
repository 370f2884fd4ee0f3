#pragma once

#include <filesystem>
#include <string>
#include <unistd.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/study/study.hpp"

namespace blockscope {

/// A folder of its own for each test, removed at its end.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "study-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::filesystem::path operator/(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline MetricInfo some_metric() {
    return {"latency/fake", "latency_fake_ms", "ms", Direction::smaller_is_better, true, "made up"};
}

/// Message of the Error that `work` throws.
template <typename Work>
std::string message_of(Work&& work) {
    try {
        work();
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

inline MetricColumn column_of(std::vector<double> values) {
    MetricColumn column;
    column.values = std::move(values);
    return column;
}

}  // namespace blockscope
