#include <cctype>
#include <csignal>
#include <cstdlib>
#include <set>
#include <utility>

#include <CLI/Version.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/text.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const std::vector<std::string> verbs{"spaces",  "space",   "metrics", "sample",    "evaluate",
                                     "measure", "profile", "prune",   "explain",   "suggest",
                                     "search",  "compare", "fit",     "export",    "check",
                                     "merge",   "report",  "doctor",  "completion"};

/// The text itself where CLI11 lays help out as it did for the golden files, else its words: other
/// versions differ in columns, brackets and the order of their own remarks.
std::string as_laid_out(const std::string& text) {
    if (std::string(CLI11_VERSION) == "2.1.2") return text;
    std::set<std::string> words;
    std::string word;
    for (const char c : text + " ") {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-') {
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!word.empty()) {
            words.insert(std::exchange(word, ""));
        }
    }
    return testing::PrintToString(words);
}

// BLOCKSCOPE_UPDATE_GOLDEN=1 writes what is compared with otherwise.
TEST(Help, IsAsItWasReviewed) {
    const fs::path golden = fs::path(BLOCKSCOPE_SOURCE_DIR) / "tests/golden/help";
    std::vector<std::pair<std::string, std::string>> helps{{"blockscope", run("--help").text}};
    for (const auto& verb : verbs) helps.emplace_back(verb, run(verb + " --help").text);
    helps.emplace_back("train", run("train --help").text);  // its example needs images
    for (const auto& [name, text] : helps) {
        const auto path = golden / (name + ".txt");
        if (std::getenv("BLOCKSCOPE_UPDATE_GOLDEN") != nullptr) write_file(path, text);
        EXPECT_EQ(as_laid_out(read_file(path)), as_laid_out(text))
            << "BLOCKSCOPE_UPDATE_GOLDEN=1 makes this the expected one";
    }
}

TEST(Help, HasAnExampleThatRunsForEveryVerb) {
    const auto directory = scratch_folder("help");
    std::string table =  // that `fit` takes
        run("sample ofa-mbv3 -n 40 --quiet -o " + (directory / "archs.csv").string() +
            " && " BLOCKSCOPE_BINARY " evaluate ofa-mbv3 --quiet --metric macs --archs " +
            (directory / "archs.csv").string())
            .text;
    write_file(directory / "table.csv", table.replace(table.find("macs"), 4, "latency_ms"));
    for (const char* shard : {"1/2", "2/2"}) {  // that `merge` takes
        (void)run("measure " + tiny_space(directory) + " -n 2 --visits 1 --shard " + shard +
                  " -o " + (directory / "m.csv").string());
    }
    for (const auto& verb : verbs) {
        SCOPED_TRACE(verb);
        const Outcome help = run(verb + " --help");
        EXPECT_EQ(help.code, 0);
        const auto at = help.text.find("Example:\n  blockscope ");
        ASSERT_NE(at, std::string::npos);
        auto example = help.text.substr(at + 22);
        example = example.substr(0, example.find('\n'));
        const auto ran =
            run_shell("cd " + directory.string() + " && " + BLOCKSCOPE_BINARY + " " + example);
        EXPECT_EQ(ran.code, 0) << ran.text;
    }
}

TEST(Config, IsWhatDumpConfigWrites) {
    const auto folder = scratch_folder("config");
    const auto file = (folder / "c.toml").string();
    const auto in_folder = "cd " + folder.string() + " && " BLOCKSCOPE_BINARY " ";
    const std::string typed =
        "profile resnet50 --metric macs --metric 'params' --percentiles 10,50.5 --level 0.9 "
        "--protocol published --no-host -o p";
    ASSERT_EQ(run_shell(in_folder + typed + " --dump-config >c.toml").code, 0);
    EXPECT_FALSE(fs::exists(folder / "p")) << "it did more than dump";
    // the file says the same as what was typed: dumping it gives the file again
    EXPECT_EQ(run("profile --dump-config --config " + file).text, read_file(file));
    ASSERT_EQ(run_shell(in_folder + "profile --quiet --config c.toml").code, 0);
    const auto from_config = read_file(folder / "p/placements.csv");
    ASSERT_EQ(run_shell(in_folder + typed).code, 0);
    EXPECT_EQ(read_file(folder / "p/placements.csv"), from_config);
}

TEST(Config, GivesWayToWhatIsTyped) {
    const auto folder = scratch_folder("typed");
    write_file(folder / "c.toml", "n = 3\nseed = 9\nspace = 'resnet50'\nquiet = true\n");
    const auto config = " --config " + (folder / "c.toml").string();
    const auto three = run("sample" + config);
    EXPECT_EQ(three.code, 0);
    EXPECT_EQ(three.text, run("sample resnet50 -n 3 --seed 9 --quiet").text);
    EXPECT_EQ(run("sample -n 2" + config).text, run("sample resnet50 -n 2 --seed 9 --quiet").text);
    EXPECT_EQ(run("sample ofa-mbv3" + config).text,
              run("sample ofa-mbv3 -n 3 --seed 9 --quiet").text);
}

TEST(Config, TemplateNamesWhatIsStillMissing) {
    const auto dumped = run("evaluate --dump-config");
    EXPECT_EQ(dumped.code, 0);
    EXPECT_THAT(dumped.text, HasSubstr("# metric = \n"));
    EXPECT_THAT(dumped.text, HasSubstr("output = \"-\"\n"));
}

/// The events of --log-json; data that goes to standard output is thrown away.
std::vector<nlohmann::json> events(const std::string& arguments) {
    std::vector<nlohmann::json> list;
    const auto text = run(arguments + " --log-json 2>&1 >/dev/null").text;
    for (const auto line : split(text, '\n')) {
        if (!line.empty()) list.push_back(nlohmann::json::parse(line));
    }
    return list;
}

TEST(LogJson, SaysOneObjectALine) {
    const auto folder = scratch_folder("json");
    const auto space = tiny_space(folder);
    const auto list = events("profile " + space + " --metric latency/host --budget 2s -v -o " +
                             (folder / "p").string());
    std::map<std::string, int> count;
    for (const auto& event : list) {
        ++count[event.at("event").get<std::string>()];
        if (event.at("event") != "progress") continue;
        EXPECT_EQ(event.at("unit"), "s");
        EXPECT_EQ(event.at("total"), 2);
        EXPECT_LE(event.at("done"), 2);
    }
    EXPECT_GE(count["progress"], 1);
    EXPECT_GE(count["summary"], 2);
    EXPECT_GE(count["detail"], 5);
    EXPECT_EQ(list.back().at("event"), "end");
    EXPECT_EQ(list.back().at("exit_code"), 0);
}

TEST(LogJson, SaysErrorsWithTheirCode) {
    for (const auto& [arguments, code] :
         {std::pair{"space nowhere", 3}, {"sample", 2}, {"sample ofa-mbv3 -o /dev/full", 1}}) {
        const auto list = events(arguments);
        ASSERT_EQ(list.size(), 1) << arguments;
        EXPECT_EQ(list[0].at("event"), "error");
        EXPECT_EQ(list[0].at("exit_code"), code);
        EXPECT_FALSE(list[0].at("message").get<std::string>().empty());
    }
}

TEST(ProgressBar, CountsSecondsOfATimeBudgetOnATerminalAndIsGoneAtTheEnd) {
    const auto folder = scratch_folder("bar");
    const auto r = run_shell("python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' " +
                             std::string(BLOCKSCOPE_BINARY) + " profile " + tiny_space(folder) +
                             " --metric latency/host --budget 1s -o " + (folder / "p").string());
    EXPECT_EQ(r.code, 0) << r.text;
    const auto bar = r.text.find("\r\x1b[K[");
    ASSERT_NE(bar, std::string::npos) << r.text;
    EXPECT_THAT(r.text.substr(bar), HasSubstr("latency/host at 48x48: "));
    EXPECT_THAT(r.text.substr(bar), HasSubstr(" of 1 s, "));
    EXPECT_EQ(r.text.find("per s"), std::string::npos) << "seconds are no items";
    const auto last_bar = r.text.rfind("\r\x1b[K[");
    EXPECT_THAT(r.text.substr(last_bar + 1), HasSubstr("\r\x1b[K")) << "it was not cleared";
}

TEST(Quiet, SaysNothingButErrors) {
    EXPECT_EQ(run("sample ofa-mbv3 -n 3 --quiet 2>&1 >/dev/null").text, "");
    EXPECT_NE(run("sample ofa-mbv3 -n 3 2>&1 >/dev/null").text, "");
    EXPECT_NE(run("sample ofa-mbv -n 3 --quiet 2>&1 >/dev/null").text, "");
}

TEST(Architectures, MayBeListsOfListsOnTheCommandLine) {
    const auto r =
        run("evaluate ofa-mbv3 --metric macs --quiet "
            "--arch \"[['mbconv3_e3_k3','mbconv3_e3_k3'],['mbconv3_e3_k3','mbconv3_e3_k3'],"
            "['mbconv3_e3_k3','mbconv3_e3_k3'],['mbconv3_e3_k3','mbconv3_e3_k3'],"
            "['mbconv3_e3_k3','mbconv3_e3_k3']]\" --arch \"{'ks':3,'e':3,'d':2}\"");
    EXPECT_EQ(r.text,
              "arch,resolution,macs\n"
              "e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3,224,193078200\n"
              "e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3,224,193078200\n");
}

}  // namespace
}  // namespace blockscope
