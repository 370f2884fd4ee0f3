#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/text.hpp"

#include "tests/cli/program.hpp"
#include "tests/supernet/stripes.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

/// The bodies of a space of two units with 1 or 2 layers, each one of three blocks, with their
/// probability when depth is drawn before blocks.
std::map<std::string, double> bodies() {
    std::map<std::string, double> units;
    for (const std::string first : {"e2k1", "e2k3", "e2k5"}) {
        units[first] = 1.0 / 6;
        for (const std::string second : {"e2k1", "e2k3", "e2k5"}) {
            units[first + "-" + second] = 1.0 / 18;
        }
    }
    std::map<std::string, double> all;
    for (const auto& [a, p] : units) {
        for (const auto& [b, q] : units) all[a + "|" + b] = p * q;
    }
    return all;
}

/// The block at (unit, layer), counted from 1, or "".
std::string block_at(const std::string& body, std::size_t unit, std::size_t layer) {
    const auto units = split(body, '|');
    const auto layers = split(units.at(unit - 1), '-');
    return layer <= layers.size() ? std::string(layers[layer - 1]) : "";
}

TEST(AccuracyProfile, OfATrainedSupernetIsThatOfAllItsNetworks) {
    if (!BLOCKSCOPE_HAS_TORCH) GTEST_SKIP() << "built without libtorch";
    const auto folder = scratch_folder("accuracy_profile");
    std::string toml = stripes_toml;
    toml.replace(toml.find("[12, 16]"), 8, "16");
    write_file(folder / "space.toml", toml);
    put_stripes(folder / "images", "train", 40);
    put_stripes(folder / "images", "val", 50);
    const std::string out = (folder / "out").string();
    const std::string space = (folder / "space.toml").string();
    const Outcome walked = run_shell("BLOCKSCOPE=" BLOCKSCOPE_BINARY
                                     " EPOCHS=12 NETWORKS=48 THREADS=1 " BLOCKSCOPE_SOURCE_DIR
                                     "/examples/supernet/walk.sh " +
                                     space + " " + (folder / "images").string() + " " + out);
    ASSERT_EQ(walked.code, 0) << walked.text;
    EXPECT_TRUE(fs::exists(out + "/front/front.csv"));

    std::string list = "arch\n";
    const auto all = bodies();
    for (const auto& [body, p] : all) list += body + "\n";
    write_file(folder / "all.csv", list);
    const Outcome evaluated =
        run("evaluate " + space + " --archs " + (folder / "all.csv").string() +
            " --threads 1 --metric 'supernet:" + out + "/net.safetensors@" +
            (folder / "images").string() + "#cache=" + out + "/cache' -o " + out + "/all.csv");
    ASSERT_EQ(evaluated.code, 0) << evaluated.text;
    const CsvTable truth = parse_csv(read_file(out + "/all.csv"), "all.csv");
    const auto value = truth.column("accuracy_supernet_percent");

    const CsvTable table = parse_csv(read_file(out + "/profile/table.csv"), "table.csv");
    EXPECT_EQ(table.rows.size(), 48);  // of 144
    const CsvTable cells = parse_csv(read_file(out + "/profile/placements.csv"), "placements.csv");
    std::size_t placements = 0;
    std::size_t covered = 0;
    std::map<std::string, double> of_kernel;
    for (std::size_t r = 0; r < cells.rows.size(); ++r) {
        if (cells.rows[r][cells.column("metric")].find("supernet") == std::string::npos) continue;
        const auto unit = static_cast<std::size_t>(cells.number(r, cells.column("unit")));
        const auto layer = static_cast<std::size_t>(cells.number(r, cells.column("layer")));
        const std::string block = cells.rows[r][cells.column("block")];  // "MBConv2-5"
        double sum = 0;
        double mass = 0;
        for (std::size_t i = 0; i < truth.rows.size(); ++i) {
            const std::string& body = truth.rows[i][truth.column("arch")];
            const std::string there = block_at(body, unit, layer);
            if (there.empty() || there.back() != block.back()) continue;
            sum += all.at(body) * truth.number(i, value);
            mass += all.at(body);
        }
        const double mean = sum / mass;
        ++placements;
        covered += cells.number(r, cells.column("mean_low")) <= mean &&
                           mean <= cells.number(r, cells.column("mean_high"))
                       ? 1
                       : 0;
        of_kernel[block] += cells.number(r, cells.column("delta"));
    }
    EXPECT_EQ(placements, 12);
    EXPECT_GE(covered, 9);  // 11.4 on average at 95 %
    // kernel 1 sees no stripes, so the rest of the network has to
    EXPECT_LT(of_kernel.at("MBConv2-1"), of_kernel.at("MBConv2-3"));
    EXPECT_LT(of_kernel.at("MBConv2-1"), 0);
}

}  // namespace
}  // namespace blockscope
