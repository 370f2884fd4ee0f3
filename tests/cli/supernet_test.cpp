#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "tests/cli/supernet_files.hpp"

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

TEST_F(SupernetMetricVerbs, ASearchThatGivesUpFindsTheSameFront) {
    put_images(folder_ / "images", "val", 150);
    const auto search = [&](const std::string& out, const std::string& options) {
        return run(
            "search " + space() + " --resolution 16 --maximize " + metric(",batch=8") +
            " --minimize macs --initial 12 --iterations 3 --children 12 --seed 3 --reference " +
            metric(",batch=8") + "=0 --reference macs=1e6 -o " + (folder_ / out).string() +
            options);
    };
    const Outcome whole = search("whole", " --threads 1");
    ASSERT_EQ(whole.code, 0) << whole.text;
    const Outcome part = search("part", " --threads 2 --give-up");
    ASSERT_EQ(part.code, 0) << part.text;
    EXPECT_THAT(part.text, HasSubstr(" networks given up on, after "));
    EXPECT_EQ(read_file(folder_ / "part" / "front.csv"),
              read_file(folder_ / "whole" / "front.csv"));
    const auto history = [&](const char* out) {
        return parse_csv(read_file(folder_ / out / "history.csv"), "history.csv");
    };
    const CsvTable all = history("whole");
    const CsvTable some = history("part");
    ASSERT_EQ(all.rows.size(), some.rows.size());
    const auto value = all.column("accuracy_supernet_percent");
    const auto at_best = some.column("accuracy_supernet_percent_at_best");
    std::size_t given_up = 0;
    for (std::size_t r = 0; r < all.rows.size(); ++r) {
        EXPECT_EQ(all.rows[r][all.column("arch")], some.rows[r][some.column("arch")]);
        if (some.rows[r][at_best].empty()) {
            EXPECT_EQ(all.number(r, value), some.number(r, value));
        } else {
            ++given_up;
            EXPECT_LE(all.number(r, value), some.number(r, at_best));
        }
    }
    EXPECT_GT(given_up, 0U);
    // the study knows them: nothing is evaluated, and the same comes out
    const std::string before = read_file(folder_ / "part" / "history.csv");
    ASSERT_EQ(search("part", " --threads 1 --give-up").code, 0);
    EXPECT_EQ(read_file(folder_ / "part" / "history.csv"), before);
    const Outcome cannot =
        run("search " + space() + " --maximize params --minimize macs --give-up -o " +
            (folder_ / "cannot").string());
    EXPECT_EQ(cannot.code, 2) << cannot.text;
    EXPECT_THAT(cannot.text, HasSubstr("--give-up needs an objective that can"));
}

}  // namespace
}  // namespace blockscope
