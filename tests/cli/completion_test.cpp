#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
using testing::Not;

/// What bash offers for a line that ends in the word to complete.
std::string offered(const std::string& words) {
    const auto folder = scratch_folder("completion");
    write_file(folder / "mine.toml", "");
    write_file(folder / "mine.csv", "");
    write_file(folder / "script", "source ./completion\nCOMP_WORDS=(" + words +
                                      ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_blockscope\n"
                                      "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    return run_shell("cd " + folder.string() +
                     " && " BLOCKSCOPE_BINARY " completion bash -o completion && bash script")
        .text;
}

TEST(Completion, OffersVerbsSpacesMetricsChoicesAndFilesInBash) {
    EXPECT_EQ(offered("blockscope prof"), "profile\n");
    EXPECT_THAT(offered("blockscope ''"), HasSubstr("completion\n"));
    EXPECT_EQ(offered("blockscope profile resn"), "resnet50\n");
    EXPECT_THAT(offered("blockscope profile min"), HasSubstr("mine.toml"));
    EXPECT_THAT(offered("blockscope profile min"), Not(HasSubstr("mine.csv")));
    EXPECT_EQ(offered("blockscope profile ofa-mbv3 --metric latency/n"), "latency/note10\n");
    EXPECT_EQ(offered("blockscope profile ofa-mbv3 --estimator p"), "pooled\n");
    EXPECT_THAT(offered("blockscope profile ofa-mbv3 --data min"), HasSubstr("mine.csv"));
    EXPECT_EQ(offered("blockscope profile ofa-mbv3 --perc"), "--percentiles\n");
    EXPECT_EQ(offered("blockscope search --maximize par"), "params\n");
    EXPECT_THAT(offered("blockscope profile ofa-mbv3 --pa"), Not(HasSubstr("--part")));
}

TEST(Completion, IsAScriptThatZshTakes) {
    if (run_shell("command -v zsh").code != 0) GTEST_SKIP() << "zsh is not installed";
    EXPECT_EQ(run_shell(BLOCKSCOPE_BINARY " completion zsh | zsh -n").text, "");
}

TEST(ManualPage, HasEveryVerbAndOption) {
    const std::string page = run("completion man").text;
    EXPECT_THAT(page, testing::StartsWith(".TH BLOCKSCOPE 1"));
    for (const char* part : {".SH PROFILE", "\\-\\-percentiles", ".SH EXIT STATUS", ".SH SEARCH",
                             "definition, published"}) {
        EXPECT_THAT(page, HasSubstr(part));
    }
    for (const auto line : split(page, '\n')) EXPECT_FALSE(line.starts_with('\'')) << line;
}

TEST(ManualPage, IsSetWithoutComplaint) {
    if (run_shell("command -v groff").code != 0) GTEST_SKIP() << "groff is not installed";
    EXPECT_EQ(run_shell(BLOCKSCOPE_BINARY " completion man | groff -man -ww -z -Tascii").text, "");
}

TEST(Description, RefusesAShellItDoesNotKnow) {
    const Outcome fish = run("completion fish");
    EXPECT_EQ(fish.code, 2);
    EXPECT_THAT(fish.text, HasSubstr("bash"));
}

}  // namespace
}  // namespace blockscope
