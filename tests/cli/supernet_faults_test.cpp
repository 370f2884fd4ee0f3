// What is wrong with checkpoints, images and disks.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>

#include "blockscope/base/csv.hpp"

#include "tests/cli/background.hpp"
#include "tests/cli/supernet_files.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SupernetFaults : public SupernetMetricVerbs {
protected:
    std::string out() const { return (folder_ / "out.csv").string(); }
    fs::path val() const { return folder_ / "images" / "val"; }
    std::string evaluate() const {
        return "evaluate " + space() + " --arch e1k3@16 --threads 1 -o " + out() + " --metric " +
               metric();
    }
    /// One line, the code of its kind, and nothing half written.
    void expect_refusal(int code, const std::string& why) const {
        const Outcome outcome = run(evaluate());
        EXPECT_EQ(outcome.code, code) << outcome.text;
        EXPECT_THAT(outcome.text, HasSubstr(why));
        EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
        EXPECT_EQ(outcome.text.find("blockscope: "), 0U) << outcome.text;
        EXPECT_FALSE(fs::exists(out()));
    }
    void write_net(const TensorFile& file) const {
        write_file(folder_ / "net.pth", checkpoint_file(file, true, true));
    }
    TensorFile filled() const { return filled_file(load_space(space())); }
};

TEST_F(SupernetFaults, CheckpointsThatDoNotFit) {
    const std::string bytes = read_file(folder_ / "net.pth");
    write_file(folder_ / "net.pth", bytes.substr(0, bytes.size() - 100));
    expect_refusal(3, "net.pth: byte ");
    write_file(folder_ / "net.pth", bytes.substr(0, 40));
    expect_refusal(3, "net.pth: ");
    write_file(folder_ / "net.pth", "no checkpoint");
    expect_refusal(3, "net.pth: ");
    fs::remove(folder_ / "net.pth");
    expect_refusal(3, "net.pth: cannot be read: No such file");

    // of another family: bottlenecks instead of MBConvs
    write_net(filled_file(parse_space(R"(name = "other"
resolutions = 16
[[stem]]
op = "conv"
channels = 8
[blocks]
kind = "bottleneck"
ratio = [0.5, 1]
[[unit]]
channels = 8
depth = 1
[[head]]
op = "global_pool"
[[head]]
op = "linear"
channels = 3
)",
                                      "other.toml")));
    expect_refusal(3, "net.pth: is no supernet of 'tiny': holds a tensor ");

    TensorFile file = filled();
    file.tensors.erase("classifier.linear.linear.bias");
    file.tensors.erase("classifier.linear.bias");
    write_net(file);
    expect_refusal(3, "holds no tensor 'classifier.linear.bias' of [3]");
    file = filled();
    file.tensors.begin()->second.shape.push_back(1);
    write_net(file);
    expect_refusal(3, "' is [");
    file = filled();
    file.tensors.begin()->second.values[1] = std::nanf("");
    write_net(file);
    expect_refusal(3, "': value 2 is nan");
}

TEST_F(SupernetFaults, ImagesThatDoNotFit) {
    const fs::path kept = folder_ / "kept";
    fs::rename(val(), kept);
    expect_refusal(3, "val: cannot be read: No such file");
    fs::create_directories(val());
    expect_refusal(3, "val: holds no folder of a class");
    fs::create_directories(val() / "a");
    expect_refusal(3, "a: holds no .jpg, .jpeg or .png image");
    fs::remove(val() / "a");
    fs::copy(kept / "a", val() / "a");
    fs::copy(kept / "b", val() / "b");
    expect_refusal(3,
                   "val: has 2 classes, and networks of 'tiny' have 3 outputs; a part of the "
                   "classes needs a class map");
    fs::remove_all(val());
    fs::copy(kept, val(), fs::copy_options::recursive);
    fs::copy(kept / "a", val() / "d");
    expect_refusal(3, "val: has 4 classes, and networks of 'tiny' have 3 outputs");
    fs::remove_all(val() / "d");
    fs::rename(val() / "c", val() / "x");
    expect_refusal(3, "train: has other classes than val/");
    fs::rename(val() / "x", val() / "c");
    write_file(folder_ / "images" / "classes.csv", "index,class\n0,a\n1,b\n");
    expect_refusal(3, "classes.csv: does not know the class 'c' of ");
    write_file(folder_ / "images" / "classes.csv", "index,class\n0,a\n1,b\n7,c\n");
    expect_refusal(3, "val: has 3 classes with indices up to 7, and networks of 'tiny' have 3");
    write_file(folder_ / "images" / "classes.csv", "index,class\n0,a\n1,b\nx,c\n");
    expect_refusal(3, "classes.csv:4");
    fs::remove(folder_ / "images" / "classes.csv");
    for (const auto& file : fs::recursive_directory_iterator(val())) {
        if (file.is_regular_file()) write_file(file.path(), "no image");
    }
    expect_refusal(3, "val: no image can be decoded");
}

TEST_F(SupernetFaults, ImagesThatCannotBeDecodedAreCountedAndNamed) {
    write_file(val() / "b" / "0.png", read_file(val() / "b" / "0.png").substr(0, 60));
    write_file(val() / "b" / "notes.txt", "x");
    const Outcome outcome = run(evaluate());
    ASSERT_EQ(outcome.code, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("1 images of " + val().string() +
                                        " cannot be decoded and are left out: b/0.png"));
    EXPECT_THAT(outcome.text, HasSubstr("1 files of " + val().string() +
                                        " are no .jpg, .jpeg or .png and are not read"));
    const CsvTable table = parse_csv(read_file(out()), "out.csv");
    const double right = table.number(0, table.column("accuracy_supernet_percent")) * 17 / 100;
    EXPECT_NEAR(right, std::round(right), 1e-9);
}

TEST_F(SupernetFaults, OneImageIsEnough) {
    fs::remove_all(folder_ / "images");
    put_images(folder_ / "images", "val", 1);
    fs::remove_all(val() / "a");
    fs::remove_all(val() / "c");
    write_file(folder_ / "images" / "classes.csv", "index,class\n1,b\n");
    const Outcome outcome = run(evaluate());
    ASSERT_EQ(outcome.code, 0) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("there is no train/"));
    const CsvTable table = parse_csv(read_file(out()), "out.csv");
    const double value = table.number(0, table.column("accuracy_supernet_percent"));
    EXPECT_TRUE(value == 0 || value == 100) << value;
}

/// Runs commands where `disk`, a folder, is a disk of its own of so many KiB.
Outcome run_on_small_disk(const fs::path& disk, int kib, const std::string& commands) {
    const fs::path script = disk.string() + ".sh";
    write_file(script, "mount -t tmpfs -o size=" + std::to_string(kib) + "k none " + disk.string() +
                           " || exit 99\n" + commands + "\n");
    return run_shell("unshare -rm sh " + script.string());
}

bool can_mount() { return run_on_small_disk(scratch_folder("mount"), 64, "true").code == 0; }

TEST_F(SupernetFaults, AFullDiskUnderTheCacheEndsInOneLine) {
    if (!can_mount()) GTEST_SKIP() << "nobody may mount a small disk here";
    // 18 images of 16 x 16 pixels a view: the second cache finds no room
    const fs::path disk = folder_ / "cache";
    fs::create_directories(disk);
    const Outcome outcome =
        run_on_small_disk(disk, 20, std::string(BLOCKSCOPE_BINARY) + " " + evaluate());
    EXPECT_EQ(outcome.code, 1) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr("cannot be written: No space left on device"));
    EXPECT_THAT(outcome.text, HasSubstr(disk.string()));
    EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
    EXPECT_FALSE(fs::exists(out()));
    // and what a disk with room took stays good for the next
    ASSERT_EQ(run(evaluate()).code, 0);
    const std::string whole = read_file(out());
    fs::remove(out());
    fs::remove(folder_ / "study.sqlite");
    ASSERT_EQ(run(evaluate()).code, 0);
    EXPECT_EQ(read_file(out()), whole);
}

TEST_F(SupernetFaults, AFullDiskWhileTrainingLeavesWhatWasKept) {
    if (!BLOCKSCOPE_HAS_TORCH) GTEST_SKIP() << "built without libtorch";
    if (!can_mount()) GTEST_SKIP() << "nobody may mount a small disk here";
    const fs::path disk = folder_ / "disk";
    const std::string kept = (folder_ / "net.safetensors").string();
    fs::create_directories(disk);
    const auto train = [&](const std::string& output) {
        return "train " + space() + " --images " + (folder_ / "images").string() +
               " --resolution 16 --batch 6 --epochs 100000 --crop 0.6 --centre 1 --threads 1 -o " +
               output;
    };
    const pid_t child = start(train(kept));
    ASSERT_TRUE(happens(child, [&] { return fs::exists(kept + ".csv"); }));
    end(child);
    // the same training goes on where nothing more can be written
    const std::string there = (disk / "net.safetensors").string();
    const Outcome outcome =
        run_on_small_disk(disk, 400,
                          "cp " + kept + ".partial " + there + ".partial\ncat /dev/zero > " +
                              (disk / "other").string() + " 2>/dev/null\n" + BLOCKSCOPE_BINARY +
                              " " + train(there) + "\necho code $?\ncmp " + kept + ".partial " +
                              there + ".partial && echo untouched\nls " + disk.string());
    EXPECT_THAT(outcome.text, HasSubstr("blockscope: " + there +
                                        ".partial: cannot be written: No space left on device"));
    EXPECT_THAT(outcome.text, HasSubstr("code 1\n"));
    EXPECT_THAT(outcome.text, HasSubstr("untouched\n"));
    EXPECT_THAT(outcome.text, HasSubstr("\nnet.safetensors.partial\nother\n"));
}

}  // namespace
}  // namespace blockscope
