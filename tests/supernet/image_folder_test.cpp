#include "blockscope/supernet/image_folder.hpp"

#include <filesystem>
#include <map>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/supernet/image_cache.hpp"
#include "blockscope/supernet/resize.hpp"
#include "blockscope/supernet/training_view.hpp"

#include "tests/supernet/image_files.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageFolderTest : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        root_ = fs::path(testing::TempDir()) /
                (std::string("blockscope_") + test->name() + std::to_string(::getpid()));
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    void TearDown() override { fs::remove_all(root_); }

    void put(const std::string& name, const std::string& bytes) const {
        const fs::path path = root_ / "val" / name;
        fs::create_directories(path.parent_path());
        write_file(path, bytes);
    }
    std::string val() const { return (root_ / "val").string(); }

    std::string problem(const std::string& map = "") const {
        try {
            read_image_folder(val(), map);
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    }

    fs::path root_;
};

std::vector<std::size_t> all_of(const ImageFolder& folder) {
    std::vector<std::size_t> indices(folder.files.size());
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
    return indices;
}

TEST_F(ImageFolderTest, ClassesAreNumberedInTorchvisionsOrder) {
    put("b/2.jpg", "x");
    put("b/10.PNG", "x");
    put("Z/a.jpeg", "x");
    put("a/deep/c.jpg", "x");
    put("a/z.jpg", "x");
    put("a/notes.txt", "x");
    const auto folder = read_image_folder(val());
    EXPECT_THAT(folder.classes, ElementsAre("Z", "a", "b"));
    EXPECT_THAT(folder.labels, ElementsAre(0, 1, 2));
    std::vector<std::string> names;
    for (const auto& file : folder.files) names.push_back(file.name);
    EXPECT_THAT(names, ElementsAre("Z/a.jpeg", "a/z.jpg", "a/deep/c.jpg", "b/10.PNG", "b/2.jpg"));
    EXPECT_EQ(folder.files[3].label, 2);
    EXPECT_EQ(folder.others, 1U);
}

TEST_F(ImageFolderTest, AMapKeepsThePlacesOfSomeClasses) {
    put("n02/a.jpg", "x");
    put("n07/a.jpg", "x");
    const std::string map = (root_ / "classes.csv").string();
    write_file(map, "index,wnid,name\n4,n02,tench\n77,n07,owl\n");
    EXPECT_THAT(read_image_folder(val(), map).labels, ElementsAre(4, 77));
    write_file(map, "index,wnid\n4,n02\n");
    EXPECT_THAT(problem(map), HasSubstr("classes.csv: does not know the class 'n07'"));
    write_file(map, "index,wnid\n4.5,n02\n");
    EXPECT_THAT(problem(map), HasSubstr("classes.csv:2: index '4.5' is no whole number"));
}

TEST_F(ImageFolderTest, WhatIsNoImageFolderIsSaid) {
    EXPECT_THAT(problem(), HasSubstr("val: cannot be read: No such file"));
    fs::create_directories(root_ / "val");
    EXPECT_THAT(problem(), HasSubstr("val: holds no folder of a class"));
    put("a/notes.txt", "x");
    EXPECT_THAT(problem(), HasSubstr("val/a: holds no .jpg, .jpeg or .png image"));
}

TEST_F(ImageFolderTest, ASampleTakesTheSameShareOfEachClass) {
    for (int i = 0; i < 60; ++i) {
        put(std::string(1, static_cast<char>('a' + i % 3)) + "/" + std::to_string(i) + ".jpg", "x");
    }
    const auto folder = read_image_folder(val());
    const auto sample = stratified_sample(folder, 31, 1);
    ASSERT_EQ(sample.size(), 31U);
    EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
    std::map<int, int> counts;
    for (const auto i : sample) ++counts[folder.files[i].label];
    for (const auto& [label, count] : counts) EXPECT_NEAR(count, 31 / 3.0, 1);
    EXPECT_EQ(stratified_sample(folder, 31, 1), sample);
    EXPECT_NE(stratified_sample(folder, 31, 2), sample);
    EXPECT_EQ(stratified_sample(folder, 1000, 1).size(), 60U);
}

TEST_F(ImageFolderTest, TheCacheHoldsTheViewsAndGoesOnWhereItWas) {
    const Image image = striped(40, 30);
    put("a/1.png", png_file(image));
    put("a/2.png", png_file(striped(20, 50)));
    put("b/3.jpg", "\xff\xd8 damaged");
    const auto folder = read_image_folder(val());
    ImageView view;
    view.side = 16;
    fs::path file;
    {
        ImageCache cache(folder, view, root_ / "cache");
        const std::vector<std::size_t> first{0, 2};
        cache.fill(first, 2, nullptr);
        EXPECT_TRUE(cache.made(0));
        EXPECT_FALSE(cache.made(1));
        EXPECT_TRUE(cache.unreadable(2));
        file = cache.file();
    }
    fs::rename(root_ / "val" / "a" / "1.png", root_ / "away");
    fs::rename(root_ / "away", root_ / "val" / "a" / "1.png");
    ImageCache cache(folder, view, root_ / "cache");
    EXPECT_EQ(cache.file(), file);
    EXPECT_TRUE(cache.made(0));  // without decoding it again
    const auto want = evaluation_view(image, 16).values;
    EXPECT_TRUE(std::equal(want.begin(), want.end(), cache.pixels(0).begin()));
    cache.fill(all_of(folder), 1, nullptr);
    EXPECT_TRUE(cache.made(1));
    view.training_seed = 1;
    EXPECT_NE(ImageCache(folder, view, root_ / "cache").file(), file);
    put("a/1.png", png_file(striped(41, 30)));  // another image is another file
    view.training_seed.reset();
    EXPECT_NE(ImageCache(folder, view, root_ / "cache").file(), file);
}

TEST_F(ImageFolderTest, TrainingViewsDependOnTheSeedAndTheImageOnly) {
    for (int i = 0; i < 20; ++i) {
        put("a/" + std::to_string(i) + ".png", png_file(striped(50 + i, 40)));
    }
    const auto folder = read_image_folder(val());
    ImageView view;
    view.side = 8;
    view.training_seed = 3;
    ImageCache one(folder, view, root_ / "one");
    ImageCache two(folder, view, root_ / "two");
    one.fill(all_of(folder), 1, nullptr);
    two.fill(all_of(folder), 2, nullptr);
    for (const auto i : all_of(folder)) {
        EXPECT_TRUE(std::equal(one.pixels(i).begin(), one.pixels(i).end(), two.pixels(i).begin()));
    }
}

TEST(TrainingView, IsAPartOfTheImageWithinItsLimits) {
    // one colour: only brightness can change it, by at most 32 of 255
    const Image grey{30, 20, std::vector<std::uint8_t>(1800, 200)};
    Rng rng(1);
    int lowest = 255;
    int highest = 0;
    for (int i = 0; i < 200; ++i) {
        const Image view = training_view(grey, 8, rng);
        ASSERT_EQ(view.values.size(), 192U);
        for (const auto value : view.values) EXPECT_EQ(value, view.values.front());
        lowest = std::min<int>(lowest, view.values.front());
        highest = std::max<int>(highest, view.values.front());
    }
    EXPECT_GE(lowest, 174);
    EXPECT_LE(lowest, 178);
    EXPECT_GE(highest, 222);
    EXPECT_LE(highest, 225);
}

}  // namespace
}  // namespace blockscope
