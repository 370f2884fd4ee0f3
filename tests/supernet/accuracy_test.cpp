#include "blockscope/supernet/accuracy.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/supernet/image_cache.hpp"
#include "blockscope/supernet/resize.hpp"
#include "blockscope/supernet/torch_library.hpp"

#include "tests/supernet/double_network.hpp"
#include "tests/supernet/fill.hpp"
#include "tests/supernet/image_tree.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Accuracy : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        root_ = fs::path(testing::TempDir()) /
                (std::string("blockscope_") + test->name() + std::to_string(::getpid()));
        fs::remove_all(root_);
        put_images(root_, "val", 7);
        options_.cache = root_ / "cache";
        options_.batch = 4;
    }
    void TearDown() override { fs::remove_all(root_); }

    Supernet net() const { return make_supernet(space_, filled_file(space_)); }
    std::vector<Hits> evaluate(const AccuracyOptions& options) const {
        SupernetAccuracy accuracy(net(), root_.string(), options);
        return accuracy.evaluate(architecture_, nullptr);
    }
    std::string problem(const std::string& map = "") const {
        AccuracyOptions options = options_;
        options.class_map = map;
        try {
            evaluate(options);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    }

    fs::path root_;
    DesignSpace space_ = tiny_space();
    Architecture architecture_ = parse_architecture(space_, "e2k5-e1k3@16");
    AccuracyOptions options_;
};

TEST_F(Accuracy, CountsWhatTheDefinitionCounts) {
    // a space whose three outputs differ enough: with random weights about a third is right
    options_.calibration_batch = 1000;
    const auto hits = evaluate(options_);
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].images, 21U);
    EXPECT_EQ(hits[0].top5, 21U);  // of three classes

    // the same by hand: all of val/ as training sees it is the one calibration batch
    const auto folder = read_image_folder((root_ / "val").string());
    std::vector<std::size_t> all(folder.files.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto pixels = [&](const ImageView& view) {
        ImageCache cache(folder, view, root_ / "by_hand");
        cache.fill(all, 1, nullptr);
        std::vector<float> values(all.size() * 3 * 16 * 16);
        for (const auto i : all) {
            normalise_pixels(cache.pixels(i), std::span(values).subspan(i * 768, 768));
        }
        return values;
    };
    Subnet subnet = extract(net(), architecture_);
    const ImageView training{16, 0.875, Rng(1).fork(0).bits64()};
    const auto pass = plain::run(subnet, pixels(training), 21, true);
    for (std::size_t i = 0; i < subnet.weights.size(); ++i) {
        subnet.weights[i].batch_norm.mean = pass.statistics[i].mean;
        subnet.weights[i].batch_norm.variance = pass.statistics[i].variance;
    }
    const auto logits = plain::logits(subnet, pixels({16, 0.875, std::nullopt}), 21);
    std::size_t right = 0;
    std::set<int> predicted;
    for (std::size_t i = 0; i < 21; ++i) {
        const auto first = logits.begin() + static_cast<long>(3 * i);
        const int best = static_cast<int>(std::max_element(first, first + 3) - first);
        predicted.insert(best);
        right += best == folder.files[i].label ? 1 : 0;
    }
    EXPECT_EQ(hits[0].top1, right);
    EXPECT_GT(predicted.size(), 1U);  // else the test would see little
}

TEST_F(Accuracy, DoesNotDependOnThreadsOrTheSizeOfBatches) {
    put_images(root_, "train", 9);
    options_.calibration = 20;
    options_.calibration_batch = 8;
    options_.repeats = 2;
    const auto one = evaluate(options_);
    ASSERT_EQ(one.size(), 2U);
    options_.batch = 21;
    options_.threads = 2;
    const auto two = evaluate(options_);
    for (std::size_t r = 0; r < 2; ++r) EXPECT_EQ(one[r].top1, two[r].top1);
}

TEST_F(Accuracy, IsTheSameOnLibtorch) {
    if (!torch_report().available) GTEST_SKIP() << "no libtorch: " << torch_report().reason;
    put_images(root_, "train", 9);
    options_.calibration = 20;
    options_.calibration_batch = 8;
    const auto one = evaluate(options_);
    options_.engine = "libtorch";
    SupernetAccuracy accuracy(net(), root_.string(), options_);
    EXPECT_EQ(accuracy.evaluate(architecture_, nullptr).at(0).top1, one.at(0).top1);
    EXPECT_THAT(accuracy.facts().back().second, HasSubstr(" on cpu, float32"));
    options_.precision = "bfloat16";  // 8 bits of each number: a few images change sides
    const auto rough = evaluate(options_);
    EXPECT_NEAR(static_cast<double>(rough.at(0).top1), static_cast<double>(one.at(0).top1), 3);
}

TEST_F(Accuracy, LeavesOutAndNamesWhatCannotBeDecoded) {
    write_file(root_ / "val" / "b" / "broken.jpg", "\xff\xd8 nothing");
    write_file(root_ / "val" / "b" / "notes.txt", "x");
    SupernetAccuracy accuracy(net(), root_.string(), options_);
    EXPECT_EQ(accuracy.evaluate(architecture_, nullptr).at(0).images, 21U);
    EXPECT_EQ(accuracy.images(), 21U);
    const auto remarks = accuracy.remarks();
    ASSERT_EQ(remarks.size(), 3U);
    EXPECT_THAT(remarks[0], HasSubstr("there is no train/"));
    EXPECT_THAT(remarks[1], HasSubstr("val cannot be decoded and are left out: b/broken.jpg"));
    EXPECT_THAT(remarks[2], HasSubstr("1 files of "));
}

TEST_F(Accuracy, StopsWhenTheFirstImagesAreEnough) {
    put_images(root_, "val", 30);
    SupernetAccuracy accuracy(net(), root_.string(), options_);
    std::vector<std::size_t> looks;
    const auto all =
        accuracy.evaluate(architecture_, nullptr, [&](const Hits& so_far, std::size_t of) {
            EXPECT_EQ(of, 90U);
            looks.push_back(so_far.images);
            return false;
        });
    EXPECT_EQ(all.at(0).top1, accuracy.evaluate(architecture_, nullptr).at(0).top1);
    EXPECT_LE(looks.size(), 15U);
    EXPECT_GE(looks.size(), 10U);
    for (const auto images : looks) EXPECT_EQ(images % 4, 0U);  // whole batches
    EXPECT_TRUE(std::is_sorted(looks.begin(), looks.end()));
    const auto some =
        accuracy.evaluate(architecture_, nullptr,
                          [](const Hits& so_far, std::size_t) { return so_far.images >= 40; });
    EXPECT_LT(some.at(0).images, 50U);
    EXPECT_GE(some.at(0).images, 40U);
    // a random sample of all: every class is among the first
    EXPECT_GT(some.at(0).top5, 0U);
}

TEST_F(Accuracy, ChoosesASeededPartOfTheImages) {
    options_.images = 6;
    SupernetAccuracy accuracy(net(), root_.string(), options_);
    EXPECT_EQ(accuracy.images(), 6U);
    EXPECT_EQ(accuracy.evaluate(architecture_, nullptr).at(0).images, 6U);
}

TEST_F(Accuracy, FoldersThatDoNotFitTheNetworkAreRefused) {
    EXPECT_EQ(problem(), "");
    const std::string map = (root_ / "map.csv").string();
    write_file(map, "index,class\n2,a\n1,b\n0,c\n");
    EXPECT_EQ(problem(map), "");
    write_file(map, "index,class\n2,a\n1,b\n3,c\n");
    EXPECT_THAT(problem(map), HasSubstr("with indices up to 3, and networks of 'tiny' have 3"));
    fs::remove_all(root_ / "val" / "c");
    EXPECT_THAT(problem(), HasSubstr("val: has 2 classes, and networks of 'tiny' have 3 outputs; a "
                                     "part of the classes needs a class map"));
    write_file(root_ / "classes.csv", "index,class\n0,a\n2,b\n");
    EXPECT_EQ(problem(), "");
    for (const char* name : {"a", "b"}) {
        fs::remove_all(root_ / "val" / name);
        fs::create_directories(root_ / "val" / name);
        write_file(root_ / "val" / name / "1.jpg", "\xff\xd8");
    }
    EXPECT_THAT(problem(), HasSubstr("no image can be decoded"));
    fs::remove_all(root_ / "val");
    EXPECT_THAT(problem(), HasSubstr("val: cannot be read"));
}

}  // namespace
}  // namespace blockscope
