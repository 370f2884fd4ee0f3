#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"

#include "program.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// A device whose times follow the architecture, with 1 % noise. Networks that begin with e2k5 take
/// `factor`, a file's content, times what they should; a file `broken` names one that does not run.
class MeasuredTwice : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = scratch_folder("regression");
        space_ = tiny_space(folder_);
        write_file(folder_ / "device.py", R"(import json, os, random, sys
folder = os.path.dirname(os.path.abspath(__file__))
factor = float(open(folder + "/factor").read())
rng = random.Random(os.path.basename(os.getcwd()))
for line in sys.stdin:
    request = json.loads(line)
    arch = request["arch"]
    if os.path.exists(folder + "/broken") and arch.startswith(open(folder + "/broken").read()):
        print(json.dumps({"id": request["id"], "error": "no such kernel"}), flush=True)
        continue
    ms = sum(int(c) for c in arch if c.isdigit())
    if arch.startswith("e2k5"): ms *= factor
    print(json.dumps({"id": request["id"], "values": [ms * rng.gauss(1, 0.01)]}), flush=True)
)");
        measure("base", "1");
    }

    void TearDown() override { fs::remove(folder_ / "broken"); }

    /// Leaves `name`/m.csv.
    static std::string measure(const std::string& name, const std::string& factor) {
        write_file(folder_ / "factor", factor);
        fs::create_directories(folder_ / name);
        const auto r = run_shell(
            "cd " + (folder_ / name).string() + " && " BLOCKSCOPE_BINARY " measure " + space_ +
            " -n 24 --visits 6 -o m.csv --metric 'run:python3 " + (folder_ / "device.py").string() +
            "#name=npu,retries=0,cache=" + (folder_ / "onnx").string() + "'");
        EXPECT_EQ(r.code, 0) << r.text;
        return (folder_ / name / "m.csv").string();
    }
    static Outcome compare(const std::string& rest) {
        return run("compare " + (folder_ / "base/m.csv").string() + " " + rest);
    }

    static inline fs::path folder_;
    static inline std::string space_;
};

TEST_F(MeasuredTwice, FindsTheNetworksThatBecameSlower) {
    const auto slow = measure("slow", "1.1");
    const auto out = folder_ / "out";
    const auto r = compare(slow + " --fail-if 'slower>3%@99%' --fail-if 'overall slower>8%' -o " +
                           out.string() + " --junit " + (folder_ / "junit.xml").string());
    EXPECT_EQ(r.code, 1) << r.text;
    EXPECT_THAT(r.text, HasSubstr("slower>3%@99%: FAILED at 99.0 %"));
    EXPECT_THAT(r.text, HasSubstr("reference network at 48: "));
    const auto table = parse_csv(read_file(out / "networks.csv"), "networks.csv");
    ASSERT_EQ(table.rows.size(), 24U);
    const auto verdict = table.column("verdict");
    const auto limit = table.column("slower>3%@99%");
    std::size_t failed = 0;
    for (const auto& row : table.rows) {
        const bool changed = row[0].starts_with("e2k5");
        EXPECT_EQ(row[limit], changed ? "yes" : row[limit]) << row[0];
        EXPECT_TRUE(changed || row[limit] != "yes") << row[0];
        EXPECT_EQ(row[verdict], changed ? "worse" : "undecided") << row[0];
        failed += changed ? 1 : 0;
    }
    ASSERT_GT(failed, 0U);
    EXPECT_EQ(table.rows[0][verdict], "worse") << "worst first";
    const auto json = nlohmann::json::parse(read_file(out / "comparison.json"));
    EXPECT_EQ(json.at("conditions")[0].at("networks").at("yes"), failed);
    EXPECT_EQ(json.at("conditions")[1].at("passed"), "no");
    EXPECT_EQ(json.at("unit"), "ms");
    // read as a build server would
    const auto xml = run_shell(
        "python3 -c 'import sys, xml.etree.ElementTree as e\n"
        "r = e.parse(sys.argv[1]).getroot()\n"
        "print(r.tag, len(r), len(r[0]), len(r.findall(\".//failure\")), r.get(\"failures\"))' " +
        (folder_ / "junit.xml").string());
    EXPECT_EQ(xml.text,
              "testsuites 2 24 " + std::to_string(failed) + " " + std::to_string(failed) + "\n");
    // the other way round they became faster
    const auto back = run("compare " + slow + " " + (folder_ / "base/m.csv").string() +
                          " --fail-if 'slower>3%@99%'");
    EXPECT_EQ(back.code, 0) << back.text;
    EXPECT_THAT(back.text, HasSubstr(std::to_string(failed) + " better"));
}

TEST_F(MeasuredTwice, IsLeftInPeaceWhereNothingChanged) {
    const auto r = compare(measure("same", "1") + " --fail-if 'slower>3%@99%'");
    EXPECT_EQ(r.code, 0) << r.text;
    EXPECT_THAT(r.text, HasSubstr("0 worse"));
}

TEST_F(MeasuredTwice, IsReadFromStudiesJustAsWell) {
    measure("study", "1.1");
    const auto base = (folder_ / "base/study.sqlite").string();
    const auto slow = (folder_ / "study/study.sqlite").string();
    const std::string rest = " --fail-if 'slower>3%@99%' --space " + space_;
    const auto of_studies = run("compare " + base + " " + slow + rest);
    EXPECT_EQ(of_studies.code, 1) << of_studies.text;
    EXPECT_EQ(of_studies.text, compare((folder_ / "study/m.csv").string() + rest).text);
    EXPECT_EQ(run("compare " + base + " " + (folder_ / "base/m.csv").string()).code, 3)
        << "the space is not built in";
    const auto nameless = run("compare " + base + " " + slow);
    EXPECT_EQ(nameless.code, 3);
    EXPECT_THAT(nameless.text, HasSubstr("'tiny', which is not built in: say"));
    const auto wrong = run("compare " + base + " " + slow + " --metric latency/host");
    EXPECT_THAT(wrong.text, HasSubstr("no 'latency/host' is there; it holds 'run:"));
    EXPECT_THAT(run("compare " + base + " " + slow + " --space ofa-mbv3").text,
                HasSubstr("of another space than 'ofa-mbv3'"));
}

TEST_F(MeasuredTwice, LosesANetwork) {
    const auto arch = parse_csv(read_file(folder_ / "base/m.csv"), "").rows[3][0];
    write_file(folder_ / "broken", arch);
    const auto broken = measure("lost", "1");
    EXPECT_THAT(read_file(broken), HasSubstr(",no,the runner refuses it: no such kernel,"))
        << "a row with its reason, and the sweep goes on";
    EXPECT_EQ(compare(broken + " --fail-if 'slower>3%@99%'").code, 0);
    EXPECT_EQ(compare(broken + " --fail-if 'slower>3%@99%' --strict").code, 6);
    const auto lost = compare(broken + " --fail-if lost");
    EXPECT_EQ(lost.code, 1);
    EXPECT_THAT(lost.text, HasSubstr("1 of 24 networks cannot be trusted"));
}

TEST_F(MeasuredTwice, RefusesOtherConditionsUnlessAsked) {
    const auto other = measure("other", "1");
    auto json = nlohmann::json::parse(read_file(folder_ / "other/m.json"));
    json["context"]["engine"] = "newer";
    write_file(folder_ / "other/m.json", json.dump());
    const auto refused = compare(other);
    EXPECT_EQ(refused.code, 3);
    EXPECT_THAT(refused.text,
                HasSubstr("(engine: not stored there, 'newer' here); --across-contexts"));
    const auto asked = compare(other + " --across-contexts");
    EXPECT_EQ(asked.code, 0) << asked.text;
    EXPECT_THAT(
        asked.text,
        HasSubstr("compared across contexts (there: base, here: new): engine: not stored there"));
    EXPECT_EQ(compare(other + " --across-contexts --cancel-drift").code, 0);
    fs::remove(folder_ / "other/m.json");
    EXPECT_THAT(compare(other).text, HasSubstr("m.json: the level and the context"));
}

TEST_F(MeasuredTwice, IsToldWhereAConditionIsWrong) {
    const auto base = (folder_ / "base/m.csv").string();
    const auto wrong = compare(base + " --fail-if 'slower>3@99%'");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.text, HasSubstr("--fail-if 'slower>3@99%':9: expected '%'"));
    EXPECT_EQ(compare(base + " --junit x.xml").code, 2);
    EXPECT_EQ(compare("ofa-mbv3").code, 3);
    EXPECT_EQ(run("compare ofa-mbv3 ofa-mbv3 --metric macs").code, 2);
    EXPECT_EQ(run("compare ofa-mbv3 ofa-mbv3 --metric macs --fail-if 'slower>3%'").code, 2);
}

}  // namespace
}  // namespace blockscope
