#include "blockscope/base/file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) throw Error("is a directory, not a file", path.string());
    std::ifstream in(path, std::ios::binary);
    if (!in) throw Error(std::string("cannot be read: ") + std::strerror(errno), path.string());
    const auto size = fs::file_size(path, code);
    if (!code && size > (1ULL << 30)) throw Error("is larger than 1 GiB", path.string());
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw Error("cannot be read", path.string(), Fault::runtime);
    return content;
}

namespace {

[[noreturn]] void fail_writing(const fs::path& path, int code) {
    throw Error(std::string("cannot be written: ") + std::strerror(code), path.string(),
                Fault::runtime);
}

using Pieces = std::function<std::string_view()>;

/// Writes everything to an open file and closes it; 0 or the errno of what failed.
int write_and_close(int file, const Pieces& next) {
    int failure = 0;
    for (auto piece = next(); !piece.empty() && failure == 0;) {
        const auto written = ::write(file, piece.data(), piece.size());
        if (written >= 0) {
            piece.remove_prefix(static_cast<std::size_t>(written));
            if (piece.empty()) piece = next();
        } else if (errno != EINTR) {
            failure = errno;
        }
    }
    // pipes and devices have nothing to flush and say so with EINVAL or EROFS
    if (failure == 0 && ::fsync(file) != 0 && errno != EINVAL && errno != EROFS) failure = errno;
    if (::close(file) != 0 && failure == 0) failure = errno;
    return failure;
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) {
    write_file(path, Pieces([&] { return std::exchange(content, {}); }));
}

void write_file(const fs::path& path, const Pieces& next) {
    std::error_code code;
    fs::path target = path;
    if (fs::is_symlink(path, code)) {
        target = fs::weakly_canonical(path, code);
        if (code) fail_writing(path, code.value());
    }
    if (fs::exists(target, code) && !fs::is_regular_file(target, code)) {
        // renaming onto a device or pipe would replace it
        const int file = ::open(target.c_str(), O_WRONLY | O_CLOEXEC);
        const int failure = file < 0 ? errno : write_and_close(file, next);
        if (failure != 0) fail_writing(path, failure);
        return;
    }
    const std::string temporary = target.string() + "." + std::to_string(::getpid()) + ".part";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail_writing(path, errno);
    int failure = write_and_close(file, next);
    if (failure == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) failure = errno;
    if (failure != 0) {
        ::unlink(temporary.c_str());
        fail_writing(path, failure);
    }
}

void make_output_directory(const fs::path& path) {
    std::error_code code;
    fs::create_directories(path, code);
    if (code) fail_writing(path, code.value());
    if (!fs::is_directory(path, code)) {
        fail_writing(path, code ? code.value() : ENOTDIR);
    }
    if (::access(path.c_str(), W_OK | X_OK) != 0) fail_writing(path, errno);
}

}  // namespace blockscope
