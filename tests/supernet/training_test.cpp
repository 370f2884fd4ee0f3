#include "blockscope/supernet/training.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <unistd.h>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/supernet/accuracy.hpp"
#include "blockscope/supernet/ranked_architecture.hpp"
#include "blockscope/supernet/torch_library.hpp"

#include "tests/supernet/stripes.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Stops when it has been told of so many images.
class Until : public Progress {
public:
    explicit Until(double images) : images_(images) {}
    void update(std::string_view, double done, double) override { done_ = done; }
    bool stop_requested() const override { return done_ >= images_; }

private:
    double images_;
    double done_ = 0;
};

class Training : public testing::Test {
protected:
    void SetUp() override {
        if (!torch_report().available) GTEST_SKIP() << "no libtorch: " << torch_report().reason;
        root_ = fs::path(testing::TempDir()) / ("blockscope_training" + std::to_string(::getpid()));
        fs::remove_all(root_);
        fs::create_directories(root_);
        options_.resolutions = {16};
        options_.batch = 32;
        options_.smallest_crop = 1;
        options_.centre = 1;
    }
    void TearDown() override { fs::remove_all(root_); }

    std::string net() const { return (root_ / "net.safetensors").string(); }
    TrainingOutcome train(Progress* progress = nullptr) const {
        return train_supernet(space_, root_.string(), net(), options_, progress);
    }
    std::string problem() const {
        try {
            train();
        } catch (const Error& e) {
            return e.what();
        }
        return "";
    }
    /// Of an architecture on val/ of a folder of images.
    double percent(const DesignSpace& space, const std::string& images, double share) const {
        AccuracyOptions options;
        options.cache = root_ / "cache";
        SupernetAccuracy accuracy(read_supernet(space, net()), images, options);
        const auto hits =
            accuracy.evaluate(ranked_architecture(space, space.default_resolution, share), nullptr);
        return 100.0 * static_cast<double>(hits.at(0).top1) /
               static_cast<double>(hits.at(0).images);
    }

    fs::path root_;
    DesignSpace space_ = stripes_space();
    TrainingOptions options_;
};

TEST_F(Training, LargerNetworksComeOutBetter) {
    put_stripes(root_, "train", 40);
    put_stripes(root_, "val", 100);
    options_.epochs = 20;
    options_.random_subnets = 4;  // those between the ends learn only when they are drawn
    const auto outcome = train();
    ASSERT_TRUE(outcome.finished);
    ASSERT_EQ(outcome.epochs.size(), 20);
    EXPECT_LT(outcome.epochs.back().largest_loss, outcome.epochs.front().largest_loss);
    EXPECT_THAT(read_file(net() + ".csv"), HasSubstr("\n20,"));
    std::map<double, double> found;
    for (const double share : {0.0, 0.5, 1.0}) {
        found[share] = percent(space_, root_.string(), share);
    }
    EXPECT_GT(found[1.0], found[0.5]);
    EXPECT_GT(found[0.5], found[0.0]);
    EXPECT_GT(found[1.0], 60);  // a quarter is chance
}

TEST_F(Training, GoesOnAfterAnEndAndEndsInTheSameBytes) {
    put_stripes(root_, "train", 20);
    options_.epochs = 2;
    ASSERT_TRUE(train().finished);
    const auto bytes = read_file(net());
    const auto log = read_file(net() + ".csv");
    EXPECT_TRUE(train().was_there);
    EXPECT_EQ(read_file(net()), bytes);

    fs::remove(net());
    for (const double images : {1.0, 33.0, 65.0}) {  // within an epoch of two steps, and at its end
        SCOPED_TRACE(images);
        Until stop(images);
        EXPECT_FALSE(train(&stop).finished);
        EXPECT_FALSE(fs::exists(net()));
        EXPECT_TRUE(fs::exists(net() + ".partial"));
    }
    EXPECT_TRUE(train().finished);
    EXPECT_EQ(read_file(net()), bytes);
    EXPECT_EQ(read_file(net() + ".csv"), log);
    EXPECT_FALSE(fs::exists(net() + ".partial"));

    fs::remove(net());
    options_.seed = 2;
    ASSERT_TRUE(train().finished);
    EXPECT_NE(read_file(net()), bytes);
}

TEST_F(Training, RefusesWhatItCannotTrainOrGoOnWith) {
    EXPECT_THAT(problem(), HasSubstr("train: cannot be read"));
    put_stripes(root_, "train", 8);
    options_.epochs = 1;
    ASSERT_EQ(problem(), "");
    options_.batch = 16;
    EXPECT_THAT(problem(), HasSubstr("of another training: batch was 32 and is 16 now"));
    write_file(net(), "something else");
    EXPECT_THAT(problem(), HasSubstr("is there, and no training of this program"));
    EXPECT_EQ(read_file(net()), "something else");
    fs::remove(net());
    write_file(root_ / "train" / "a" / "broken.png", "x");
    EXPECT_THAT(train().unreadable, testing::ElementsAre("a/broken.png"));
    fs::remove_all(root_ / "train" / "d");
    EXPECT_THAT(problem(), HasSubstr("has 3 classes, and networks of 'stripes' have 4 outputs"));
}

TEST_F(Training, LearnsPhotographs) {
    NEEDS_DATA("images/cifar10");
    const auto space = load_space(BLOCKSCOPE_SOURCE_DIR "/examples/supernet/small_images.toml");
    const std::string images = (data_directory() / "images/cifar10").string();
    options_.resolutions = {32};
    options_.batch = 32;
    // half a minute of a core; the order of all three takes three times that
    const bool all = std::getenv("BLOCKSCOPE_LONG_TRAINING") != nullptr;
    options_.epochs = all ? 10 : 3;
    options_.random_subnets = all ? 4 : 1;
    options_.smallest_crop = 0.5;
    ASSERT_TRUE(train_supernet(space, images, net(), options_, nullptr).finished);
    const double largest = percent(space, images, 1);
    const double smallest = percent(space, images, 0);
    EXPECT_GT(largest, smallest);
    EXPECT_GT(smallest, 12);  // 10 is chance
    if (!all) return;
    const double middle = percent(space, images, 0.5);
    EXPECT_GT(largest, middle);
    EXPECT_GT(middle, smallest);
}

}  // namespace
}  // namespace blockscope
