#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

/// Folder of the published data that tests compare with; BLOCKSCOPE_DATA names it.
inline std::filesystem::path data_directory() {
    if (const char* set = std::getenv("BLOCKSCOPE_DATA")) return set;
    return std::filesystem::path(BLOCKSCOPE_SOURCE_DIR) / ".." / "shared" / "data";
}

/// First line of a test that needs `file` of that folder.
#define NEEDS_DATA(file)                                                                           \
    if (!std::filesystem::exists(data_directory() / (file))) {                                     \
        GTEST_SKIP() << (data_directory() / (file)).string() << " is absent; set BLOCKSCOPE_DATA"; \
    }
