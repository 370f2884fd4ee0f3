#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.hpp"
#include "tests/model/random_models.hpp"
#include "tests/weights/torch_bytes.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

/// One line that starts with the program's name and says `what`, and the code of its kind.
void expect_refusal(const std::string& arguments, int code, const std::string& what) {
    SCOPED_TRACE(arguments);
    const Outcome r = run(arguments);
    EXPECT_EQ(r.code, code) << r.text;
    EXPECT_THAT(r.text, HasSubstr(what));
    EXPECT_EQ(std::count(r.text.begin(), r.text.end(), '\n'), 1) << r.text;
    EXPECT_EQ(r.text.find("blockscope: "), 0) << r.text;
}

std::string file_with(const std::string& name, const std::string& content) {
    const auto path = scratch(name);
    write_file(path, content);
    return path.string();
}

TEST(BadInput, UnknownNamesSuggestTheNearest) {
    const auto out = scratch("bad").string();
    expect_refusal("space ofa-mbv", 3, "unknown space 'ofa-mbv' (did you mean 'ofa-mbv3'?)");
    expect_refusal("profile ofa-mbv3 --metric mac -o " + out, 3,
                   "unknown metric 'mac' (did you mean 'macs'?)");
    expect_refusal("profile ofa-mbv3 --metric latency/host:thread=2 -o " + out, 3,
                   "unknown option 'thread' (did you mean 'threads'?)");
    expect_refusal("spce ofa-mbv3", 2, "(did you mean 'space'?)");
    expect_refusal("profile ofa-mbv3 --metrc macs", 2, "(did you mean '--metric'?)");
    const auto folder = scratch_folder("typo");
    const auto space = read_file(tiny_space(folder));
    write_file(folder / "typo.toml", "titel = \"a\"\n" + space);
    expect_refusal("space " + (folder / "typo.toml").string(), 3,
                   "typo.toml:1:1: unknown key 'titel' (did you mean 'title'?)");
}

TEST(BadInput, OptionsOutOfTheirRangeAreUsageErrors) {
    const auto out = scratch("bad").string();
    expect_refusal("profile ofa-mbv3 --metric macs --level 2 -o " + out, 2,
                   "--level: must lie between 0 and 1");
    expect_refusal("profile ofa-mbv3 --metric macs --level x -o " + out, 2,
                   "--level: not a number");
    expect_refusal("sample ofa-mbv3 -n 0", 2, "-n");
    expect_refusal("profile ofa-mbv3 -o " + out, 2, "--metric or --data is required");
    expect_refusal("sample", 2, "SPACE is required");
    expect_refusal("suggest ofa-mbv3 -n 0", 2, "-n");
    expect_refusal("suggest ofa-mbv3 --data nowhere.csv", 3, "nowhere.csv: cannot be read");
    expect_refusal("sample ofa-mbv3 proxylessnas", 2, "proxylessnas");
    expect_refusal("profile ofa-mbv3 --metric latency/host --budget 60m -o " + out, 3,
                   "--budget '60m' is neither seconds (60s) nor networks (500)");
    expect_refusal("profile ofa-mbv3 --metric macs --resolution 223 -o " + out, 3,
                   "'ofa-mbv3' has no resolution 223");
}

TEST(BadInput, MalformedArchitecturesAreShownTheColumn) {
    expect_refusal("evaluate ofa-mbv3 --arch e3k3 --metric macs", 3,
                   "--arch: column 5: expected '|' (unit 2), found 'the end'");
    expect_refusal("evaluate ofa-mbv3 --arch '{\"ks\":3' --metric macs", 3, "--arch");
    expect_refusal("evaluate ofa-mbv3 --archs " +
                       file_with("bad.csv", "arch,resolution\ne3k3|e9k3,224\n") + " --metric macs",
                   3, "bad.csv:2");
    expect_refusal("evaluate ofa-mbv3 --metric macs", 3, "no architectures: give --archs");
    expect_refusal("evaluate ofa-mbv3 --archs nowhere.csv --metric macs", 3,
                   "nowhere.csv: cannot be read");
}

TEST(BadInput, ImpossibleSpacesAreShownThePlace) {
    const auto space = [](const std::string& from, const std::string& to) {
        const auto folder = scratch_folder("impossible");
        std::string text = read_file(tiny_space(folder));
        text.replace(text.find(from), from.size(), to);
        write_file(folder / "tiny.toml", text);
        return "space " + (folder / "tiny.toml").string();
    };
    expect_refusal(space("depth = [3, 4]", "depth = { from = 4, to = 3 }"), 3, "tiny.toml:");
    expect_refusal(space("depth = [3, 4]", "depth = []"), 3, "tiny.toml:");
    expect_refusal(space("channels = 16", "channels = 0"), 3, "tiny.toml:");
    expect_refusal(space("channels = 16", "channels = \"16\""), 3, "tiny.toml:");
    expect_refusal(space("name = \"tiny\"", "name = "), 3, "tiny.toml:1:");
}

TEST(BadInput, TablesWithoutTheColumnOrWithNanAreRefused) {
    const std::string archs = " --archs " + file_with("archs.csv",
                                                      "arch\ne3k3-e3k3|e3k3-e3k3|e3k3-e3k3|"
                                                      "e3k3-e3k3|e3k3-e3k3\n");
    const auto evaluate = [&](const std::string& name, const std::string& content) {
        return "evaluate ofa-mbv3" + archs + " --metric csv:" + file_with(name, content) + "#ms";
    };
    expect_refusal(evaluate("other.csv", "arch,x\na,1\n"), 3, "other.csv: has no column 'ms'");
    expect_refusal(evaluate("nan.csv",
                            "arch,ms\ne3k3-e3k3|e3k3-e3k3|e3k3-e3k3|e3k3-e3k3|"
                            "e3k3-e3k3,nan\n"),
                   3, "nan.csv:2");
    expect_refusal(evaluate("ragged.csv", "arch,ms\na\n"), 3, "ragged.csv:2");
    expect_refusal(
        "evaluate ofa-mbv3 --archs " + file_with("noarch.csv", "a,b\n1,2\n") + " --metric macs", 3,
        "noarch.csv: has no column 'arch'");
}

TEST(BadInput, ModelsThatCannotBeMeantAreRefused) {
    const std::string profile =
        "profile ofa-mbv3 -n 100 -o " + scratch("bad").string() + " --metric ";
    const auto refused = [&](const std::string& name, const std::string& bytes,
                             const std::string& what) {
        expect_refusal(profile + "'model:" + file_with(name, bytes) + "#unit=ms'", 3, what);
    };
    const TensorFile mlp = random_mlp(1, 128, {8, 8, 1});
    const std::string good = safetensors_bytes(mlp);
    refused("cut.safetensors", good.substr(0, good.size() - 7), "cut.safetensors: byte ");
    refused("swapped.safetensors", std::string(good.rend() - 8, good.rend()) + good.substr(8),
            "swapped.safetensors: byte 0");
    refused("fields.safetensors", safetensors_bytes(random_mlp(1, 77, {8, 1})), "77");
    refused("resnet.safetensors", safetensors_bytes(random_mlp(1, 82, {8, 1})), "resnet50");
    TensorFile nan = mlp;
    nan.tensors["2.weight"].values[5] = std::nanf("");
    refused("nan.safetensors", safetensors_bytes(nan), "tensor '2.weight': element 6 is nan");
    const auto zip = [](const std::string& pickle, const std::string& order) {
        auto entries = torch_zip_entries(pickle, {{"0", std::string(24, 'x')}});
        entries[1].content = order;
        return zip_bytes(entries);
    };
    const std::string state = pickled({{"w", {6}, "0", 6}});
    refused("big.pt", zip(state, "big"), "'big' byte order");
    refused("hostile.pt",
            zip("\x80\x02"
                "cposix\nsystem\n.",
                "little"),
            "posix.system");
    refused("text.pt", "hello", "byte 0: is no file of weights");
    expect_refusal(
        profile +
            "lut:" + file_with("t.yaml", "Conv-input:224x224x3-output:112x112x24:\n  mean: nan\n"),
        3, "t.yaml:2:8: 'mean' is not a number");
}

TEST(BadInput, OfAConfigFileIsShownThePlace) {
    const auto config = [](const std::string& content) {
        return "sample ofa-mbv3 --config " + file_with("c.toml", content);
    };
    expect_refusal(config("seed = 1\nresoluton = 224\n"), 3,
                   "c.toml:2:1: 'resoluton' is no option of sample (did you mean 'resolution'?)");
    expect_refusal(config("n = 0\n"), 3, "c.toml:1:");
    expect_refusal(config("quiet = 3\n"), 3, "c.toml:1:9: 'quiet' must be true or false");
    expect_refusal(config("seed = [1, 2]\n"), 3, "'seed' takes one value");
    expect_refusal(config("seed = { a = 1 }\n"), 3, "'seed' must be text, a number");
    expect_refusal(config("seed = = 1\n"), 3, "c.toml:1:");
    expect_refusal("sample ofa-mbv3 --config nowhere.toml", 3, "nowhere.toml: cannot be read");
}

TEST(BadInput, UnwritableOutputFailsAndKeepsWhatWasThere) {
    expect_refusal("profile ofa-mbv3 --metric macs -o /proc/nowhere", 1,
                   "/proc/nowhere: cannot be written");
    expect_refusal("sample ofa-mbv3 -o /proc/nowhere/a.csv", 1, "/proc/nowhere/a.csv");
    const auto folder = scratch_folder("file");
    write_file(folder / "taken", "precious");
    expect_refusal("profile ofa-mbv3 --metric macs -o " + (folder / "taken").string(), 1,
                   "cannot be written");
    EXPECT_EQ(read_file(folder / "taken"), "precious");
}

TEST(BadInput, AFullDiskIsOneLine) {
    expect_refusal("sample ofa-mbv3 -o /dev/full", 1,
                   "/dev/full: cannot be written: No space left");
    const auto r = run("sample ofa-mbv3 -n 100000 >/dev/full");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.text, HasSubstr("standard output cannot be written"));
}

// A limit on the size of files stands in for the disk that is full.
TEST(BadInput, AFullDiskKeepsTheStudyAsFarAsItGot) {
    const auto folder = scratch_folder("full");
    const auto command = std::string(BLOCKSCOPE_BINARY) + " measure " + tiny_space(folder) +
                         " --visits 1 -o " + (folder / "m.csv").string();
    const auto r = run_shell("trap '' 25; ulimit -f 400; " + command + " -n 300000");
    EXPECT_EQ(r.code, 1) << r.text;
    EXPECT_THAT(r.text, HasSubstr("study.sqlite"));
    EXPECT_THAT(r.text, HasSubstr("everything recorded before is kept"));
    EXPECT_FALSE(std::filesystem::exists(folder / "m.csv"));
    const auto again = run_shell(command + " -n 100");
    EXPECT_EQ(again.code, 0) << again.text;
}

}  // namespace
}  // namespace blockscope
