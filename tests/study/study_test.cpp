#include "blockscope/study/study.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "blockscope/space/sampling.hpp"

#include "study_files.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// Runs SQL on a file behind the study's back; the last cell of the result as text.
std::string sql(const std::filesystem::path& path, const std::string& text) {
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    std::string cell;
    const auto keep = [](void* to, int n, char** values, char**) {
        *static_cast<std::string*>(to) = values[n - 1] != nullptr ? values[n - 1] : "null";
        return 0;
    };
    EXPECT_EQ(sqlite3_exec(db, text.c_str(), keep, &cell, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
    return cell;
}

TEST(Study, ReturnsWhatItWasGivenAfterReopening) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    auto archs = sample(space, 3, Rng(1), 192);
    archs[2].resolution = 224;
    {
        Study study(folder / "a.study",
                    {"blockscope measure", 18446744073709551615ULL, "0.1.0", {}});
        auto column = column_of({0.1, std::nan(""), 1.0 / 3});
        column.spread = {0.01, std::nan(""), std::nan("")};
        column.failures = {{1, "the engine refused it"}};
        study.record(space, some_metric(), {"here", {{"processor", "a \"fast\" one"}}}, archs,
                     column, 6);
    }
    const Study study(folder / "a.study");
    const auto stored = study.values(space, some_metric(), "here");
    EXPECT_EQ(stored.tried.size(), 3);
    EXPECT_EQ(stored.tried.at(archs[1]).failure, "the engine refused it");
    EXPECT_TRUE(stored.tried.at(archs[1]).failed());
    EXPECT_EQ(stored.tried.at(archs[1]).seconds, 2);
    EXPECT_EQ(stored.tried.at(archs[0]).value, 0.1);
    EXPECT_EQ(stored.tried.at(archs[0]).spread, 0.01);
    EXPECT_EQ(stored.tried.at(archs[2]).value, 1.0 / 3);
    EXPECT_TRUE(std::isnan(stored.tried.at(archs[2]).spread));
    EXPECT_EQ(study.evaluation_count(), 3);
    // 6 s over 3 architectures: two of them at 192, the failed one included
    EXPECT_DOUBLE_EQ(study.seconds_spent(space, some_metric(), "here", 192), 4);
    EXPECT_DOUBLE_EQ(study.seconds_spent(space, some_metric(), "here", 224), 2);
    EXPECT_EQ(sql(folder / "a.study", "SELECT failure FROM evaluations WHERE value IS NULL"),
              "the engine refused it");
    EXPECT_EQ(sql(folder / "a.study", "SELECT seed FROM sessions"), "18446744073709551615");
    EXPECT_EQ(sql(folder / "a.study", "SELECT facts FROM contexts"),
              R"({"processor":"a \"fast\" one"})");
}

TEST(Study, KeepsSpacesMetricsUnitsAndContextsApart) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto narrow = load_space("ofa-mbv3-w1.0");
    const auto archs = sample(space, 1, Rng(1), 224);
    Study study(folder / "a.study");
    study.record(space, some_metric(), {"here", {}}, archs, column_of({1}), 1);
    auto in_joule = some_metric();
    in_joule.unit = "mJ";
    auto other = some_metric();
    other.name = "latency/other";
    EXPECT_EQ(study.values(space, some_metric(), "here").tried.size(), 1);
    EXPECT_EQ(study.values(space, some_metric(), "there").tried.size(), 0);
    EXPECT_EQ(study.values(narrow, some_metric(), "here").tried.size(), 0);
    EXPECT_EQ(study.values(space, in_joule, "here").tried.size(), 0);
    EXPECT_EQ(study.values(space, other, "here").tried.size(), 0);
    EXPECT_EQ(study.seconds_spent(space, some_metric(), "there", 224), 0);
}

TEST(Study, AnswersWithTheNewestValueAndOnlyNewerRowsOnRequest) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 2, Rng(1), 224);
    Study study(folder / "a.study");
    study.record(space, some_metric(), {}, archs, column_of({1, 2}), 1);
    const auto before = study.values(space, some_metric(), "");
    study.record(space, some_metric(), {}, std::span(archs).first(1), column_of({3}), 1);
    EXPECT_EQ(study.values(space, some_metric(), "").tried.at(archs[0]).value, 3);
    EXPECT_EQ(study.values(space, some_metric(), "").tried.at(archs[1]).value, 2);
    EXPECT_EQ(study.values(space, some_metric(), "", before.last_row).tried.size(), 1);
    auto failed = column_of({std::nan(""), std::nan("")});
    failed.failures = {{0, "gone"}, {1, "gone"}};
    study.record(space, some_metric(), {}, archs, failed, 1);
    const auto after = study.values(space, some_metric(), "");
    EXPECT_EQ(after.tried.at(archs[0]).value, 3) << "a failure took the place of a value";
    EXPECT_EQ(after.tried.at(archs[0]).seconds, 2) << "half of the first batch, all of the second";
    EXPECT_EQ(study.evaluation_count(), 5) << "rows are only added";
}

TEST(Study, KeepsRawSamplesBesideTheirValues) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 2, Rng(1), 224);
    {
        Study study(folder / "a.study");
        const std::vector<LatencySample> samples{{1, 0.5, 20, 19, 0, false},
                                                 {0, 0.4, 11, 10, 1, true}};
        study.record(space, some_metric(), {}, archs, column_of({1, 2}), 1, samples);
    }
    EXPECT_EQ(sql(folder / "a.study",
                  "SELECT e.value FROM samples s JOIN evaluations e "
                  "ON s.evaluation = e.id WHERE s.wall_ms = 20"),
              "2.0");
    const Study study(folder / "a.study");
    const auto sessions = study.sessions(space, some_metric(), "", 224);
    ASSERT_EQ(sessions.size(), 1);
    EXPECT_EQ(sessions[0].networks, 2);
    EXPECT_EQ(sessions[0].seconds, 1);
    ASSERT_EQ(sessions[0].samples.size(), 2);
    EXPECT_TRUE(sessions[0].samples[0].is_reference) << "not in order of time";
    EXPECT_EQ(sessions[0].samples[0].visit, 1);
    EXPECT_EQ(sessions[0].samples[1].cpu_ms, 19);
    EXPECT_TRUE(study.sessions(space, some_metric(), "", 192).empty());
}

TEST(Study, ReadingLeavesNoSessionBehind) {
    const Folder folder;
    { const Study study(folder / "a.study", {"blockscope report", 1, "0.1.0", {}}); }
    EXPECT_EQ(sql(folder / "a.study", "SELECT count(*) FROM sessions"), "0");
}

TEST(Study, KeepsTheReferenceTimeThatTheFirstSessionMeasured) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const StudyContext here{"here", {}};
    {
        Study study(folder / "a.study");
        EXPECT_FALSE(study.reference_ms(space, some_metric(), "here", 224));
        study.set_reference_ms(space, some_metric(), here, 224, 1.0 / 3);
    }
    Study study(folder / "a.study");
    study.set_reference_ms(space, some_metric(), here, 224, 5);
    EXPECT_EQ(study.reference_ms(space, some_metric(), "here", 224), 1.0 / 3);
    EXPECT_FALSE(study.reference_ms(space, some_metric(), "here", 192));
    EXPECT_FALSE(study.reference_ms(space, some_metric(), "there", 224));
}

TEST(Study, BringsAnOlderSchemaUpToDateAndKeepsItsRows) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 2, Rng(1), 224);
    {
        Study study(folder / "a.study");
        study.record(space, some_metric(), {}, archs, column_of({1, 2}), 1);
    }
    sql(folder / "a.study",
        "DROP VIEW results; DROP VIEW timed_runs; DROP TABLE reference_times; DROP INDEX "
        "samples_of; ALTER TABLE sessions DROP COLUMN uid; ALTER TABLE evaluations DROP COLUMN "
        "estimate; ALTER TABLE evaluations DROP COLUMN at_best; ALTER TABLE evaluations DROP "
        "COLUMN "
        "trials; PRAGMA user_version = 1");
    Study study(folder / "a.study");
    study.set_reference_ms(space, some_metric(), {}, 224, 5);
    EXPECT_EQ(study.values(space, some_metric(), "").tried.at(archs[1]).value, 2);
    EXPECT_EQ(sql(folder / "a.study", "PRAGMA user_version"), "5");
}

TEST(Study, HasViewsThatNameUnits) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 2, Rng(1), 224);
    {
        Study study(folder / "a.study");
        MetricColumn column = column_of({1.5, 2});
        column.spread = {0.25, 0.5};
        study.record(space, some_metric(), {}, archs, column, 3);
    }
    EXPECT_EQ(sql(folder / "a.study",
                  "SELECT space || ' ' || metric || ' ' || value || ' ' || unit || ' +- ' || "
                  "standard_error || ' at ' || resolution_pixels FROM results LIMIT 1"),
              "ofa-mbv3 " + some_metric().name + " 1.5 " + some_metric().unit + " +- 0.25 at 224");
    EXPECT_EQ(sql(folder / "a.study", "SELECT count(*) FROM timed_runs"), "0");
}

TEST(Study, WithoutAPathIsForgotten) {
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 2, Rng(1), 224);
    {
        Study study("");
        study.record(space, some_metric(), {}, archs, column_of({1, 2}), 1);
        EXPECT_EQ(study.values(space, some_metric(), "").tried.size(), 2);
    }
    EXPECT_EQ(Study("").evaluation_count(), 0);
}

TEST(Study, RefusesANewerSchema) {
    const Folder folder;
    { const Study study(folder / "a.study"); }
    sql(folder / "a.study", "PRAGMA user_version = 99");
    const auto message = message_of([&] { Study(folder / "a.study"); });
    EXPECT_THAT(message, HasSubstr("a.study: written by a newer blockscope (schema 99"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST(Study, RefusesWhatIsNoStudy) {
    const Folder folder;
    std::ofstream(folder / "a.csv") << std::string(300, 'x') << "\n";
    EXPECT_THAT(message_of([&] { Study(folder / "a.csv"); }), HasSubstr("a.csv: not a study"));
    std::ofstream(folder / "short.csv") << "arch,value\n";
    EXPECT_THAT(message_of([&] { Study(folder / "short.csv"); }), HasSubstr("not a study"));
    sql(folder / "other.db", "CREATE TABLE t (x)");
    EXPECT_THAT(message_of([&] { Study(folder / "other.db"); }), HasSubstr("of another program"));
    EXPECT_EQ(sql(folder / "other.db", "SELECT count(*) FROM sqlite_master"), "1");
    EXPECT_THAT(message_of([&] { Study(folder / "no/such/folder.study"); }),
                HasSubstr("cannot be written"));
}

TEST(Study, SaysThatADamagedFileIsDamaged) {
    const Folder folder;
    { const Study study(folder / "a.study"); }
    std::fstream file(folder / "a.study", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file << std::string(3000, '\xff');
    file.close();
    EXPECT_THAT(message_of([&] { Study(folder / "a.study"); }), HasSubstr("damaged"));
}

TEST(Study, TakesAnEmptyFileForANewStudy) {
    const Folder folder;
    std::ofstream(folder / "a.study").close();  // what a kill during creation may leave
    EXPECT_EQ(Study(folder / "a.study").evaluation_count(), 0);
}

// How long it took goes into the test's properties, for people; nothing is asserted about it.
TEST(Study, StoresHundredThousandRowsInOneBatch) {
    const Folder folder;
    const auto space = load_space("ofa-mbv3");
    const auto archs = sample(space, 100000, Rng(1), 224);
    Study study(folder / "a.study");
    const auto start = std::chrono::steady_clock::now();
    study.record(space, some_metric(), {}, archs, column_of(std::vector<double>(100000, 1)), 1);
    const auto middle = std::chrono::steady_clock::now();
    const std::set<Architecture> distinct(archs.begin(), archs.end());
    const auto loading = std::chrono::steady_clock::now();
    EXPECT_EQ(study.values(space, some_metric(), "").tried.size(), distinct.size());
    const auto end = std::chrono::steady_clock::now();
    RecordProperty("write_s",
                   std::to_string(std::chrono::duration<double>(middle - start).count()));
    RecordProperty("read_s", std::to_string(std::chrono::duration<double>(end - loading).count()));
}

}  // namespace
}  // namespace blockscope
