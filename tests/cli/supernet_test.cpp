#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "tests/cli/program.hpp"
#include "tests/supernet/checkpoint_file.hpp"
#include "tests/supernet/fill.hpp"
#include "tests/supernet/image_tree.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(ExportVerb, WritesTheWeightsOfASupernet) {
    const auto folder = scratch_folder("weights");
    const std::string toml = tiny_space(folder);
    const auto space = load_space(toml);
    const auto file = filled_file(space);
    const std::string net = (folder / "net.pth").string();
    write_file(net, checkpoint_file(file, true, true));
    const std::string arch = "e2k3-e3k5-e2k5|e3k3-e3k3-e2k3-e2k3|e3k5-e2k3-e2k5";
    const std::string command = "export " + toml + " --arch '" + arch + "' -o " +
                                (folder / "net.onnx").string() + " --weights ";
    const Outcome done = run(command + net);
    ASSERT_EQ(done.code, 0) << done.text;
    EXPECT_THAT(done.text, HasSubstr("weights and batch statistics of the supernet " + net));
    const Subnet subnet = extract(make_supernet(space, file), parse_architecture(space, arch));
    EXPECT_EQ(read_file(folder / "net.onnx"), to_onnx(subnet.network, folded(subnet)));

    const Outcome other = run("export ofa-mbv3 --arch \"{'ks':3,'e':3,'d':2}\" -o " +
                              (folder / "other.onnx").string() + " --weights " + net);
    EXPECT_EQ(other.code, 3);
    EXPECT_THAT(other.text, HasSubstr("is no supernet of 'ofa-mbv3'"));
    EXPECT_FALSE(std::filesystem::exists(folder / "other.onnx"));
}

class SupernetMetricVerbs : public testing::Test {
protected:
    void SetUp() override {
        folder_ = scratch_folder("supernet");
        write_file(folder_ / "tiny.toml", tiny_space_toml);
        put_images(folder_ / "images", "val", 6);
        put_images(folder_ / "images", "train", 6);
        const auto space = load_space((folder_ / "tiny.toml").string());
        write_file(folder_ / "net.pth", checkpoint_file(filled_file(space), false, true));
    }
    std::string space() const { return (folder_ / "tiny.toml").string(); }
    std::string metric(const std::string& options = "") const {
        return "'supernet:" + (folder_ / "net.pth").string() + "@" + (folder_ / "images").string() +
               "#cache=" + (folder_ / "cache").string() + options + "'";
    }

    std::filesystem::path folder_;
};

TEST_F(SupernetMetricVerbs, EvaluateGivesPercentAndItsInterval) {
    const std::string command = "evaluate " + space() +
                                " --arch e2k5-e1k3@16 --arch e1k3@16 --intervals --threads 1 -o " +
                                (folder_ / "out.csv").string() + " --metric ";
    const Outcome done = run(command + metric());
    ASSERT_EQ(done.code, 0) << done.text;
    const CsvTable table = parse_csv(read_file(folder_ / "out.csv"), "out.csv");
    const auto column = table.column("accuracy_supernet_percent");
    for (std::size_t r = 0; r < 2; ++r) {
        const double value = table.number(r, column);
        EXPECT_NEAR(value * 18 / 100, std::round(value * 18 / 100), 1e-9);  // of 18 images
        EXPECT_LE(table.number(r, column + 1), value);
        EXPECT_GE(table.number(r, column + 2), value);
        EXPECT_GT(table.number(r, column + 2) - table.number(r, column + 1), 15);
    }
    // remembered, so the same again without an evaluation
    const std::string before = read_file(folder_ / "out.csv");
    ASSERT_EQ(run(command + metric()).code, 0);
    EXPECT_EQ(read_file(folder_ / "out.csv"), before);
}

TEST_F(SupernetMetricVerbs, SearchAndProfileTakeItLikeAnyOther) {
    const Outcome searched = run("search " + space() + " --resolution 16 --maximize " + metric() +
                                 " --minimize macs --iterations 2 --children 4 --threads 1 -o " +
                                 (folder_ / "front").string());
    EXPECT_EQ(searched.code, 0) << searched.text;
    EXPECT_THAT(read_file(folder_ / "front" / "summary.json"), HasSubstr("weights"));
    const Outcome profiled =
        run("profile " + space() + " --resolution 16 -n 20 --threads 1 --metric " + metric() +
            " -o " + (folder_ / "profile").string());
    EXPECT_EQ(profiled.code, 0) << profiled.text;
    EXPECT_THAT(read_file(folder_ / "profile" / "profile.json"), HasSubstr("calibration"));
    EXPECT_THAT(read_file(folder_ / "profile" / "table.csv"),
                HasSubstr("accuracy_supernet_percent"));
}

TEST_F(SupernetMetricVerbs, BadInputIsOneLineAndNothingIsWritten) {
    const std::string out = (folder_ / "out.csv").string();
    const auto fails = [&](const std::string& spoiled, const std::string& why) {
        const Outcome outcome =
            run("evaluate " + space() + " --arch e1k3@16 -o " + out + " --metric " + spoiled);
        EXPECT_EQ(outcome.code, 3) << outcome.text;
        EXPECT_THAT(outcome.text, HasSubstr(why));
        EXPECT_FALSE(std::filesystem::exists(out));
    };
    fails(metric(",image=3"), "did you mean 'images'?");
    fails("supernet:" + (folder_ / "none.pth").string() + "@" + folder_.string(),
          "none.pth: cannot be read");
    fails("supernet:" + (folder_ / "net.pth").string() + "@" + folder_.string(),
          "val: cannot be read");
    const std::string bytes = read_file(folder_ / "net.pth");
    write_file(folder_ / "net.pth", bytes.substr(0, bytes.size() - 100));
    fails(metric(), "net.pth: byte ");
}

}  // namespace
}  // namespace blockscope
