// Jobs of an array, without MPI: shards, each with a study of its own, and what joins them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "background.hpp"
#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(Shards, TogetherAreTheWholeAndTheMergedStudyAnswersForIt) {
    const auto folder = scratch_folder("shards");
    write_file(folder / "archs.csv",
               run("sample " + tiny_space(folder) + " -n 23 --quiet -o -").text);
    const auto log = folder / "log";
    const std::string command = "evaluate " + tiny_space(folder) + " --archs " +
                                (folder / "archs.csv").string() + " --metric 'run:echo {arch} >> " +
                                log.string() +
                                "; echo 3 # {arch}#cache=" + (folder / "onnx").string() + "' ";
    std::string studies;
    for (const char* shard : {"1", "2", "3", "4"}) {
        const auto r = run(command + "--shard " + shard + "/4 -o " +
                           (folder / ("part" + std::string(shard) + ".csv")).string());
        ASSERT_EQ(r.code, 0) << r.text;
        studies += " " + (folder / ("study-" + std::string(shard) + "-of-4.sqlite")).string();
    }
    EXPECT_EQ(rows(folder / "study-3-of-4.sqlite"), 6U);
    EXPECT_EQ(rows(folder / "study-4-of-4.sqlite"), 5U);
    const auto all = folder / "all.sqlite";
    auto r = run("merge" + studies + " -o " + all.string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("23 evaluations of 4 sessions from 4 studies"));
    const auto size = std::filesystem::file_size(log);
    r = run(command + " --study " + all.string() + " -o " + (folder / "whole.csv").string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_EQ(std::filesystem::file_size(log), size) << "evaluated again";
    EXPECT_THAT(run("evaluate tiny --shard 5/4 --arch x --metric macs").text,
                HasSubstr("unknown space"));
    r = run(command + " --shard 5/4");
    EXPECT_EQ(r.code, 3);
    EXPECT_THAT(r.text, HasSubstr("--shard '5/4' is no part such as 2/4"));
}

TEST(Shards, OfMeasuredNetworksAreMergedOnOneScale) {
    const auto folder = scratch_folder("measured_shards");
    std::string studies;
    for (const char* shard : {"1/2", "2/2"}) {
        const auto r = run("measure " + tiny_space(folder) + " -n 9 --visits 2 --shard " + shard +
                           " -o " + (folder / "m.csv").string());
        ASSERT_EQ(r.code, 0) << r.text;
    }
    const auto all = folder / "all.sqlite";
    const auto r = run("merge " + (folder / "study-2-of-2.sqlite").string() + " " +
                       (folder / "study-1-of-2.sqlite").string() + " -o " + all.string());
    ASSERT_EQ(r.code, 0) << r.text;
    EXPECT_EQ(rows(all), 18U);
    EXPECT_EQ(sql(all, "SELECT count(*) FROM reference_times"), "2\n");
    const auto whole = run("measure " + tiny_space(folder) + " -n 9 --visits 2 --study " +
                           all.string() + " -o " + (folder / "w.csv").string());
    ASSERT_EQ(whole.code, 0) << whole.text;
    EXPECT_EQ(rows(all), 18U) << "nothing was measured again";
}

TEST(Merge, RefusesInOneLine) {
    const auto folder = scratch_folder("no_merge");
    write_file(folder / "a.csv", "arch\n");
    const auto r = run("merge " + (folder / "a.csv").string() + " -o " + (folder / "b").string());
    EXPECT_EQ(r.code, 3);
    EXPECT_THAT(r.text, HasSubstr("a.csv: "));
    EXPECT_EQ(run("merge -o x").code, 2);
}

}  // namespace
}  // namespace blockscope
