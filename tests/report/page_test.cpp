#include "blockscope/report/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/report/html.hpp"
#include "blockscope/report/report.hpp"
#include "blockscope/report/text_table.hpp"

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t n = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++n;
    return n;
}

/// A page in which everything that a user can name has this name.
std::string page_named(const std::string& name) {
    ReportSources sources;
    sources.space = grid_space();
    sources.space->name = name;
    sources.profiles = {made_up_profile(*sources.space, name, name, name),
                        made_up_profile(*sources.space, name + "2", "ms", name)};
    sources.facts = {{name, name}};
    sources.notes = {name};
    return page_html(report_page(sources, name));
}

TEST(Page, HasNoMarkupAndNoScriptFromNames) {
    const std::string plain = page_named("name");
    for (const std::string name :
         {"<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", "<!--<script>",
          "\" onmouseover=\"alert(1)", "' onfocus='alert(1)", "]]><svg/onload=alert(1)>",
          "line\nbreak\t\x01 \x7f", "\u202e\u0000\U0001F600 \u2028", "\xff\xfe broken", "&lt;b&gt;",
          "${alert(1)}", "{{7*7}}", "\\\"><script>", "datum.x', alert(1), '"}) {
        SCOPED_TRACE(name);
        const std::string page = page_named(name);
        for (const char* tag :
             {"<script", "</script", "<img", "<svg", "<!--", "onmouseover=\"", "<figure", "<b>"}) {
            EXPECT_EQ(occurrences(page, tag), occurrences(plain, tag)) << tag;
        }
    }
}

// the same as a law: whatever a name is, the page has the elements of a plain one
RC_GTEST_PROP(Page, HasTheSameElementsWhateverNamesAre, ()) {
    const auto name = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::elementOf(std::string("<>&\"'/!-=script${}`\\\n")), rc::gen::arbitrary<char>()));
    static const std::string plain = page_named("name");
    const std::string page = page_named(name);
    for (const char* tag : {"<script", "</script", "<!--", "<div", "<figure", "<li", "<dd"}) {
        RC_ASSERT(occurrences(page, tag) == occurrences(plain, tag));
    }
}

TEST(Page, ForbidsTheNetworkAndScriptsThatAreNotItsOwn) {
    const std::string page = page_named("name");
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    EXPECT_THAT(page, Not(HasSubstr("unsafe-eval")));
    EXPECT_THAT(page, Not(HasSubstr("<script src")));
    EXPECT_EQ(occurrences(page, "<link"), 1u);  // the icon, which is nothing
}

TEST(Page, LeavesOutSectionsWithNothingInThem) {
    ReportSources sources;
    sources.facts = {{"seed", "1"}};
    const std::string page = page_html(report_page(sources));
    EXPECT_THAT(page, Not(HasSubstr("Which blocks")));
    EXPECT_THAT(page, HasSubstr("Where the numbers come from"));
}

TEST(Page, LeavesHostNamesOutWhereAsked) {
    ReportSources sources;
    sources.facts = {{"session", R"({"host":"secret-box","load":"1"})"},
                     {"quoted", R"({"conditions":"{\"host\":\"other\",\"load\":\"1\"}"})"},
                     {"command", "blockscope measure -o /secret-box/m.csv"}};
    remove_hosts(sources);
    EXPECT_EQ(sources.facts[0].second, R"({"load":"1"})");
    EXPECT_EQ(sources.facts[1].second, R"({"conditions":"{\"load\":\"1\"}"})");
    EXPECT_EQ(sources.facts[2].second, "blockscope measure -o //m.csv");
}

TEST(Page, LinksExportedNetworksWhateverTheirNames) {
    ReportSources sources;
    sources.onnx = {"studies/javascript:alert(1).onnx"};
    const std::string page = page_html(report_page(sources, "", "studies"));
    EXPECT_THAT(page, HasSubstr("href=\"./javascript%3Aalert%281%29.onnx\""));
}

TEST(Sources, SayWhatIsWrongWithADirectory) {
    const auto message = [](const std::string& directory) {
        try {
            (void)read_sources({directory}, "");
        } catch (const Error& e) {
            return std::string(e.what());
        }
        return std::string();
    };
    const auto empty = std::filesystem::temp_directory_path() / "blockscope-report-empty";
    std::filesystem::create_directories(empty);
    EXPECT_THAT(message(empty.string()), HasSubstr("has nothing that profile"));
    write_file(empty / "profile.json", "{");
    EXPECT_THAT(message(empty.string()), HasSubstr("profile.json"));
    std::filesystem::remove_all(empty);
    EXPECT_THAT(message("no/such/place"), HasSubstr("is no directory"));
}

TEST(ScriptText, IsTheSameJson) {
    const std::string text = R"(["</script>", "<!-- <SCRIPT", "a<b", "</Script>"])";
    EXPECT_EQ(occurrences(script_json(text), "<"), 0u);
    EXPECT_EQ(nlohmann::json::parse(script_json(text)), nlohmann::json::parse(text));
    EXPECT_EQ(script_code("if (a<b) t = '</Script>'"), "if (a<b) t = '\\u003c/Script>'");
}

TEST(TextTable, IsLatexAndMarkdownWithTheirSpecialCharactersEscaped) {
    const TextTable table{
        "50 % of a_b", {"metric", "value [ms]"}, {{"a_b & c|d", "1.2 \u00b1 0.1"}}};
    EXPECT_EQ(latex_table(table),
              "% 50 \\% of a\\_b\n\\begin{tabular}{lr}\n\\toprule\n"
              "metric & value [ms] \\\\\n\\midrule\n"
              "a\\_b \\& c$\\mid$d & 1.2 $\\pm$ 0.1 \\\\\n\\bottomrule\n\\end{tabular}\n");
    EXPECT_EQ(markdown_table(table),
              "**50 % of a\\_b**\n\n| metric | value \\[ms\\] |\n|---|---:|\n"
              "| a\\_b & c\\|d | 1.2 \u00b1 0.1 |\n\n");
    EXPECT_THAT(html_table(table), HasSubstr("<td>a_b &amp; c|d</td>"));
}

}  // namespace
}  // namespace blockscope
