#include "blockscope/base/file.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

/// A folder of its own for each test, gone afterwards.
class File : public testing::Test {
protected:
    File() { make_output_directory(folder_); }
    ~File() override { fs::remove_all(folder_); }
    std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(folder_), {}); }

    const fs::path folder_ = fs::temp_directory_path() /
                             ("blockscope_file_" + std::to_string(::getpid())) / "made" / "deep";
    const fs::path path_ = folder_ / "x.bin";
};

TEST_F(File, ReadsBackWhatWasWritten) {
    const std::string bytes("\0\r\n\xff x", 6);
    write_file(path_, bytes);
    EXPECT_EQ(read_file(path_), bytes);
    write_file(path_, "");
    EXPECT_EQ(read_file(path_), "");
    EXPECT_EQ(entries(), 1);  // nothing temporary is left
}

TEST_F(File, ShowsReadersTheOldContentOrTheNew) {
    const std::string one(1 << 20, '1');
    const std::string two(1 << 19, '2');
    write_file(path_, one);
    std::atomic<bool> done{false};
    std::jthread writer([&] {
        for (int i = 0; i < 20; ++i) write_file(path_, i % 2 == 0 ? two : one);
        done = true;
    });
    while (!done) {
        const auto seen = read_file(path_);
        ASSERT_TRUE(seen == one || seen == two) << seen.size();
    }
}

TEST_F(File, KeepsTheOldContentWhenThereIsNoRoomForTheNew) {
    write_file(path_, "old");
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{4096, before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    try {
        write_file(path_, std::string(1 << 16, 'n'));
        ADD_FAILURE() << "wrote more than there is room for";
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::runtime);
        EXPECT_TRUE(std::string(e.what()).starts_with(path_.string() + ": cannot be written: "))
            << e.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(read_file(path_), "old");
    EXPECT_EQ(entries(), 1);
}

TEST_F(File, SaysWhichFileCannotBeReadOrWritten) {
    write_file(path_, "a file");
    const auto fault = [](const auto& call) {
        try {
            call();
        } catch (const Error& e) {
            return e.fault();
        }
        ADD_FAILURE() << "no error";
        return Fault::device;
    };
    EXPECT_EQ(fault([&] { read_file(folder_); }), Fault::input);
    EXPECT_EQ(fault([&] { read_file(folder_ / "absent"); }), Fault::input);
    EXPECT_EQ(fault([&] { write_file(path_ / "below a file", ""); }), Fault::runtime);
    EXPECT_EQ(fault([&] { write_file(folder_, "a folder is in the way"); }), Fault::runtime);
    EXPECT_EQ(fault([&] { make_output_directory(path_); }), Fault::runtime);
    EXPECT_EQ(fault([&] { make_output_directory(path_ / "below a file"); }), Fault::runtime);
    EXPECT_EQ(read_file(path_), "a file");
    EXPECT_EQ(entries(), 1);
}

TEST(WriteFile, WritesThroughLinksAndLeavesDevicesAndPipesWhatTheyAre) {
    namespace fs = std::filesystem;
    const auto folder =
        fs::temp_directory_path() / ("blockscope_special_" + std::to_string(::getpid()));
    fs::remove_all(folder);
    make_output_directory(folder);
    write_file(folder / "real", "old");
    fs::create_symlink(folder / "real", folder / "link");
    write_file(folder / "link", "new");
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(read_file(folder / "real"), "new");
    // through links, so that a fault cannot harm the real devices
    fs::create_symlink("/dev/null", folder / "null");
    write_file(folder / "null", "x");
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
    fs::create_symlink("/dev/full", folder / "full");
    EXPECT_THROW(write_file(folder / "full", "x"), Error);
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
    EXPECT_THROW(make_output_directory(folder / std::string(300, 'n')), Error);
    fs::remove_all(folder);
}

}  // namespace
}  // namespace blockscope
