#include "blockscope/weights/safetensors.hpp"

#include <gmock/gmock.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/weights/tensor_file.hpp"

#include "tests/weights/tensor_bytes.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const std::string& bytes) {
    try {
        parse_safetensors(bytes, "f");
    } catch (const Error& e) {
        return e.what();
    }
    return "read";
}

TEST(Safetensors, ReadsNamesShapesAndNumbers) {
    const auto bytes = safetensors_bytes(
        R"({"b":{"dtype":"I64","shape":[],"data_offsets":[16,24]},"__metadata__":{"x":"y"},)"
        R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})",
        bytes_of(std::vector<float>{1, 2, 3, 4.5F}) + bytes_of<std::int64_t>(-7));
    const auto file = parse_tensor_file(bytes, "f");
    ASSERT_EQ(file.tensors.size(), 2);
    EXPECT_THAT(file.at("a").shape, ElementsAre(2, 2));
    EXPECT_THAT(file.at("a").values, ElementsAre(1, 2, 3, 4.5F));
    EXPECT_THAT(file.at("b").shape, ElementsAre());
    EXPECT_THAT(file.at("b").values, ElementsAre(-7));
}

TEST(Safetensors, ReadsBackWhatItWrote) {
    TensorFile file{"f", {}};
    file.tensors["b"] = {{2, 1}, {1.5F, -3}};
    file.tensors["a \"quoted\""] = {{}, {7}};
    file.tensors["empty"] = {{0, 3}, {}};
    file.notes["settings"] = "line\nline \xc3\xa4";
    const auto bytes = to_safetensors(file);
    EXPECT_TRUE(looks_like_safetensors(bytes));
    const auto read = parse_tensor_file(bytes, "f");
    EXPECT_EQ(read.notes, file.notes);
    ASSERT_EQ(read.tensors.size(), 3);
    for (const auto& [name, tensor] : file.tensors) {
        EXPECT_EQ(read.at(name).shape, tensor.shape);
        EXPECT_EQ(read.at(name).values, tensor.values);
    }
    EXPECT_EQ(to_safetensors(read), bytes);
}

TEST(Safetensors, NamesTheByteAndTheReason) {
    const std::string four(4, '\0');
    EXPECT_THAT(refusal(safetensors_bytes(
                    R"({"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", "xx")),
                HasSubstr("f: byte 8: tensor 'a': type 'F16' is not read"));
    EXPECT_THAT(refusal(safetensors_bytes(
                    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four)),
                HasSubstr("does not fit"));
    EXPECT_THAT(
        refusal(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                  R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                  four)),
        HasSubstr("lies at 0 to 4"));
    EXPECT_THAT(
        refusal(safetensors_bytes(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                  R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                  four)),
        HasSubstr("names 'a' twice"));
    EXPECT_THAT(refusal(safetensors_bytes(R"({"a":{"dtype":"F32",)", four)),
                HasSubstr("byte 28: the header is not JSON"));
    // found by fuzzing: not a parse error in the JSON library's eyes
    EXPECT_THAT(refusal(safetensors_bytes(R"({"__metadata__":8E8888})", four)),
                HasSubstr("byte 8: the header holds a number that is too large"));
    EXPECT_THAT(refusal(safetensors_bytes(
                    R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", four + "x")),
                HasSubstr("bytes after the last tensor"));
}

TEST(Safetensors, RefusesHugeCountsWithoutAskingForTheirMemory) {
    EXPECT_THAT(refusal(bytes_of<std::uint64_t>(99'000'000) + "{"), HasSubstr("ends"));
    EXPECT_THAT(refusal(bytes_of<std::uint64_t>(1ULL << 62) + "{"), HasSubstr("100 MB"));
    for (const char* shape : {"[1099511627776,1099511627776,1099511627776]", "[1000000000]",
                              "[4294967296,4294967296]", "[18446744073709551615]"}) {
        EXPECT_NE(refusal(safetensors_bytes(std::string(R"({"a":{"dtype":"F32","shape":)") + shape +
                                                R"(,"data_offsets":[0,4]}})",
                                            std::string(4, '\0'))),
                  "read");
    }
}

TEST(Safetensors, CutOrChangedAnywhereGivesErrorsOnly) {
    TensorFile file;
    file.tensors["a"] = {{2, 3}, {1, 2, 3, 4, 5, 6}};
    file.tensors["b"] = {{1}, {7}};
    const auto good = safetensors_bytes(file);
    for (std::size_t n = 0; n < good.size(); ++n) EXPECT_NE(refusal(good.substr(0, n)), "read");
    Rng rng(1);
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = good;
        for (std::uint32_t changes = 1 + rng.below(4); changes > 0; --changes) {
            bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))] =
                static_cast<char>(rng.below(256));
        }
        (void)refusal(bytes);  // anything but an Error would come out
    }
}

}  // namespace
}  // namespace blockscope
