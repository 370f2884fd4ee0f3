#include "blockscope/study/file_system.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope {
namespace fs = std::filesystem;
namespace {

/// Blanks and backslashes stand there as \040 and \134.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                       (text[i + 3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool holds(const std::string& folder, const std::string& path) {
    if (folder == "/") return true;
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool is_network(std::string_view type) {
    static constexpr std::string_view types[] = {
        "nfs", "nfs4", "cifs",  "smb3",  "smbfs", "lustre",         "ceph",       "beegfs", "gpfs",
        "afs", "9p",   "panfs", "pvfs2", "gfs2",  "fuse.glusterfs", "fuse.sshfs", "ncpfs"};
    static constexpr std::string_view kinds[] = {"fuse.s3", "fuse.ceph", "fuse.gcs", "fuse.rclone",
                                                 "fuse.juicefs"};
    return std::find(std::begin(types), std::end(types), type) != std::end(types) ||
           std::any_of(std::begin(kinds), std::end(kinds),
                       [&](std::string_view kind) { return type.starts_with(kind); });
}

/// nfs(5), mount.cifs(8), Lustre's and BeeGFS's manuals: which mounts keep locks to themselves.
std::string weakness_of(std::string_view type, const std::vector<std::string_view>& options) {
    const auto has = [&](std::string_view option) {
        return std::find(options.begin(), options.end(), option) != options.end();
    };
    static constexpr std::string_view kept_here[] = {"nolock", "local_lock=flock", "local_lock=all",
                                                     "nobrl", "localflock"};
    for (const auto option : kept_here) {
        if (has(option)) return fmt::format("mounted with {}", option);
    }
    if (type == "beegfs") return "BeeGFS shares locks only where its tuneUseGlobalFileLocks is set";
    if (type.starts_with("fuse.") && type != "fuse.glusterfs" && !type.starts_with("fuse.ceph")) {
        return fmt::format("{} shares no locks", type);
    }
    return "";
}

}  // namespace

FileSystem file_system_of(const fs::path& path, std::string_view mount_info) {
    FileSystem found;
    std::size_t longest = 0;
    for (const auto line : split(mount_info, '\n')) {
        const auto words = split(line, ' ');
        const auto dash = std::find(words.begin(), words.end(), "-");
        if (words.size() < 10 || std::distance(dash, words.end()) < 4) continue;
        const std::string folder = unescaped(words[4]);
        // of two mounts at one place the later one is seen
        if (folder.size() < longest || !holds(folder, path.string())) continue;
        longest = folder.size();
        found.type = dash[1];
        found.network = is_network(dash[1]);
        auto options = split(dash[3], ',');
        for (const auto own : split(words[5], ',')) options.push_back(own);
        found.weakness = found.network ? weakness_of(dash[1], options) : "";
    }
    return found;
}

FileSystem file_system_of(const fs::path& path) {
    std::ifstream file("/proc/self/mountinfo");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    std::error_code code;
    const fs::path real = fs::weakly_canonical(path, code);
    return file_system_of(code ? fs::absolute(path, code) : real, text);
}

}  // namespace blockscope
