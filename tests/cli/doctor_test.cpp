#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Version, TellsWhatIsInAndOut) {
    const Outcome version = run("--version");
    EXPECT_EQ(version.code, 0);
    EXPECT_THAT(version.text, StartsWith("blockscope "));
    EXPECT_THAT(version.text, HasSubstr("\nin: engine onednn "));
    EXPECT_THAT(version.text, HasSubstr("\nout: "));
    EXPECT_THAT(version.text, HasSubstr("XGBoost"));
    EXPECT_THAT(version.text, HasSubstr("Python module"));
}

TEST(Doctor, NamesEveryEngineAndWhatLimitsTrust) {
    const Outcome doctor = run("doctor --json --quiet");
    EXPECT_EQ(doctor.code, 0);
    const auto rows = nlohmann::json::parse(doctor.text);
    std::string seen;
    for (const auto& row : rows) {
        seen += row["what"].get<std::string>() + ";";
        const std::string state = row["state"];
        EXPECT_TRUE(state == "good" || state == "note" || state == "missing") << row;
        if (state == "good") {
            EXPECT_TRUE(row["advice"].is_null()) << row;
        } else {
            EXPECT_TRUE(row["advice"].is_string()) << row;
        }
    }
    for (const char* what : {"engine onednn", "engine onnxruntime", "engine xnnpack", "governor",
                             "virtual machine", "load", "OpenMP threads"}) {
        EXPECT_THAT(seen, HasSubstr(std::string(what) + ";"));
    }
}

TEST(Doctor, SeesThreadsThatSpin) {
    EXPECT_THAT(run_shell("OMP_WAIT_POLICY=active " BLOCKSCOPE_BINARY " doctor --quiet").text,
                HasSubstr("40 times slower"));
    EXPECT_THAT(run("doctor").text, testing::Not(HasSubstr("40 times slower")));
}

}  // namespace
}  // namespace blockscope
