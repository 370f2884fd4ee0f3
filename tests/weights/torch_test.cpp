#include <fmt/format.h>
#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/weights/pickle.hpp"
#include "blockscope/weights/tensor_file.hpp"

#include "tests/weights/torch_bytes.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const std::string& bytes) {
    try {
        parse_tensor_file(bytes, "f");
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("byte "));
        return e.what();
    }
    return "read";
}

const std::string six = bytes_of(std::vector<float>{1, 2, 3, 4, 5, 6});
const std::string counter = bytes_of<std::int64_t>(977);

/// Two views of one storage, and a counter.
std::vector<PickledTensor> small_state() {
    return {{"a.weight", {2, 2}, "0", 6, 1},
            {"a.turned", {3, 2}, "0", 6, 0, {1, 3}},
            {"count", {}, "1", 1, 0, {}, "torch\nLongStorage"}};
}

std::string small_legacy() {
    // element sizes differ, so the counter's count is put in by hand
    auto bytes = legacy_bytes(pickled(small_state()), {{"0", six}, {"1", counter}}, 4);
    bytes.replace(bytes.size() - 16, 8, bytes_of<std::uint64_t>(1));
    return bytes;
}

std::string small_zip() {
    return zip_bytes(torch_zip_entries(pickled(small_state()), {{"0", six}, {"1", counter}}));
}

struct Kind {
    const char* name;
    std::string bytes;
};
void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class TorchFile : public testing::TestWithParam<Kind> {};

TEST_P(TorchFile, ReadsViewsAndCounters) {
    const auto file = parse_tensor_file(GetParam().bytes, "f");
    ASSERT_EQ(file.tensors.size(), 3);
    EXPECT_THAT(file.at("a.weight").shape, ElementsAre(2, 2));
    EXPECT_THAT(file.at("a.weight").values, ElementsAre(2, 3, 4, 5));
    EXPECT_THAT(file.at("a.turned").values, ElementsAre(1, 4, 2, 5, 3, 6));
    EXPECT_THAT(file.at("count").values, ElementsAre(977));
}

TEST_P(TorchFile, CutAnywhereIsRefused) {
    for (std::size_t n = 0; n < GetParam().bytes.size(); ++n) {
        EXPECT_NE(refusal(GetParam().bytes.substr(0, n)), "read") << n << " bytes";
    }
}

TEST_P(TorchFile, AnyByteMayChangeAndOnlyErrorsComeOut) {
    Rng rng(1);
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = GetParam().bytes;
        for (std::uint32_t changes = 1 + rng.below(4); changes > 0; --changes) {
            bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] =
                static_cast<char>(rng.below(256));
        }
        try {
            const auto file = parse_tensor_file(bytes, "f");
            for (const auto& [name, tensor] : file.tensors) EXPECT_LE(tensor.values.size(), 6);
        } catch (const Error&) {
        }
    }
}

INSTANTIATE_TEST_SUITE_P(BothKinds, TorchFile,
                         testing::Values(Kind{"legacy", small_legacy()}, Kind{"zip", small_zip()}),
                         [](const auto& instance) { return instance.param.name; });

TEST(Torch, FindsTheStateDictInACheckpoint) {
    const std::string state = "\x80\x02}(" + pickled_text("epoch") + "K\x07" +
                              pickled_text("state_dict") + "}(" + pickled({"w", {6}, "0", 6}) +
                              "uu.";
    const auto file = parse_tensor_file(zip_bytes(torch_zip_entries(state, {{"0", six}})), "f");
    EXPECT_THAT(file.at("w").values, ElementsAre(1, 2, 3, 4, 5, 6));
}

std::string refused_state(const PickledTensor& tensor) {
    return refusal(zip_bytes(torch_zip_entries(pickled(std::vector{tensor}), {{"0", six}})));
}

TEST(Torch, NamesAForbiddenGlobal) {
    PickledTensor t{"w", {6}, "0", 6};
    t.rebuild = "os\nsystem";
    EXPECT_THAT(refused_state(t), HasSubstr("uses 'os.system'"));
    t = {"w", {6}, "0", 6};
    t.type = "torch\nHalfStorage";
    EXPECT_THAT(refused_state(t), HasSubstr("uses 'torch.HalfStorage'"));
    t.type = "torch._utils\n_rebuild_tensor_v2";
    EXPECT_THAT(refused_state(t), HasSubstr("another type than float or long"));
    t = {"w", {6}, "0", 6};
    t.rebuild = "torch\nFloatStorage";
    EXPECT_THAT(refused_state(t), HasSubstr("a call that state dicts do not make"));
    EXPECT_THAT(refusal(zip_bytes(torch_zip_entries(
                    "\x80\x04" + pickled_text("builtins") + pickled_text("eval") + "\x93.", {}))),
                HasSubstr("uses 'builtins.eval'"));
    // a function from the outside may not be named by the bytes of its line end either
    t.rebuild = "os\nsys\x1b[1m";
    EXPECT_THAT(refused_state(t), HasSubstr("uses 'os.sys?[1m'"));
}

TEST(Torch, RefusesTensorsThatDoNotFitTheirStorage) {
    EXPECT_THAT(refused_state({"w", {7}, "0", 6}), HasSubstr("a tensor of [7] in a storage of 6"));
    EXPECT_THAT(refused_state({"w", {2}, "0", 6, 5}), HasSubstr("reaches behind its storage"));
    EXPECT_THAT(refused_state({"w", {2, 2}, "0", 6, 0, {1, 5}}), HasSubstr("reaches behind"));
    EXPECT_THAT(refused_state({"w", {2, 2}, "0", 6, 0, {1, 0x7fffffff}}),
                HasSubstr("reaches behind"));
    EXPECT_THAT(refused_state({"w", {2}, "0", 6, 0, {-1}}), HasSubstr("negative"));
    EXPECT_THAT(refused_state({"w", {-2}, "0", 6, 0, {1}}), HasSubstr("negative"));
    EXPECT_THAT(refused_state({"w", {2}, "0", 6, 0, {1, 1}}), HasSubstr("as many strides"));
    EXPECT_THAT(refused_state({"w", {6}, "0", 7}), HasSubstr("has 24 bytes, not 7 elements"));
    EXPECT_THAT(refused_state({"w", {6}, "9", 6}), HasSubstr("storage '9' is not in the file"));
    EXPECT_THAT(refused_state({"w", {0x7fffffff, 0x7fffffff, 0x7fffffff}, "0", 0x7fffffff}),
                HasSubstr("not 2147483647 elements"));
    EXPECT_THAT(refused_state({"w", {1, 1, 1, 1, 1, 1, 1, 1, 1}, "0", 6}),
                HasSubstr("more than 8 dimensions"));
}

TEST(Torch, RefusesManyViewsOfOneStorage) {
    std::vector<PickledTensor> tensors;
    std::string raw;
    for (int i = 0; i < 1000; ++i) raw += six;
    for (int i = 0; i < 1000; ++i) tensors.push_back({fmt::format("w{}", i), {6000}, "0", 6000});
    EXPECT_THAT(refusal(zip_bytes(torch_zip_entries(pickled(tensors), {{"0", raw}}))),
                HasSubstr("larger than the file by far"));
}

TEST(Torch, RefusesNamesThatStandTwice) {
    EXPECT_THAT(refusal(zip_bytes(torch_zip_entries(
                    pickled({{"w", {6}, "0", 6}, {"w", {6}, "0", 6}}), {{"0", six}}))),
                HasSubstr("a second tensor 'w'"));
}

TEST(TorchLegacy, RefusesOtherProtocolsEndingsAndByteOrders) {
    const std::string good = small_legacy();
    auto bytes = good;
    bytes.replace(bytes.find("\x80\x02M"), 6, std::string("\x80\x02M\xea\x03.", 6));
    EXPECT_THAT(refusal(bytes), HasSubstr("another protocol"));
    bytes = good;
    bytes[bytes.find("little_endian") + 13] = '\x89';
    EXPECT_THAT(refusal(bytes), HasSubstr("big-endian"));
    EXPECT_THAT(refusal(good + "x"), HasSubstr("bytes after the last storage"));
    bytes = good;
    bytes.replace(bytes.size() - 16, 8, bytes_of<std::uint64_t>(1ULL << 61));
    EXPECT_THAT(refusal(bytes), HasSubstr("has 2305843009213693952 elements here, 1 in the state"));
}

TEST(TorchZip, RefusesWhatTorchDoesNotWrite) {
    const auto entries = torch_zip_entries(pickled({{"w", {6}, "0", 6}}), {{"0", six}});
    const auto changed = [&](std::size_t i, auto change) {
        auto list = entries;
        change(list[i]);
        return refusal(zip_bytes(list));
    };
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.method = 8; }),
                HasSubstr("'net/data/0' is compressed"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.flags = 1; }), HasSubstr("is encrypted"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.size = 0xffffffff; }), HasSubstr("4 GiB"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.size = 1 << 30; }), HasSubstr("too early"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.local = 1; }), HasSubstr("points to no entry"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.local = 0; }), HasSubstr("another name"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.local = 1 << 30; }),
                HasSubstr("behind the directory"));
    EXPECT_THAT(changed(2, [](ZipEntry& e) { e.sum = 12345; }), HasSubstr("checksum"));
    EXPECT_EQ(changed(2, [](ZipEntry& e) { e.sum = 0; }), "read");
    EXPECT_THAT(changed(1, [](ZipEntry& e) { e.content = "big"; }), HasSubstr("'big' byte order"));
    EXPECT_THAT(changed(3, [](ZipEntry& e) { e.name = "net/data/0"; }), HasSubstr("stands twice"));
    EXPECT_THAT(changed(3, [](ZipEntry& e) { e.name = "more/data.pkl"; }),
                HasSubstr("second data.pkl"));
    EXPECT_THAT(changed(0, [](ZipEntry& e) { e.name = "net/data.bin"; }),
                HasSubstr("without data.pkl"));
    // an entry that swallows the one behind it
    EXPECT_THAT(changed(2,
                        [](ZipEntry& e) {
                            e.size = 40;
                            e.sum = 0;
                        }),
                HasSubstr("overlap"));
}

TEST(Pickle, ReadsAFlatDictOfSettings) {
    const std::string bytes = std::string("\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94(\x8c\x01", 16) +
                              "a\x94" +
                              "\x8c\x03yes\x94\x8c\x01"
                              "b\x94\x8a\x02\xff\xff\x8c\x01"
                              "c\x88\x8c\x01"
                              "dG" +
                              std::string("\x3f\xf8\0\0\0\0\0\0", 8) + "u.";
    const Pickle pickle = parse_pickle(bytes, "f");
    EXPECT_EQ(pickle.find(pickle.top(), "a")->text, "yes");
    EXPECT_EQ(pickle.find(pickle.top(), "b")->integer, -1);
    EXPECT_EQ(pickle.find(pickle.top(), "c")->integer, 1);
    EXPECT_EQ(pickle.find(pickle.top(), "d")->real, 1.5);
    EXPECT_EQ(pickle.find(pickle.top(), "e"), nullptr);
    EXPECT_EQ(pickle.bytes, bytes.size());
}

TEST(Pickle, SurvivesWhatContainsItselfAndWhatNeverEnds) {
    const auto reason = [](const std::string& bytes) -> std::string {
        try {
            parse_pickle(bytes, "f");
        } catch (const Error& e) {
            return e.what();
        }
        return "read";
    };
    EXPECT_EQ(reason("]q\x01h\x01"
                     "a."),
              "read");
    EXPECT_THAT(reason(std::string(3'000'000, 'N')), HasSubstr("more than a million"));
    EXPECT_THAT(reason(std::string(2'000'000, '(')), HasSubstr("more than a million"));
    EXPECT_THAT(reason("N0."), HasSubstr("byte 1: operation 0x30"));
    EXPECT_THAT(reason("h\x05."), HasSubstr("memo 5 was never set"));
    EXPECT_THAT(reason("X\xff\xff\xff\xff"
                       "a"),
                HasSubstr("too early"));
    EXPECT_THAT(reason("\x8a\x09"
                       "123456789."),
                HasSubstr("whole number of 9 bytes"));
    EXPECT_THAT(reason("(."), HasSubstr("nothing on the stack"));
    EXPECT_THAT(reason("t."), HasSubstr("no mark"));
    EXPECT_THAT(reason("}(NuNN."), HasSubstr("a key without a value"));
    EXPECT_THAT(reason("N)R."), HasSubstr("call of what is no function"));
}

}  // namespace
}  // namespace blockscope
