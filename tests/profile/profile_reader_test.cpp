#include "blockscope/profile/profile_reader.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/space/sampling.hpp"

#include "small_space.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

std::string message_of(const fs::path& file, const DesignSpace& space) {
    try {
        (void)read_profiles(file, space);
    } catch (const Error& e) {
        return e.what();
    }
    return "no error";
}

TEST(ProfileReader, GivesBackWhatWasWritten) {
    const DesignSpace space = small_space();
    const LayerTable table = random_table(space, 5);
    const auto archs = sample(space, 300, Rng(3), 32);
    std::vector<double> values(archs.size());
    table.evaluate(archs, values);
    for (auto& v : values) v = v * v;  // no sum
    MetricInfo info;
    info.name = "squared";
    info.unit = "ms";
    info.direction = Direction::larger_is_better;
    ProfileOptions options;
    options.percentiles = {10};
    const Profile pooled = pooled_profile(space, {archs, values}, info, {32}, options);
    Profile exact = exact_profile(space, table, info, 32, options);
    exact.metric.name = "sum";
    const fs::path folder = fs::path(testing::TempDir()) / "profile_reader";
    write_profiles(folder, space, std::vector{pooled, exact}, {{"tool", "blockscope"}});
    EXPECT_EQ(profiled_space(folder), "small");
    const auto read = read_profiles(folder, space);
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[1].metric.name, "sum");
    // writing again gives the same bytes
    EXPECT_EQ(profile_json(space, read, {{"tool", "blockscope"}}),
              read_file(folder / "profile.json"));
    ASSERT_EQ(read[0].cells.size(), pooled.cells.size());
    EXPECT_EQ(read[0].cells[7].placement, pooled.cells[7].placement);
    EXPECT_EQ(read[0].cells[7].simultaneous.low, pooled.cells[7].simultaneous.low);
    EXPECT_EQ(read[0].resolutions, pooled.resolutions);
    EXPECT_EQ(read[0].metric.direction, Direction::larger_is_better);
}

TEST(ProfileReader, TakesTheDirectionFromTheUnitWhereAnOldFileDoesNotSayIt) {
    const DesignSpace space = small_space();
    MetricInfo info;
    info.name = "latency";
    info.unit = "ms";
    const Profile exact = exact_profile(space, random_table(space, 5), info, 32, {});
    const fs::path folder = fs::path(testing::TempDir()) / "profile_reader_old";
    write_profiles(folder, space, std::vector{exact}, {});
    EXPECT_EQ(read_profiles(folder, space).at(0).metric.direction, Direction::neither);
    std::string text = read_file(folder / "profile.json");
    const std::string said = "\"direction\": \"neither\",";
    ASSERT_NE(text.find(said), std::string::npos);
    text.erase(text.find(said), said.size());
    write_file(folder / "profile.json", text);
    EXPECT_EQ(read_profiles(folder, space).at(0).metric.direction, Direction::smaller_is_better);
}

TEST(ProfileReader, SaysWhatIsWrongWithAFile) {
    const DesignSpace space = small_space();
    const fs::path folder = fs::path(testing::TempDir()) / "profile_reader_bad";
    fs::create_directories(folder);
    const fs::path file = folder / "profile.json";
    for (const char* text : {"", "[1]", "{}", "{\"schema\": 3}", "not json"}) {
        write_file(file, text);
        EXPECT_THAT(message_of(file, space), testing::HasSubstr("is no profile.json")) << text;
    }
    write_file(file, R"({"schema": "blockscope profile 1", "space": {"name": "x"}})");
    EXPECT_THAT(message_of(folder, space), testing::HasSubstr("is damaged"));
    write_file(file, R"({"schema": "blockscope profile 1", "space": 3})");
    EXPECT_THROW((void)profiled_space(file), Error);
    write_file(file, R"({"schema": "blockscope profile 1", "space": {"name": "x",
        "fingerprint": "y"}, "profiles": []})");
    EXPECT_THAT(message_of(file, space), testing::HasSubstr("another space"));
    EXPECT_THAT(message_of(folder / "absent.json", space), testing::HasSubstr("absent.json"));
}

}  // namespace
}  // namespace blockscope
