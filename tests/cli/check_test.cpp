#include <map>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"

#include "program.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// Rows of the table by verdict, of those whose source or what contains `text`.
std::map<std::string, int> verdicts(const std::filesystem::path& file, const std::string& text) {
    const auto csv = parse_csv(read_file(file), file.string());
    std::map<std::string, int> count;
    for (const auto& row : csv.rows) {
        const auto name = row[csv.column("source")] + ": " + row[csv.column("what")];
        if (name.find(text) != std::string::npos) ++count[row[csv.column("verdict")]];
    }
    return count;
}

TEST(CheckPaper, WithoutDataSaysWhatEachRowNeeds) {
    const Outcome r = run("check paper");
    EXPECT_EQ(r.code, 0);
    EXPECT_THAT(r.text, HasSubstr("needs OFA's Note10 tables (--lut)"));
    EXPECT_THAT(r.text, HasSubstr("the latency models of ResNet50 were never published"));
    EXPECT_THAT(r.text, HasSubstr(" 0 FAIL, "));
    const auto json = nlohmann::json::parse(run("check paper --json --quiet").text);
    EXPECT_EQ(json.at("fail"), 0);
    EXPECT_EQ(json.at("pass").get<std::size_t>() + json.at("not_checkable").get<std::size_t>(),
              json.at("rows").size());
    EXPECT_EQ(run("check book").code, 2);
    const Outcome absent = run("check paper --predictors /nowhere");
    EXPECT_EQ(absent.code, 3);
    EXPECT_THAT(absent.text, HasSubstr("/nowhere"));
}

TEST(CheckPaper, FindsThePublishedFiguresInThePublishedFiles) {
    NEEDS_DATA("original/note10");
    const auto file = scratch("paper.csv");
    const auto data = (data_directory() / "original").string();
    const Outcome r = run("check paper -n 1000 --predictors " + data + " --lut " + data +
                          "/note10 -o " + file.string());
    EXPECT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr(" 0 FAIL, "));
    EXPECT_EQ(verdicts(file, "Figure 2: Note10"), (std::map<std::string, int>{{"pass", 27}}));
    EXPECT_EQ(verdicts(file, "Figure 2: NPU latency, OFA: MBConv"),
              (std::map<std::string, int>{{"pass", 27}}));
    EXPECT_GE(verdicts(file, "")["pass"], 500);
}

TEST(CheckPaper, SearchesWithoutDataSayWhatTheyNeed) {
    const auto file = scratch("searches.csv");
    const Outcome r = run("check paper --searches -o " + file.string());
    EXPECT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("11 panels not checkable"));
    const auto csv = parse_csv(read_file(file), "searches.csv");
    EXPECT_EQ(csv.rows.size(), 11U);
    EXPECT_EQ(csv.rows[0][csv.column("verdict")], "not checkable");
    const auto json = nlohmann::json::parse(run("check paper --searches --json --quiet").text);
    EXPECT_EQ(json.at("search_seeds"), 10);
    EXPECT_EQ(run("check paper --search-seeds 3").code, 2) << "only with --searches";
}

TEST(CheckPaper, FailsOnTablesThatWereTamperedWith) {
    NEEDS_DATA("original/note10");
    const auto folder = scratch_folder("tampered");
    const auto name = "224_lookup_table.yaml";
    auto text = read_file(data_directory() / "original" / "note10" / name);
    const auto number = text.find_first_of("0123456789", text.find("mean:"));
    text.replace(number, text.find_first_not_of("0123456789.", number) - number, "1.5");
    write_file(folder / name, text);
    const auto file = scratch("paper.csv");
    const Outcome r = run("check paper --lut " + folder.string() + " -o " + file.string());
    EXPECT_EQ(r.code, 1) << r.text;
    auto at_224 = verdicts(file, "Figure 2: Note10");
    EXPECT_EQ(at_224["FAIL"], 9);
    EXPECT_EQ(at_224["not checkable"], 18) << "tables of 208 and 192 are missing";
    EXPECT_THAT(read_file(file), HasSubstr("no look-up table for resolution 208"));
}

}  // namespace
}  // namespace blockscope
