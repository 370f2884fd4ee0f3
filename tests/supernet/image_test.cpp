#include "blockscope/supernet/image.hpp"

#include <fstream>
#include <numeric>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/supernet/resize.hpp"

#include "tests/supernet/fill.hpp"
#include "tests/supernet/image_files.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string problem(const std::string& bytes) {
    try {
        decode_image(bytes, "a.jpg");
    } catch (const Error& e) {
        return e.what();
    }
    return "";
}

TEST(Image, PngIsReadToTheBit) {
    const Image image = striped(5, 3);
    const Image read = decode_image(png_file(image), "a.png");
    EXPECT_EQ(read.width, 5);
    EXPECT_EQ(read.height, 3);
    EXPECT_EQ(read.values, image.values);
}

TEST(Image, JpegIsReadNearly) {
    const Image image = striped(32, 16);
    const Image read = decode_image(jpeg_file(image), "a.jpg");
    ASSERT_EQ(read.values.size(), image.values.size());
    for (std::size_t i = 0; i < image.values.size(); ++i) {
        EXPECT_NEAR(read.values[i], image.values[i], 12) << i;
    }
}

TEST(Image, WhatCannotBeReadIsSaidInOneLine) {
    EXPECT_EQ(problem(""), "a.jpg: is empty");
    EXPECT_EQ(problem("GIF89a"), "a.jpg: is neither JPEG nor PNG");
    const std::string jpeg = jpeg_file(striped(64, 64));
    EXPECT_THAT(problem(jpeg.substr(0, jpeg.size() / 2)), HasSubstr("a.jpg: cannot be decoded: "));
    EXPECT_THAT(problem(jpeg.substr(0, 20)), HasSubstr("a.jpg: cannot be decoded: "));
    const std::string png = png_file(striped(64, 64));
    EXPECT_THAT(problem(png.substr(0, png.size() / 2)), HasSubstr("the file ends too early"));
    std::string broken = png;
    broken[png.size() / 2] ^= 0x55;
    EXPECT_THAT(problem(broken), HasSubstr("a.jpg: cannot be decoded: "));
}

TEST(Resize, HalvingTakesTheTriangleOfFour) {
    // weights 1 3 3 1 over eighths; at the ends 3 3 1 over sevenths
    const Image image{
        8, 1, {0, 0, 0, 80, 0, 0, 0, 0, 0, 160, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0}};
    const Image half = resized(image, 4, 1);
    std::vector<int> red;
    for (int x = 0; x < 4; ++x) red.push_back(half.row(0)[3 * x]);
    // (3*0 + 3*80 + 1*0) / 7, (80 + 3*0 + 3*160 + 0) / 8, (160 + 0 + 0 + 40) / 8, (0 + 3*40 + 0) /
    // 7
    EXPECT_THAT(red, ElementsAre(34, 70, 25, 17));
}

TEST(Resize, KeepsWhatHasTheSizeAndEqualColours) {
    const Image image = striped(9, 7);
    EXPECT_EQ(resized(image, 9, 7).values, image.values);
    const Image grey{3, 2, std::vector<std::uint8_t>(18, 77)};
    for (const auto value : resized(grey, 31, 1).values) EXPECT_EQ(value, 77);
}

TEST(Resize, TheEvaluationViewIsTheMiddle) {
    const Image view = evaluation_view(striped(64, 32), 16, 1);
    EXPECT_EQ(view.width, 16);
    EXPECT_EQ(view.height, 16);
    // 32 x 16 after resizing, of which columns 8 to 23 stay
    const Image whole = resized(striped(64, 32), 32, 16);
    EXPECT_EQ(view.values, cropped(whole, 8, 0, 16, 16).values);
}

TEST(Resize, NormalisesInTheOrderOfTheNetwork) {
    const std::vector<std::uint8_t> rgb{255, 0, 0, 0, 0, 255};
    std::vector<float> values(6);
    normalise_pixels(rgb, values);
    EXPECT_THAT(
        values,
        ElementsAre(testing::FloatEq((1 - 0.485F) / 0.229F), testing::FloatEq(-0.485F / 0.229F),
                    testing::FloatEq(-0.456F / 0.224F), testing::FloatEq(-0.456F / 0.224F),
                    testing::FloatEq(-0.406F / 0.225F), testing::FloatEq((1 - 0.406F) / 0.225F)));
}

std::vector<std::int64_t> sums(const Image& image) {
    std::vector<std::int64_t> made(3, 0);
    for (std::size_t i = 0; i < image.values.size(); ++i) made[i % 3] += image.values[i];
    return made;
}

// Pillow 9.4 and torchvision 0.14 on the same files.
TEST(Golden, PreprocessingIsPillowsToTheBit) {
    NEEDS_DATA("golden/preprocess/preprocess.json");
    const auto folder = data_directory() / "golden" / "preprocess";
    std::ifstream in(folder / "preprocess.json");
    const auto golden = nlohmann::json::parse(in);
    for (const auto& record : golden["images"]) {
        const std::string name = record["file"];
        const Image image = decode_image(read_file(folder / name), name);
        EXPECT_EQ(image.width, record["width"]) << name;
        EXPECT_EQ(image.height, record["height"]) << name;
        EXPECT_EQ(sums(image), record["decoded_rgb"]["sum"].get<std::vector<std::int64_t>>())
            << name;
        for (const auto& size : record["sizes"]) {
            const int side = size["image_size"];
            const Image whole = resized(image, size["resized_width"], size["resized_height"]);
            EXPECT_EQ(sums(whole), size["resized_u8_sum"].get<std::vector<std::int64_t>>())
                << name << " " << side;
            const Image view = evaluation_view(image, side);
            EXPECT_EQ(view.values,
                      cropped(whole, size["crop_left"], size["crop_top"], side, side).values);
            EXPECT_EQ(sums(view), size["cropped_u8_sum"].get<std::vector<std::int64_t>>())
                << name << " " << side;
            std::vector<float> tensor(view.values.size());
            normalise_pixels(view.values, tensor);
            for (int c = 0; c < 3; ++c) {
                for (int y = 0; y < 7; ++y) {
                    for (int x = 0; x < 7; ++x) {
                        const int row = (2 * y + 1) * side / 14;
                        const int column = (2 * x + 1) * side / 14;
                        EXPECT_EQ(view.row(row)[3 * column + c], size["cropped_u8_grid"][c][y][x])
                            << name << " " << side;
                        EXPECT_NEAR(
                            tensor[(static_cast<std::size_t>(c) * side + row) * side + column],
                            size["tensor_grid"][c][y][x], 1e-6)
                            << name << " " << side;
                    }
                }
            }
            const auto checked = checksum(tensor);
            EXPECT_NEAR(checked.sum, size["tensor_sum"], 1e-6 * checked.l2);
            EXPECT_NEAR(checked.l2, size["tensor_l2"], 1e-7 * checked.l2);
        }
    }
}

}  // namespace
}  // namespace blockscope
