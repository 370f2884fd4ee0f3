#include <filesystem>

#include <gmock/gmock.h>

#include "tests/cli/background.hpp"
#include "tests/cli/program.hpp"
#include "tests/supernet/image_tree.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TrainVerb : public testing::Test {
protected:
    void SetUp() override {
        folder_ = scratch_folder("train");
        write_file(folder_ / "tiny.toml", tiny_space_toml);
        put_images(folder_ / "images", "val", 6);
        put_images(folder_ / "images", "train", 30);
        if (!BLOCKSCOPE_HAS_TORCH) GTEST_SKIP() << "built without libtorch";
        const Outcome outcome = run(command("first.safetensors", 2));
        ASSERT_EQ(outcome.code, 0) << outcome.text;
        said_ = outcome.text;
    }
    std::string command(const std::string& output, int epochs) const {
        return "train " + (folder_ / "tiny.toml").string() + " --images " +
               (folder_ / "images").string() + " --resolution 16,32 --batch 16 --epochs " +
               std::to_string(epochs) + " --crop 0.6 --centre 1 --threads 1 -o " +
               (folder_ / output).string();
    }

    fs::path folder_;
    std::string said_;
};

TEST_F(TrainVerb, SaysWhatItDidAndEvaluateTakesTheCheckpoint) {
    EXPECT_THAT(said_, HasSubstr("trained for 2 epochs, seed 1"));
    EXPECT_THAT(said_, HasSubstr("accuracy of the largest network (e2k5-e2k5): "));
    EXPECT_THAT(said_, HasSubstr("accuracy of the smallest network (e1k3): "));
    EXPECT_THAT(said_, HasSubstr("top-1 of 18 images of val/, 95 % interval"));
    const std::string metric = "supernet:" + (folder_ / "first.safetensors").string() + "@" +
                               (folder_ / "images").string() +
                               "#cache=" + (folder_ / "cache").string();
    const Outcome evaluated =
        run("evaluate " + (folder_ / "tiny.toml").string() + " --arch e1k3 --metric " + metric);
    EXPECT_EQ(evaluated.code, 0) << evaluated.text;
    EXPECT_THAT(run(command("first.safetensors", 2)).text, HasSubstr("was trained before"));
    const Outcome other = run(command("first.safetensors", 3));
    EXPECT_EQ(other.code, 3);
    EXPECT_THAT(other.text, HasSubstr("of another training: epochs was 2 and is 3 now"));
}

TEST_F(TrainVerb, KilledItGoesOnAndEndsInTheSameBytes) {
    ASSERT_EQ(run(command("whole.safetensors", 12)).code, 0);
    const fs::path killed = folder_ / "killed.safetensors";
    const pid_t child = start(command("killed.safetensors", 12));
    EXPECT_TRUE(happens(child, [&] {
        return fs::exists(killed.string() + ".csv") &&
               read_file(killed.string() + ".csv").find("\n3,") != std::string::npos;
    }));
    end(child);
    EXPECT_FALSE(fs::exists(killed));
    EXPECT_TRUE(fs::exists(killed.string() + ".partial"));
    const Outcome again = run(command("killed.safetensors", 12));
    ASSERT_EQ(again.code, 0) << again.text;
    EXPECT_EQ(read_file(killed), read_file(folder_ / "whole.safetensors"));
    EXPECT_EQ(read_file(killed.string() + ".csv"), read_file(folder_ / "whole.safetensors.csv"));
}

TEST(TrainVerbWithoutLibtorch, SaysWhatIsMissing) {
    const auto folder = scratch_folder("no_torch");
    write_file(folder / "tiny.toml", tiny_space_toml);
    const Outcome outcome =
        run_shell("BLOCKSCOPE_TORCH=/nowhere/libblockscope_torch.so " +
                  std::string(BLOCKSCOPE_BINARY) + " train " + (folder / "tiny.toml").string() +
                  " --images " + folder.string() + " -o " + (folder / "net").string());
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.text,
                HasSubstr("training needs libtorch: /nowhere/libblockscope_torch.so"));
    EXPECT_FALSE(fs::exists(folder / "net"));
}

}  // namespace
}  // namespace blockscope
