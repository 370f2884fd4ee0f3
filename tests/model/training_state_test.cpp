#include "blockscope/model/training_state.hpp"

#include <fstream>
#include <map>
#include <unistd.h>

#include <gtest/gtest.h>

#include "blockscope/base/file.hpp"
#include "blockscope/model/feed_forward.hpp"
#include "blockscope/model/fit.hpp"
#include "blockscope/model/fitted_model_file.hpp"
#include "blockscope/model/train_gru.hpp"

#include "tests/model/planted.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

/// Keeps something after every step, and stops the training after some.
class Kept : public TrainingStates, public Progress {
public:
    explicit Kept(std::size_t steps) : left_(steps) {}

    std::string find(const std::string& key) override { return states_[key]; }
    bool due() override {
        if (left_ > 0) --left_;
        return true;
    }
    void keep(const std::string& key, std::string_view state) override { states_[key] = state; }
    void update(std::string_view, double, double) override {}
    bool stop_requested() const override { return left_ == 0; }

    void go_on(std::size_t steps) { left_ = steps; }
    std::size_t left() const { return left_; }
    std::size_t trainings() const { return states_.size(); }

private:
    std::map<std::string, std::string> states_;
    std::size_t left_;
};

TEST(TrainingStates, ANetworkGoesOnInTheSameBits) {
    const auto space = load_space("ofa-mbv3");
    const auto known = planted_sample(space, planted_pairs, 300, 3);
    TrainingOptions options;
    options.width = 8;
    options.hidden = {8};
    options.steps = 1300;
    const auto whole = train_feed_forward(space, known.archs, known.values, options);
    Kept kept(1);
    std::size_t parts = 0;
    FeedForward last;
    do {  // stops where progress is said: at the first and at every 500th step
        last = train_feed_forward(space, known.archs, known.values, options, &kept, &kept);
        EXPECT_EQ(last.rows == whole.rows, kept.stop_requested() == false);
        kept.go_on(parts == 0 ? 450 : 5000);
    } while (++parts < 3);
    EXPECT_EQ(last.rows, whole.rows);
    EXPECT_EQ(last.layers.front().weight, whole.layers.front().weight);
    EXPECT_EQ(kept.trainings(), 1);
}

TEST(TrainingStates, AGruGoesOnInTheSameBits) {
    const auto space = load_space("proxylessnas");
    const auto known = planted_sample(space, planted_pairs, 60, 5);
    GruOptions options;
    options.hidden = 5;
    options.epochs = 7;
    const auto train = [&](Kept* kept) {
        return train_gru(space, known.archs, known.values, 10, options, kept, kept).tensors.tensors;
    };
    const auto same = [](const auto& a, const auto& b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
            return x.first == y.first && x.second.values == y.second.values;
        });
    };
    const auto whole = train(nullptr);
    Kept kept(2);
    train(&kept);
    kept.go_on(3);
    train(&kept);
    kept.go_on(100);
    EXPECT_TRUE(same(train(&kept), whole));
    EXPECT_EQ(kept.left(), 98);              // of seven epochs five were there
    EXPECT_TRUE(same(train(&kept), whole));  // and has nothing left to do
    EXPECT_EQ(kept.left(), 98);
    EXPECT_EQ(kept.trainings(), 1);
}

TEST(TrainingStates, AreNamedByAllThatMatters) {
    const auto space = load_space("ofa-mbv3");
    const auto a = planted_sample(space, planted_pairs, 30, 1);
    auto values = a.values;
    const auto key = [&](const char* options) {
        return training_key(options, space, a.archs, values);
    };
    const auto before = key("x");
    EXPECT_EQ(key("x"), before);
    EXPECT_NE(key("y"), before);
    values.back() += 1e-12;
    EXPECT_NE(key("x"), before);
    EXPECT_NE(training_key("x", space, std::span(a.archs).first(29), a.values), before);
}

TEST(TrainingFolder, GivesBackWhatItKeptUnlessItWasChanged) {
    const auto folder = fs::temp_directory_path() / ("blockscope_kept_" + std::to_string(getpid()));
    TrainingFolder kept(folder / "m.training");
    EXPECT_EQ(kept.find("0123456789abcdef"), "");
    EXPECT_TRUE(kept.due());
    EXPECT_FALSE(kept.due());
    const std::string state("a\0b\n", 4);
    kept.keep("0123456789abcdef", state);
    EXPECT_EQ(kept.find("0123456789abcdef"), state);
    EXPECT_EQ(kept.find("0123456789abcdee"), "");
    const auto file = folder / "m.training" / "0123456789abcdef";
    std::string text = read_file(file);
    for (const std::string& changed : {text + "x", text.substr(0, text.size() - 1),
                                       text.substr(0, 7), "b" + text.substr(1), std::string()}) {
        std::ofstream(file, std::ios::binary) << changed;
        EXPECT_EQ(kept.find("0123456789abcdef"), "") << changed;
    }
    kept.remove();
    EXPECT_FALSE(fs::exists(folder / "m.training"));
    fs::remove_all(folder);
}

}  // namespace
}  // namespace blockscope
