#include "blockscope/study/file_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study_files.hpp"

namespace blockscope {
namespace {

// Lines as proc(5) describes them; options as nfs(5) and mount.cifs(8) name them.
constexpr const char* mounts =
    "22 1 0:21 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
    "30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2,local_lock=none\n"
    "31 22 0:41 / /old rw - nfs server:/old rw,vers=3,nolock,local_lock=all\n"
    "32 22 0:42 / /win rw,relatime shared:3 master:4 - cifs //server/win rw,nobrl\n"
    "33 22 0:43 / /scratch rw - lustre mgs@tcp:/scratch rw,flock\n"
    "34 22 0:44 / /ssh rw - fuse.sshfs host:/ rw,user_id=0\n"
    "35 22 0:45 / /my\\040disk rw - nfs4 server:/disk rw\n"
    "36 30 0:46 / /home/local rw - xfs /dev/vdb rw\n"
    "37 22 0:47 / /fast rw - beegfs beegfs_nodev rw\n"
    "38 22 0:48 / /stacked rw - nfs4 server:/x rw\n"
    "39 22 0:49 / /stacked rw - tmpfs tmpfs rw\n"
    "a line of another kind\n";

TEST(FileSystem, IsThatOfTheDeepestMount) {
    EXPECT_EQ(file_system_of("/etc/a.sqlite", mounts).type, "ext4");
    EXPECT_FALSE(file_system_of("/etc/a.sqlite", mounts).network);
    EXPECT_EQ(file_system_of("/home/me/a.sqlite", mounts).type, "nfs4");
    EXPECT_EQ(file_system_of("/home/local/a.sqlite", mounts).type, "xfs");
    EXPECT_EQ(file_system_of("/homes/a.sqlite", mounts).type, "ext4") << "not a part of /home";
    EXPECT_EQ(file_system_of("/my disk/a.sqlite", mounts).type, "nfs4");
    EXPECT_EQ(file_system_of("/stacked/a.sqlite", mounts).type, "tmpfs") << "the later one";
}

TEST(FileSystem, TellsWhereLocksStayOnOneHost) {
    const auto weakness = [](const char* path) { return file_system_of(path, mounts).weakness; };
    EXPECT_EQ(weakness("/home/a.sqlite"), "");
    EXPECT_EQ(weakness("/scratch/a.sqlite"), "");
    EXPECT_EQ(weakness("/etc/a.sqlite"), "");
    EXPECT_EQ(weakness("/old/a.sqlite"), "mounted with nolock");
    EXPECT_EQ(weakness("/win/a.sqlite"), "mounted with nobrl");
    EXPECT_EQ(weakness("/ssh/a.sqlite"), "fuse.sshfs shares no locks");
    EXPECT_NE(weakness("/fast/a.sqlite"), "");
}

TEST(FileSystem, OfThisMachineIsKnown) {
    const Folder folder;
    EXPECT_NE(file_system_of(folder / "a.sqlite").type, "");
}

}  // namespace
}  // namespace blockscope
