#include "blockscope/study/merge.hpp"

#include <algorithm>
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
namespace fs = std::filesystem;

/// Every row of every table as text, in the order of the rows.
std::string dump(const fs::path& path) {
    sqlite3* db = nullptr;
    sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    std::string text;
    const auto add = [](void* to, int n, char** values, char**) {
        auto& all = *static_cast<std::string*>(to);
        for (int i = 0; i < n; ++i) all += std::string(values[i] ? values[i] : "null") + "|";
        all += "\n";
        return 0;
    };
    for (const char* table : {"spaces", "metrics", "contexts", "sessions", "evaluations", "samples",
                              "reference_times"}) {
        text += std::string(table) + "\n";
        const auto query = std::string("SELECT * FROM ") + table + " ORDER BY id";
        EXPECT_EQ(sqlite3_exec(db, query.c_str(), add, &text, nullptr), SQLITE_OK)
            << sqlite3_errmsg(db);
    }
    sqlite3_close(db);
    return text;
}

void sql(const fs::path& path, const std::string& text) {
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    ASSERT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
}

std::string merged(const Folder& folder, const std::vector<std::string>& studies,
                   const char* into) {
    merge_studies(studies, folder / into);
    return dump(folder / into);
}

const DesignSpace& space() {
    static const DesignSpace loaded = load_space("ofa-mbv3");
    return loaded;
}

/// One process that records a batch of one to five architectures.
void run_once(const fs::path& path, Rng& rng) {
    Study study(path, {"run " + std::to_string(rng.below(3)), rng.below(3), "0.1.0", {}});
    const auto archs = sample(space(), 1 + rng.below(5), Rng(rng.below(4)), 224);
    const StudyContext context{rng.below(2) == 0 ? "here" : "there", {}};
    std::vector<LatencySample> samples;
    if (rng.below(2) == 0) {
        samples = {{0, 1, 2, 3, 0, false}, {0, 1.5, 4, 5, 0, true}};
        study.set_reference_ms(space(), some_metric(), context, 224, 1 + rng.uniform());
    }
    std::vector<double> values(archs.size(), rng.uniform());
    if (rng.below(4) == 0) values.front() = std::nan("");
    MetricColumn column = column_of(values);
    if (rng.below(4) == 0) column.given_up = {{archs.size() - 1, 2.5, 7}};
    study.record(space(), some_metric(), context, archs, column, 1, samples);
}

/// Any sharing of any sessions among studies, copies of growing and of merged ones included.
void check_merging(std::uint64_t seed) {
    const Folder folder;
    Rng rng(seed);
    std::vector<std::string> studies;
    const std::size_t count = 2 + rng.below(3);
    for (std::size_t i = 0; i < count; ++i) {
        const auto path = folder / ("s" + std::to_string(i)).c_str();
        for (std::uint32_t run = 0; run < 1 + rng.below(3); ++run) {
            run_once(path, rng);
            if (rng.below(3) == 0) {  // what somebody copied while it was still growing
                const auto copy = path.string() + "-copy" + std::to_string(run);
                fs::copy_file(path, copy, fs::copy_options::overwrite_existing);
                studies.push_back(copy);
            }
        }
        studies.push_back(path.string());
    }
    const auto all = merged(folder, studies, "all");
    auto shuffled = studies;
    shuffle(shuffled, rng);
    ASSERT_EQ(merged(folder, shuffled, "shuffled"), all);
    ASSERT_EQ(merged(folder, studies, "all"), all);
    // one after the other, onto what is there
    for (const auto& one : shuffled) merge_studies(std::vector{one}, folder / "grown");
    ASSERT_EQ(dump(folder / "grown"), all);
    ASSERT_EQ(merged(folder, {(folder / "all").string(), studies.front()}, "again"), all);
    std::size_t evaluations = 0;
    for (std::size_t i = 0; i < count; ++i) {
        evaluations += Study(folder / ("s" + std::to_string(i)).c_str()).evaluation_count();
    }
    ASSERT_EQ(Study(folder / "all").evaluation_count(), evaluations);
}

TEST(Merge, GivesTheSameForEveryOrderGroupingAndRepetition) {
    for (std::uint64_t seed = 1; seed <= 12 && !HasFatalFailure(); ++seed) {
        SCOPED_TRACE(seed);
        check_merging(seed);
    }
}

TEST(Merge, KeepsEveryValueAndLetsTheYoungestSessionCount) {
    const Folder folder;
    const auto archs = sample(space(), 2, Rng(1), 224);
    for (const auto& [file, value] : {std::pair{"old", 1.0}, std::pair{"young", 2.0}}) {
        Study study(folder / file);
        study.record(space(), some_metric(), {}, archs, column_of({value, 7}), 1);
    }
    sql(folder / "old", "UPDATE sessions SET started = '2024-01-01T00:00:00Z'");
    const std::vector studies{(folder / "young").string(), (folder / "old").string()};
    const auto report = merge_studies(studies, folder / "all");
    EXPECT_EQ(report.sessions, 2U);
    EXPECT_EQ(report.evaluations, 4U);
    EXPECT_EQ(report.repeated, 0U);
    EXPECT_EQ(report.disagreeing, 1U);
    EXPECT_THAT(report.first_disagreement, HasSubstr("latency/fake of"));
    EXPECT_THAT(report.first_disagreement, HasSubstr("is 1 and 2"));
    EXPECT_EQ(Study(folder / "all").values(space(), some_metric(), "").tried.at(archs[0]).value, 2);
    EXPECT_EQ(merge_studies(studies, folder / "all").repeated, 4U);
}

// Two machines, one of which runs everything a tenth slower: 4.0 ms and 4.4 ms for the reference.
TEST(Merge, ReadsLatenciesOnOneScaleAndKeepsThemAsTheyWereRecorded) {
    const Folder folder;
    const auto archs = sample(space(), 2, Rng(1), 224);
    const StudyContext context{"alike", {}};
    int year = 2024;
    for (const auto& [file, reference, value, a] :
         {std::tuple{"a", 4.0, 10.0, 0}, std::tuple{"b", 4.4, 11.0, 1}}) {
        {
            Study study(folder / file);
            study.set_reference_ms(space(), some_metric(), context, 224, reference);
            study.record(space(), some_metric(), context, std::span(archs).subspan(a, 1),
                         column_of({value}), 1);
        }
        sql(folder / file,
            "UPDATE sessions SET started = '" + std::to_string(year++) + "-01-01T00:00:00Z'");
        // a second process, which finds the reference time there
        Study study(folder / file);
        study.set_reference_ms(space(), some_metric(), context, 224, reference);
        study.record(space(), some_metric(), context, std::span(archs).subspan(a, 1),
                     column_of({2 * value}), 1);
    }
    merge_studies(std::vector{(folder / "b").string(), (folder / "a").string()}, folder / "all");
    const Study study(folder / "all");
    EXPECT_EQ(study.reference_ms(space(), some_metric(), "alike", 224), 4.0);
    const auto visits = study.visits(space(), some_metric(), "alike");
    EXPECT_EQ(visits.at(archs[0])[0].value, 10);
    EXPECT_EQ(visits.at(archs[0])[1].value, 20);
    EXPECT_DOUBLE_EQ(visits.at(archs[1])[0].value, 10);
    EXPECT_DOUBLE_EQ(visits.at(archs[1])[1].value, 20);
    EXPECT_THAT(dump(folder / "all"), HasSubstr("|22.0|")) << "as it was recorded";
}

TEST(Merge, ReadsStudiesThatAreBeingWritten) {
    const Folder folder;
    const auto archs = sample(space(), 2, Rng(1), 224);
    Study study(folder / "a");
    study.record(space(), some_metric(), {}, archs, column_of({1, 2}), 1);
    const std::vector studies{(folder / "a").string()};
    EXPECT_EQ(merge_studies(studies, folder / "all").evaluations, 2U);
    study.record(space(), some_metric(), {}, archs, column_of({3, 4}), 1);
    EXPECT_EQ(merge_studies(studies, folder / "all").evaluations, 4U) << "the longer copy";
    EXPECT_THAT(message_of([&] { merge_studies(studies, folder / "a"); }), HasSubstr("in use by"));
}

TEST(Merge, TakesStudiesOfOlderSchemas) {
    const Folder folder;
    const auto archs = sample(space(), 1, Rng(1), 224);
    {
        Study study(folder / "a");
        study.record(space(), some_metric(), {}, archs, column_of({1}), 1);
    }
    {
        Study study(folder / "a");
        study.set_reference_ms(space(), some_metric(), {}, 224, 5);
    }
    {  // which schema 2 took to be on the scale of the one before
        Study study(folder / "a");
        study.record(space(), some_metric(), {}, archs, column_of({3}), 1);
    }
    sql(folder / "a",
        "ALTER TABLE sessions DROP COLUMN uid; ALTER TABLE evaluations DROP COLUMN estimate; "
        "ALTER TABLE evaluations DROP COLUMN at_best; ALTER TABLE evaluations DROP COLUMN trials; "
        "PRAGMA user_version = 2");
    fs::copy_file(folder / "a", folder / "b");
    const std::vector studies{(folder / "a").string(), (folder / "b").string()};
    EXPECT_EQ(merge_studies(studies, folder / "all").evaluations, 2U) << "two copies of one";
    const auto all = dump(folder / "all");
    EXPECT_THAT(all, HasSubstr("reference_times\n1|2|1|1|1|224|5.0|\n2|3|1|1|1|224|5.0|\n"));
    { const Study brought_up_to_date(folder / "b"); }
    EXPECT_EQ(merged(folder, studies, "again"), all);
}

TEST(Merge, RefusesWhatIsNoStudyAndSessionsThatWereChanged) {
    const Folder folder;
    const auto archs = sample(space(), 1, Rng(1), 224);
    {
        Study study(folder / "a");
        study.record(space(), some_metric(), {}, archs, column_of({1}), 1);
    }
    fs::copy_file(folder / "a", folder / "b");
    sql(folder / "b", "UPDATE evaluations SET value = 2");
    const auto merge = [&](const char* other, const char* into) {
        return message_of([&] {
            merge_studies(std::vector{(folder / "a").string(), (folder / other).string()},
                          folder / into);
        });
    };
    EXPECT_THAT(merge("b", "all"), HasSubstr("has other rows than the same one in"));
    EXPECT_FALSE(fs::exists(folder / "all"));
    std::ofstream(folder / "x.csv") << std::string(300, 'x');
    EXPECT_THAT(merge("x.csv", "all"), HasSubstr("x.csv"));
    EXPECT_THAT(merge("missing", "all"), HasSubstr("missing"));
    EXPECT_THAT(merge("a", "x.csv"), HasSubstr("x.csv")) << "not written over";
    EXPECT_EQ(fs::file_size(folder / "x.csv"), 300U);
}

}  // namespace
}  // namespace blockscope
