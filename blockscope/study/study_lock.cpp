#include "blockscope/study/study_lock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

StudyLock::StudyLock(const std::filesystem::path& study) {
    const std::string path = study.string() + ".lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file_ < 0) {
        throw Error(fmt::format("cannot be written: {}", std::strerror(errno)), path,
                    Fault::runtime);
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const int reason = errno;
        std::array<char, 32> text{};
        const auto size = ::pread(file_, text.data(), text.size(), 0);
        ::close(file_);
        if (reason != EWOULDBLOCK) {
            throw Error(fmt::format("cannot be locked: {}", std::strerror(reason)), path,
                        Fault::runtime);
        }
        const auto holder =
            trim(std::string_view(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
        throw Error(fmt::format("in use by process {}; wait for it or use another study",
                                holder.empty() ? "(unknown)" : holder),
                    study.string(), Fault::runtime);
    }
    // only for people who wonder who has it: failing to write it does not matter
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file_, 0) == 0) (void)!::pwrite(file_, pid.data(), pid.size(), 0);
}

StudyLock::~StudyLock() { ::close(file_); }

}  // namespace blockscope
