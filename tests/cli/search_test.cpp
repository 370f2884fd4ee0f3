#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"

#include "program.hpp"
#include "tests/test_data.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;

CsvTable csv(const fs::path& folder, const std::string& name) {
    return parse_csv(read_file(folder / name), name);
}

const std::string small = " --initial 20 --iterations 3 --children 20 --quiet ";

TEST(SearchVerb, WritesFrontsHistoryAndSummary) {
    const auto folder = scratch("search");
    const auto r =
        run("search ofa-mbv3 --maximize params --minimize macs --limit 'macs <= 300e6' "
            "--seeds 1-2,7 --reference params=4e6 --reference macs=4e8 -o " +
            folder.string() + small);
    ASSERT_EQ(r.code, 0) << r.text;
    const auto front = csv(folder, "front.csv");
    EXPECT_EQ(front.header,
              (std::vector<std::string>{"seed", "arch", "resolution", "params", "macs",
                                        "contribution", "on_joint_front", "probability"}));
    double contributed = 0;
    int joint = 0;
    for (std::size_t i = 0; i < front.rows.size(); ++i) {
        EXPECT_LE(front.number(i, 4), 300e6);
        contributed += front.rows[i][0] == "7" ? front.number(i, 5) : 0;
        joint += front.rows[i][6] == "yes";
    }
    EXPECT_GT(joint, 0);
    const auto history = csv(folder, "history.csv");
    EXPECT_EQ(history.header, (std::vector<std::string>{"seed", "iteration", "arch", "resolution",
                                                        "params", "macs", "keeps_limits"}));
    for (std::size_t i = 0; i < history.rows.size(); ++i) {
        const bool keeps = history.number(i, 5) <= 300e6;
        EXPECT_EQ(history.rows[i][6], keeps ? "yes" : "no");
        EXPECT_EQ(history.rows[i][4].empty(), !keeps);
    }
    const auto summary = nlohmann::json::parse(read_file(folder / "summary.json"));
    ASSERT_EQ(summary.at("runs").size(), 3U);
    const auto& last = summary.at("runs")[2];
    EXPECT_EQ(last.at("seed"), 7);
    EXPECT_EQ(last.at("asked"), 80);
    EXPECT_EQ(last.at("hypervolume_after_iterations").size(), 4U);
    EXPECT_GE(last.at("hypervolume").get<double>(), contributed);
    EXPECT_EQ(summary.at("objectives")[1].at("reference"), 4e8);
    EXPECT_EQ(summary.at("limits")[0].at("excludes_nothing"), false);
    EXPECT_GT(summary.at("limits")[0].at("smallest_of_space"), 1e8);
}

TEST(SearchVerb, SameSeedGivesTheSameBytesForAnyNumberOfThreads) {
    for (const auto* algorithm :
         {"random-mutation", "nsga2", "regularized-evolution", "surrogate", "random"}) {
        std::set<std::string> fronts;
        std::set<std::string> histories;
        for (const auto* threads : {"1", "4"}) {
            const auto folder = scratch("search_threads");
            const auto r =
                run("search resnet50 --maximize accuracy/ofa-predictor --minimize macs "
                    "--limit 'params<=20e6' --algorithm " +
                    std::string(algorithm) + " --threads " + threads + " -o " + folder.string() +
                    small);
            ASSERT_EQ(r.code, 0) << r.text;
            fronts.insert(read_file(folder / "front.csv"));
            histories.insert(read_file(folder / "history.csv"));
        }
        EXPECT_EQ(fronts.size(), 1U) << algorithm;
        EXPECT_EQ(histories.size(), 1U) << algorithm;
    }
}

TEST(SearchVerb, TakesSeveralResolutionsAsAChoice) {
    std::set<std::string> histories;
    const auto folder = scratch("search_resolutions");
    for (const auto* how : {"--threads 1 --resolution 192,224,160",
                            "--threads 3 --resolution 224 "
                            "--resolution 160 --resolution 192 --resolution 160"}) {
        const auto r = run("search ofa-mbv3 --maximize params --minimize macs --seed 3 " +
                           std::string(how) + " -o " + folder.string() + small);
        ASSERT_EQ(r.code, 0) << r.text;
        histories.insert(read_file(folder / "history.csv"));
    }
    EXPECT_EQ(histories.size(), 1U);
    std::set<std::string> sides;
    const auto history = csv(folder, "history.csv");
    for (const auto& row : history.rows) sides.insert(row[3]);
    EXPECT_EQ(sides, (std::set<std::string>{"160", "192", "224"}));
    // the sides have the same parameters, and the smallest the fewest operations
    const auto front = csv(folder, "front.csv").rows;
    const auto smallest =
        std::count_if(front.begin(), front.end(), [](const auto& row) { return row[2] == "160"; });
    EXPECT_GT(2 * smallest, static_cast<long>(front.size()));
    const auto summary = nlohmann::json::parse(read_file(folder / "summary.json"));
    EXPECT_EQ(summary.at("resolutions"), (std::vector<int>{160, 192, 224}));
    const auto alone = scratch("search_one_resolution");
    const auto one = "search ofa-mbv3 --maximize params --minimize macs --seed 3 --resolution ";
    ASSERT_EQ(run(one + ("224 -o " + alone.string()) + small).code, 0);
    const auto compared = run("compare " + alone.string() + " " + folder.string() + " -o " +
                              scratch("compared").string());
    EXPECT_EQ(compared.code, 0) << compared.text;
}

TEST(SearchVerb, RefusesALimitThatNoNetworkKeepsWithTheBestValue) {
    const auto folder = scratch("search_infeasible");
    const auto space = nlohmann::json::parse(run("space ofa-mbv3 --json").text);
    const auto r = run("search ofa-mbv3 --minimize macs --limit 'macs<=1e6' -o " + folder.string());
    EXPECT_EQ(r.code, 4);
    const auto least = std::to_string(space.at("macs").at("least").get<long long>());
    EXPECT_NE(r.text.find("the smallest is " + least + " MACs"), std::string::npos) << r.text;
    EXPECT_FALSE(fs::exists(folder / "front.csv"));
    const auto both = run("search ofa-mbv3 --minimize macs --limit 'macs<=" + least +
                          "' --limit 'params>=8e6' -o " + folder.string() + small);
    EXPECT_EQ(both.code, 4);
    EXPECT_NE(both.text.find("nearest: "), std::string::npos) << both.text;
}

TEST(SearchVerb, SaysThatALimitExcludesNothing) {
    const auto folder = scratch("search_loose");
    const auto r =
        run("search ofa-mbv3 --algorithm max-accuracy --maximize macs --limit "
            "'macs<=9e9' -o " +
            folder.string());
    EXPECT_EQ(r.code, 0);
    EXPECT_NE(r.text.find("excludes nothing"), std::string::npos) << r.text;
    EXPECT_EQ(csv(folder, "front.csv").rows.size(), 10U);
}

// A front is where another search goes on, and what is not of its space stays out.
TEST(SearchVerb, StartsWithWhatIsGiven) {
    const auto folder = scratch_folder("search_start");
    const std::string what = "search ofa-mbv3 --maximize params --minimize macs --seed 4";
    const auto whole = (folder / "whole").string();
    ASSERT_EQ(run(what + " -o " + whole + small).code, 0);
    const auto on = (folder / "on").string();
    const auto r = run(what + " --initial 1 --iterations 1 --children 5 --start " + whole +
                       "/front.csv -o " + on);
    ASSERT_EQ(r.code, 0) << r.text;
    const auto given = csv(whole, "front.csv").rows;
    const auto history = csv(on, "history.csv").rows;
    ASSERT_GE(history.size(), given.size());
    for (std::size_t i = 0; i < given.size(); ++i) EXPECT_EQ(history[i][2], given[i][1]);
    const auto summary = nlohmann::json::parse(read_file(fs::path(on) / "summary.json"));
    EXPECT_EQ(summary.at("algorithm").at("started_with"), given.size());
    const auto outside = run(what + " --resolution 192 --start " + whole + "/front.csv -o " + on +
                             " --initial 20 --iterations 1 --children 5");
    EXPECT_EQ(outside.code, 0);
    EXPECT_NE(outside.text.find("0 networks of "), std::string::npos) << outside.text;
    EXPECT_EQ(run(what + " --start nowhere.csv -o " + on).code, 3);
}

TEST(SearchVerb, SaysWhatItFound) {
    const auto folder = scratch("search_says");
    const std::string few = " --initial 20 --iterations 3 --children 20 --seeds 2-3 -o ";
    const auto front = run("search ofa-mbv3 --maximize accuracy --minimize macs --minimize params" +
                           few + folder.string());
    ASSERT_EQ(front.code, 0) << front.text;
    for (const auto* words : {"on the front: accuracy ", " MACs",
                              "knee, where the front bulges "
                              "most, of seed 2: e",
                              "hypervolume ", "% x MACs x parameters"}) {
        EXPECT_NE(front.text.find(words), std::string::npos) << words << "\n" << front.text;
    }
    const auto best = run("search ofa-mbv3 --maximize accuracy" + few + folder.string());
    EXPECT_NE(best.text.find("best network, of seed "), std::string::npos) << best.text;
    EXPECT_EQ(best.text.find("hypervolume"), std::string::npos) << best.text;
}

TEST(SearchVerb, RefusesWhatDoesNotGoTogether) {
    const auto folder = scratch("search_refused").string();
    for (const auto* wrong :
         {"--algorithm nsga3 --minimize macs", "",
          "--algorithm max-accuracy --maximize params --minimize macs",
          "--minimize macs --limit macs", "--minimize macs --limit 'macs<=much'",
          "--minimize macs --limit '<=3'", "--minimize macs --maximize macs",
          "--minimize macs --seeds 5-1", "--minimize macs --seeds x", "--minimize macs --initial 0",
          "--minimize macs --minimize params --reference macs=1e9",
          "--minimize macs --reference params=1e9"}) {
        const auto r = run("search ofa-mbv3 " + std::string(wrong) + " -o " + folder);
        EXPECT_EQ(r.code, 2) << wrong << "\n" << r.text;
    }
    EXPECT_EQ(run("search ofa-mbv3 --minimize mac -o " + folder).code, 3);
    EXPECT_FALSE(fs::exists(folder + "/front.csv"));
}

// The second run finds every measured network in the study.
TEST(SearchVerb, MeasuresNothingTwice) {
    const auto folder = scratch_folder("search_measured");
    const std::string command = "search " + tiny_space(folder) +
                                " --maximize params --minimize latency/host " +
                                "--initial 4 --iterations 2 --children 3 --quiet --study " +
                                (folder / "study.sqlite").string();
    for (const auto* name : {"once", "again"}) {
        const auto r = run(command + " -o " + (folder / name).string());
        ASSERT_EQ(r.code, 0) << r.text;
    }
    EXPECT_EQ(read_file(folder / "once" / "history.csv"),
              read_file(folder / "again" / "history.csv"));
    const auto sessions = [&](const char* name) {
        const auto summary = nlohmann::json::parse(read_file(folder / name / "summary.json"));
        int count = 0;
        for (const auto& [key, value] : summary.at("provenance").items()) {
            count += key.find(": session ") != std::string::npos;
        }
        return count;
    };
    EXPECT_EQ(sessions("once"), 1);
    EXPECT_EQ(sessions("again"), 1);
}

// The published accuracy and latency predictors: the front climbs beyond what chance finds.
TEST(SearchVerb, BeatsChanceByPublishedPredictors) {
    NEEDS_DATA("predictors/ofa_mbv3_latency_npu.safetensors");
    const auto model = [](const char* name) {
        return "model:" + (data_directory() / "predictors" / name).string();
    };
    const auto accuracy = model("ofa_mbv3_accuracy.safetensors");
    const auto latency = model("ofa_mbv3_latency_npu.safetensors");
    std::vector<double> volumes;
    for (const auto* algorithm : {"random-mutation", "nsga2", "random"}) {
        const auto folder = scratch("search_published");
        const auto r = run("search ofa-mbv3 --maximize " + accuracy + " --minimize " + latency +
                           " --reference " + accuracy + "=70 --reference " + latency +
                           "=100 --iterations 4 --children 100 --quiet --algorithm " + algorithm +
                           " -o " + folder.string());
        ASSERT_EQ(r.code, 0) << r.text;
        const auto summary = nlohmann::json::parse(read_file(folder / "summary.json"));
        volumes.push_back(summary.at("runs")[0].at("hypervolume"));
    }
    EXPECT_GT(volumes[0], volumes[2]);
    EXPECT_GT(volumes[1], volumes[2]);
}

}  // namespace
}  // namespace blockscope
