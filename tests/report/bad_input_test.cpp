// Studies as people have them: parts missing, rows that failed, far too many rows, names that want
// to be code.
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/profile/profile_files.hpp"
#include "blockscope/report/report.hpp"

#include "tests/report/reported.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

fs::path scratch(const std::string& name) {
    const auto folder = fs::path(testing::TempDir()) / ("blockscope-bad-" + name);
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder;
}

/// What `search` writes: two seeds of accuracy over latency. history: rows behind the header.
void write_search_files(const fs::path& folder, const std::string& history,
                        const std::string& front, const std::string& metric = "latency/a") {
    json summary{{"space", "no built-in one"},
                 {"fingerprint", "x"},
                 {"resolutions", {32}},
                 {"algorithm", {{"name", "random"}}},
                 {"limits", json::array()},
                 {"objectives",
                  {{{"metric", "accuracy"}, {"column", "a"}, {"unit", "%"}, {"is", "maximised"}},
                   {{"metric", metric}, {"column", "t"}, {"unit", "ms"}, {"is", "minimised"}}}},
                 {"runs", {{{"seed", 1}}, {{"seed", 2}}}}};
    write_file(folder / "summary.json", summary.dump());
    write_file(folder / "history.csv",
               "seed,iteration,arch,resolution,a,t,keeps_limits\n" + history);
    write_file(folder / "front.csv",
               "seed,arch,resolution,a,t,contribution,on_joint_front,probability\n" + front);
}

const char* const few = "1,0,x,32,70,2,yes\n1,0,y,32,69,1,yes\n2,0,z,32,71,3,yes\n";
const char* const few_front = "1,x,32,70,2,1,yes,\n1,y,32,69,1,1,yes,\n2,z,32,71,3,1,yes,\n";

TEST(Study, WithoutProfilesShowsItsSearch) {
    const auto folder = scratch("search");
    write_search_files(folder, few, few_front);
    const auto sources = read_sources({folder.string()}, "");
    EXPECT_EQ(sources.notes.size(), 1u);  // its space is not built in
    const auto page = page_html(report_page(sources));
    EXPECT_THAT(page, HasSubstr("id=\"front-accuracy-latency-a\""));
    EXPECT_THAT(page, HasSubstr("Networks on the front of all seeds"));
    for (const char* section : {"blocks", "places", "devices", "insights", "quality"}) {
        EXPECT_THAT(page, Not(HasSubstr(fmt::format("<section id=\"{}\"", section))));
    }
    EXPECT_EQ(report_tables(sources).size(), 1u);
}

TEST(Study, OfOneMetricHasNothingToCompare) {
    ReportSources sources;
    sources.space = grid_space();
    sources.profiles = {made_up_profile(*sources.space, "latency/a", "ms")};
    const auto page = page_html(report_page(sources));
    EXPECT_THAT(page, HasSubstr("<section id=\"blocks\""));
    EXPECT_THAT(page, Not(HasSubstr("<figure id=\"overlay")));
    EXPECT_THAT(page, Not(HasSubstr("<section id=\"devices\"")));
}

TEST(Study, WithNothingKnownIsDrawnWithoutNumbers) {
    ReportSources sources;
    sources.space = grid_space();
    auto reported = made_up_profile(*sources.space, "latency/a", "ms");
    for (auto& cell : reported.profile.cells) {
        cell.mean = cell.delta = {};
        cell.percentiles = cell.percentile_deltas = {};
    }
    for (auto& block : reported.profile.blocks) block.response = {};
    for (auto& depth : reported.profile.depths) depth.effect = {};
    reported.profile.shares.clear();
    reported.profile.base = {};
    sources.profiles = {reported};
    const auto page = report_page(sources);
    EXPECT_EQ(page.sections[0].figures[0].id, "blocks-latency-a-at-32x32");
    for (const auto& section : page.sections) {
        for (const auto& figure : section.figures) {
            EXPECT_THAT(figure.spec + figure.svg, Not(HasSubstr("nan"))) << figure.id;
        }
    }
}

TEST(Study, WithFailedRowsLeavesThemOut) {
    const auto folder = scratch("failed");
    write_search_files(folder, std::string(few) + "2,1,failed,32,,,no\n2,1,half,32,75,,yes\n",
                       std::string(few_front));
    write_file(folder / "m.csv",
               "arch,resolution,t,t_low,t_high,standard_error,visits,trust,reason,context\n"
               "x,32,2,1.9,2.1,0.02,4,yes,,c\ny,32,,,,,0,no,\"out of memory, <b>\",c\n");
    write_file(folder / "m.json", R"({"space": "s", "metric": "t", "unit": "ms", "level": 0.95,
        "context": {}, "measuring": {}})");
    const auto sources = read_sources({folder.string()}, "");
    const auto page = page_html(report_page(sources));
    EXPECT_THAT(page, HasSubstr("1 of 2 networks failed or are flagged"));
    EXPECT_THAT(page, HasSubstr("out of memory, &lt;b&gt;"));
    EXPECT_THAT(page, Not(HasSubstr(":nan")));
    const auto spec = json::parse(front_figure(sources.searches).spec);
    EXPECT_EQ(spec["layer"][0]["data"]["values"].size(), 3u);  // corners of what is known
}

TEST(Study, WhoseFilesAreDamagedIsRefusedByName) {
    const auto refusal = [](const fs::path& folder) {
        try {
            (void)page_html(report_page(read_sources({folder.string()}, "")));
        } catch (const Error& e) {
            EXPECT_EQ(e.fault(), Fault::input);
            return std::string(e.what());
        }
        return std::string("read");
    };
    const auto folder = scratch("damaged");
    write_search_files(folder, few, few_front);
    EXPECT_EQ(refusal(folder), "read");
    write_search_files(folder, "1,0,x,32,many,2,yes\n", few_front);
    EXPECT_THAT(refusal(folder), HasSubstr("history.csv:2"));
    write_search_files(folder, few, "1,x,32,70,2,1,yes\n");
    EXPECT_THAT(refusal(folder), HasSubstr("front.csv:2"));
    write_file(folder / "summary.json", "[]");
    EXPECT_THAT(refusal(folder), HasSubstr("summary.json"));
    const auto models = scratch("models");
    write_file(models / "m.json", R"({"format": "blockscope-model", "version": 1})");
    EXPECT_THAT(refusal(models), HasSubstr("m.json"));
}

// the page holds what 10^6 networks say, not the networks
TEST(Study, OfAMillionRowsIsASmallPageThatSaysSo) {
    const auto folder = scratch("million");
    Rng rng(1);
    std::string history, front;
    for (int seed = 1; seed <= 2; ++seed) {
        for (int i = 0; i < 500000; ++i) {
            const double t = 1 + 9 * rng.uniform();
            history += fmt::format("{},{},e3k3,32,{:.4f},{:.4f},yes\n", seed, i / 1000,
                                   70 + t - rng.uniform(), t);
        }
        for (int i = 0; i < 3000; ++i) {
            front += fmt::format("{},e3k3-e6k7|e4k5-e4k5-e6k7-e3k3,32,{:.4f},{:.4f},1,yes,\n", seed,
                                 70 + i * 0.003, 1 + i * 0.003);
        }
    }
    write_search_files(folder, history, front);
    const auto sources = read_sources({folder.string()}, "");
    const auto page = report_page(sources);
    EXPECT_LT(page_html(page).size(), 3000000u);
    const auto figure = front_figure(sources.searches);
    EXPECT_LT(figure.spec.size(), 500000u);
    EXPECT_THAT(figure.caption, HasSubstr("1000000 networks seen, 5400 networks of the seeds'"));
    EXPECT_LT(hypervolume_figure(sources.searches).spec.size(), 100000u);
    EXPECT_THAT(networks_table(sources.searches[0]).title, HasSubstr("200 of 600"));
    fs::remove_all(folder);
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t n = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++n;
    return n;
}

/// A page of every kind of study, in which each text that a user can choose is this name; and all
/// drawings and tables.
std::string everything_named(const std::string& name) {
    ReportSources sources;
    sources.space = grid_space();
    sources.space->name = name;
    for (auto& block : sources.space->blocks) block.name += name;
    sources.profiles = {made_up_profile(*sources.space, name, "ms", name),
                        made_up_profile(*sources.space, name + "2", name, name)};
    ReportedSearch search{name, {}, {name}, {}, 0};
    search.record = {name,
                     name,
                     name,
                     {32},
                     {{name, name, Direction::larger_is_better},
                      {name + "2", name, Direction::smaller_is_better}},
                     {name},
                     {{1, {2, {-70, 1, -72, 2}}}, {2, {2, {-71, 1, -72, 3}}}}};
    search.front = {{"1", name, 32, {plus_minus(72, 1), exactly(2)}, {exactly(1)}, 1, false, name},
                    {"1", "e2k3|e2k3", 32, {exactly(70), exactly(1)}, {exactly(1)}, 1, true, ""}};
    sources.searches = {search};
    ReportedMeasurement measured;
    measured.study = measured.set.metric = measured.set.space = name;
    measured.set.unit = name;
    measured.set.level = 0.95;
    MeasuredNetwork network;
    network.arch = network.reason = name;
    network.resolution = 32;
    network.latency = plus_minus(2, 0.1);
    network.trusted = false;
    measured.set.networks = {network};
    measured.predictions = {{name, {name}, {32}, {plus_minus(2, 1)}}};
    measured.runs = {{name, "32", {1}, {2}, name}};
    measured.sessions = {{"quality" + name, name}};
    sources.measurements = {measured};
    ReportedModel model{name, {}};
    model.card.name = model.card.unit = model.card.kind = model.card.space = name;
    model.card.curve = {{10, 1, {}}};
    model.card.curve[0].error.ridge = 1;
    sources.models = {model};
    sources.facts = {{name, name}};
    sources.notes = {name};
    const Page page = report_page(sources, name);
    std::string text = page_html(page);
    for (const auto& section : page.sections) {
        for (const auto& figure : section.figures) text += figure.svg;
    }
    return text;
}

// whatever names are, the elements are those of a page with plain ones
RC_GTEST_PROP(Names, AreTextInEveryKindOfStudy, ()) {
    const auto piece = rc::gen::oneOf(
        rc::gen::elementOf(std::vector<std::string>{
            "<script>alert(1)</script>", "</script>", "<!--", "-->", "]]>", "<svg onload=alert(1)>",
            "\" onfocus=\"alert(1)", "' onclick='", "javascript:", "&lt;", "\n", "\xe2\x80\xa8",
            "${x}", "datum.y", "\\", "<style>", "</svg>", "\xff", "\u202e"}),
        rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
    const auto pieces = *rc::gen::container<std::vector<std::string>>(piece);
    std::string name = "a";  // no empty one
    for (const auto& p : pieces) name += p;
    static const std::string plain = everything_named("a");
    const std::string text = everything_named(name);
    for (const char* tag : {"<script", "</script", "<!--", "<svg", "</svg", "<style", "<img", "<a ",
                            "<div", "<figure", "<td", "<th", "<li", "<dd", "<text", "<button"}) {
        RC_ASSERT(occurrences(text, tag) == occurrences(plain, tag));
    }
    for (const char* handler : {" onload=\"", " onfocus=\"", " onclick=\"", " onerror=\""}) {
        RC_ASSERT(occurrences(text, handler) == 0u);
    }
}

}  // namespace
}  // namespace blockscope
