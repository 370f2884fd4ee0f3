#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace blockscope {

/// What a study may expect of the place where its file is.
struct FileSystem {
    std::string type;      ///< as the kernel names it: "ext4", "nfs4"; "" where it does not tell
    bool network = false;  ///< other hosts may have it too, so memory is not shared by all readers
    /// Why a lock taken here may not keep a process on another host away; "" where it does.
    std::string weakness;
};

/// mount_info: lines of /proc/self/mountinfo (proc(5)). path: absolute.
FileSystem file_system_of(const std::filesystem::path& path, std::string_view mount_info);

/// Of a file that need not be there yet.
FileSystem file_system_of(const std::filesystem::path& path);

}  // namespace blockscope
