#include "blockscope/supernet/supernet.hpp"

#include <functional>
#include <limits>

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/weights/tensor_file.hpp"

#include "tests/supernet/checkpoint_file.hpp"
#include "tests/supernet/golden.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

std::string problem(const DesignSpace& space, const TensorFile& file) {
    try {
        make_supernet(space, file);
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

/// What make_supernet says of a good file after `spoil`.
std::string problem_after(const std::function<void(std::map<std::string, Tensor>&)>& spoil) {
    TensorFile file = filled_file(tiny_space());
    file.source = "net.pth";
    spoil(file.tensors);
    return problem(tiny_space(), file);
}

TEST(Supernet, AFileThatDoesNotFitIsRefusedByTheTensor) {
    EXPECT_EQ(problem_after([](auto&) {}), "");
    EXPECT_EQ(problem_after([](auto& t) { t.erase("classifier.linear.bias"); }),
              "net.pth: is no supernet of 'tiny': holds no tensor 'classifier.linear.bias' of [3]");
    EXPECT_EQ(
        problem_after([](auto& t) {
            t["classifier.linear.biass"] = Tensor{{3}, {1, 2, 3}};
        }),
        "net.pth: is no supernet of 'tiny': holds a tensor 'classifier.linear.biass' that the "
        "supernet has not (did you mean 'classifier.linear.bias'?)");
    EXPECT_EQ(
        problem_after([](auto& t) {
            t["classifier.linear.bias"] = Tensor{{2}, {1, 2}};
        }),
        "net.pth: is no supernet of 'tiny': tensor 'classifier.linear.bias' is [2] instead of [3]");
    EXPECT_EQ(problem_after([](auto& t) {
                  t["classifier.linear.bias"].values[1] = std::numeric_limits<float>::quiet_NaN();
              }),
              "net.pth: tensor 'classifier.linear.bias': value 2 is nan");
    EXPECT_THAT(problem_after([](auto& t) {
                    t["first_conv.conv.conv.weight"] = t["first_conv.conv.weight"];
                }),
                HasSubstr("holds 'first_conv.conv.weight' twice"));
}

TEST(Supernet, CountersOfBatchesAreNotNeeded) {
    EXPECT_EQ(problem_after([](auto& t) {
                  std::erase_if(t, [](const auto& entry) {
                      return entry.first.ends_with("num_batches_tracked");
                  });
              }),
              "");
}

TEST(Supernet, AFileOfABuiltInSpaceIsRecognised) {
    const auto file = filled_file(load_space("ofa-mbv3-w1.0"));
    EXPECT_THAT(problem(load_space("ofa-mbv3"), file),
                HasSubstr("is no supernet of 'ofa-mbv3' (it is one of 'ofa-mbv3-w1.0')"));
    EXPECT_THAT(problem(load_space("resnet50"), file), HasSubstr("(it is one of 'ofa-mbv3-w1.0')"));
}

/// The names that the Once-for-All code wrote before it had wrapping modules.
std::string old_name(std::string name) {
    const auto replace = [&](const std::string& from, const std::string& to) {
        const auto at = name.find(from);
        if (at != std::string::npos) name.replace(at, from.size(), to);
    };
    if (name.starts_with("blocks.")) replace(".conv.", ".mobile_inverted_conv.");
    replace(".bn.bn.", ".bn.");
    replace(".conv.conv.weight", ".conv.weight");
    return name;
}

TEST(Supernet, OldNamesGiveTheSameTensors) {
    for (const char* name : {"ofa-mbv3", "proxylessnas"}) {
        const auto space = load_space(name);
        TensorFile file = filled_file(space);
        const Supernet want = make_supernet(space, file);
        std::map<std::string, Tensor> renamed;
        std::size_t changed = 0;
        for (auto& [today, tensor] : file.tensors) {
            const std::string old = old_name(today);
            changed += old != today ? 1 : 0;
            renamed.emplace(old, std::move(tensor));
        }
        file.tensors = std::move(renamed);
        // 460 of 475 and 432 of 446, as the data's README counts
        EXPECT_EQ(changed, space.name == "ofa-mbv3" ? 460U : 432U);
        const Supernet got = make_supernet(space, file);
        ASSERT_EQ(got.tensors.size(), want.tensors.size());
        for (const auto& [today, tensor] : want.tensors) {
            EXPECT_EQ(got.at(today).values, tensor.values) << today;
        }
    }
}

TEST(Supernet, ReadsBothKindsOfCheckpointsWrappedOrBare) {
    const auto space = tiny_space();
    const TensorFile file = filled_file(space);
    const Supernet want = make_supernet(space, file);
    const auto path = std::filesystem::path(testing::TempDir()) / "blockscope_supernet.pth";
    for (const bool zip : {false, true}) {
        for (const bool wrapped : {false, true}) {
            const std::string bytes = checkpoint_file(file, zip, wrapped);
            write_file(path, bytes);
            const Supernet got = read_supernet(space, path.string());
            EXPECT_EQ(got.published, "");
            ASSERT_EQ(got.tensors.size(), want.tensors.size());
            for (const auto& [name, tensor] : want.tensors) {
                EXPECT_EQ(got.at(name).values, tensor.values) << name;
            }
            write_file(path, bytes.substr(0, bytes.size() / 2));
            EXPECT_THROW(read_supernet(space, path.string()), Error);
        }
    }
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace blockscope
