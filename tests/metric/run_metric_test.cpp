#include "blockscope/metric/run_metric.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/rank_correlation.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string runners = std::string(BLOCKSCOPE_SOURCE_DIR) + "/examples/runners/";

class RunMetricTest : public testing::Test {
protected:
    void SetUp() override {
        fs::create_directories(folder_ / "bin");
        cache_ = ",cache=" + (folder_ / "onnx").string() + ",backoff=0.01";
    }
    void TearDown() override { fs::remove_all(folder_); }

    /// A stand-in for a program that a runner calls.
    void stand_in(const std::string& name, const std::string& script) {
        write_file(folder_ / "bin" / name, "#!/bin/sh\n" + script);
        fs::permissions(folder_ / "bin" / name, fs::perms::owner_all);
    }
    std::string with_stand_ins(const std::string& command) const {
        return "run:PATH=" + (folder_ / "bin").string() + ":$PATH " + runners + command;
    }
    double value_of(const std::string& metric, const std::string& options) {
        RunMetric made(metric + options + cache_, 1);
        made.set_visits(1);
        return made.evaluate(space_, archs_, nullptr).values.at(0);
    }

    DesignSpace space_ = load_space("ofa-mbv3-w1.0");
    std::vector<Architecture> archs_ = sample(space_, 1, Rng(3), 32);
    fs::path folder_ = fs::temp_directory_path() / ("blockscope_run_" + std::to_string(::getpid()));
    std::string cache_;
};

TEST_F(RunMetricTest, ReadsItsNameApart) {
    const auto options = parse_run_metric(
        "run:./r.sh {onnx} # not this#timeout=20s,retries=2,name=npu,devices=a+b,batch=4,unit=us");
    EXPECT_EQ(options.runner.command, "./r.sh {onnx} # not this");
    EXPECT_EQ(options.runner.timeout_s, 20);
    EXPECT_EQ(options.runner.retries, 2);
    EXPECT_EQ(options.devices, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(options.batch, 4);
    const auto metric = make_metric("run:x {onnx}#name=npu", space_);
    EXPECT_EQ(metric->info().column, "latency_npu_ms");
    EXPECT_EQ(parse_run_metric("run:a # {onnx} b=c").runner.command, "a # {onnx} b=c");
    try {
        make_metric("run:x#timeot=3", space_);
        FAIL();
    } catch (const Error& e) {
        EXPECT_THAT(e.what(), HasSubstr("did you mean 'timeout'?"));
    }
    EXPECT_THROW(make_metric("run:", space_), Error);
    EXPECT_THROW(make_metric("run:x#timeout=soon", space_), Error);
    EXPECT_THROW(make_metric("run:x#batch=0", space_), Error);
}

TEST_F(RunMetricTest, GivesTheRunnerAnOnnxFileAndKeepsIt) {
    const std::string command =
        "run:cp {onnx} " + (folder_ / "seen.onnx").string() + " && head -c 4 {onnx} | wc -c";
    EXPECT_DOUBLE_EQ(value_of(command, "#retries=0"), 4);
    EXPECT_GT(fs::file_size(folder_ / "seen.onnx"), 100'000);
    // the reference network and this one
    const fs::directory_iterator files(folder_ / "onnx");
    EXPECT_EQ(std::distance(begin(files), end(files)), 2);
}

// One request in five goes wrong in one of four ways; all networks get their number all the same,
// and the order is that of the simulated device.
TEST_F(RunMetricTest, SurvivesAFlakyDeviceThatIsInFactTwo) {
    const auto archs = sample(space_, 12, Rng(4), 32);
    RunMetric metric(
        "run:" + runners + "flaky_device.py 1 0.2#timeout=1s,retries=8,devices=a+b" + cache_, 1);
    metric.set_visits(1);
    const auto column = metric.evaluate(space_, archs, nullptr);
    EXPECT_TRUE(column.failures.empty());
    std::vector<double> truth;
    for (const auto& a : archs) {
        double ms = 1;
        for (const char c : body_text(space_, a)) {
            if (c >= '0' && c <= '9') ms += 0.1 * (c - '0');
        }
        truth.push_back(ms);
    }
    EXPECT_GT(spearman(truth, column.values).value, 0.97);
    EXPECT_EQ(std::count_if(metric.samples().begin(), metric.samples().end(),
                            [](const auto& s) { return !s.is_reference; }),
              12);
    EXPECT_TRUE(metric.reference_ms(32).has_value());
}

TEST_F(RunMetricTest, DividesTheDriftOfTheDeviceOut) {
    // a device that gets slower by a hundredth with every request, and whose first one stalls
    const std::string count = (folder_ / "n").string();
    const std::string slower = "run:n=$(($(cat " + count +
                               " 2>/dev/null || echo 99) + 1)); echo $n > " + count +
                               "; if [ $n = 100 ]; then sleep 0.5; fi; echo $n; : {arch}";
    RunMetric metric(slower + "#retries=0" + cache_, 1);
    metric.set_visits(8);
    const auto column = metric.evaluate(space_, std::vector<Architecture>(5, archs_[0]), nullptr);
    for (const double v : column.values) EXPECT_NEAR(v, 100, 10) << "uncorrected it is 120";
}

TEST_F(RunMetricTest, TellsANetworkThatFailsFromADeviceThatIsGone) {
    const std::string text = body_text(space_, archs_[0]);
    RunMetric poison("run:[ {arch} != '" + text + "' ] && echo 5#retries=1" + cache_, 1);
    poison.set_visits(1);
    auto archs = archs_;
    archs.push_back(sample(space_, 1, Rng(5), 32)[0]);
    const auto column = poison.evaluate(space_, archs, nullptr);
    EXPECT_TRUE(std::isnan(column.values[0]));
    EXPECT_DOUBLE_EQ(column.values[1], 5);
    ASSERT_EQ(column.failures.size(), 1);
    EXPECT_THAT(column.failures[0].second, HasSubstr("exit code 1"));

    RunMetric gone("run:echo offline >&2; exit 1; : {arch}#retries=1" + cache_, 1);
    try {
        gone.evaluate(space_, archs, nullptr);
        FAIL();
    } catch (const Error& e) {
        EXPECT_EQ(e.fault(), Fault::device);
        EXPECT_THAT(e.what(), HasSubstr("offline"));
    }
}

TEST_F(RunMetricTest, GoesOnWithTheDevicesThatAreLeft) {
    RunMetric metric(
        "run:[ {device} = good ] && echo 5; : {arch}#retries=0,devices=bad+good" + cache_, 1);
    metric.set_visits(1);
    const auto column = metric.evaluate(space_, sample(space_, 10, Rng(5), 32), nullptr);
    EXPECT_TRUE(column.failures.empty());
    for (const double v : column.values) EXPECT_DOUBLE_EQ(v, 5);
}

TEST_F(RunMetricTest, ReachesOnnxRuntimesToolOverSsh) {
    stand_in(
        "scp",
        "[ \"$1\" = -q ] && [ -s \"$2\" ] && case $3 in board1:/tmp/*.onnx) ;; *) exit 9;; esac");
    stand_in("ssh", "[ \"$1\" = board1 ] && PATH=$(dirname \"$0\"):$PATH sh -c \"$2\"");
    stand_in("onnxruntime_perf_test",
             "[ \"$1 $2 $3 $4 $5 $6 $7\" = '-e cpu -x 1 -r 50 -I' ] || exit 9\n"
             "echo 'Session creation time cost: 0.1 s'\n"
             "echo 'Average inference time cost total: 4.125000 ms'\necho 'P50 Latency: 0.004 s'");
    const auto metric = with_stand_ins("onnxruntime_ssh.sh {device} {onnx}");
    EXPECT_DOUBLE_EQ(value_of(metric, "#retries=0,devices=board1"), 4.125);
    stand_in("onnxruntime_perf_test", "echo 'unknown option' >&2; exit 1");
    EXPECT_THROW(value_of(metric, "#retries=0,devices=board1"), Error);
}

TEST_F(RunMetricTest, ReachesTfliteOverAdb) {
    stand_in("onnx2tf", "[ \"$1\" = -i ] && [ -s \"$2\" ] && echo t > \"$4/m_float32.tflite\"");
    stand_in(
        "adb",
        "[ \"$1 $2\" = '-s R5CT' ] || exit 9\n"
        "case $3 in push) [ -s \"$4\" ];; shell) case $4 in *--graph=/data/local/tmp/*.tflite*) "
        "echo 'INFO: Inference timings in us: Init: 5685, First inference: 18535, "
        "Warmup (avg): 14462.3, Inference (avg): 14575.2';; *) exit 9;; esac;; esac");
    EXPECT_DOUBLE_EQ(
        value_of(with_stand_ins("android_tflite.sh {device} {onnx}"), "#retries=0,devices=R5CT"),
        14.5752);
}

TEST_F(RunMetricTest, ReachesNcnnOverAdb) {
    stand_in("onnx2ncnn", "[ -s \"$1\" ] && echo p > \"$2\" && echo b > \"$3\"");
    stand_in(
        "adb",
        "[ \"$1 $2\" = '-s R5CT' ] || exit 9\n"
        "case $3 in push) [ -s \"$4\" ];; shell) case $4 in *'shape=[32,32,3]'*) "
        "echo 'loop_count = 50'; echo '  m.param  min =    9.10  max =    9.90  avg =    9.33';; "
        "*) exit 9;; esac;; esac");
    EXPECT_DOUBLE_EQ(value_of(with_stand_ins("android_ncnn.sh {device} {onnx} {resolution}"),
                              "#retries=0,devices=R5CT"),
                     9.33);
}

// PyTorch as far as the runner uses it, on a GPU that knows no network without a warm-up before its
// capture; replays of graph k take k + 1.5 ms.
TEST_F(RunMetricTest, ReachesANvidiaGpuThroughLibtorch) {
    fs::create_directories(folder_ / "torch");
    write_file(folder_ / "onnx2torch.py", R"(import os
class convert:
    runs = 0
    def __init__(self, path):
        assert path.endswith(".onnx") and os.path.getsize(path) > 0
    def eval(self): return self
    def to(self, device):
        assert device == ("cuda", 1)
        return self
    def __call__(self, image):
        import torch
        assert image == (1, 3, 32, 32) and torch.state["inference"] and torch.state["stream"]
        self.runs += 1
        assert self.runs > 9 or not torch.state["capturing"], "captured cold"
        torch.state["captured"] = torch.state["capturing"]
)");
    write_file(folder_ / "torch/__init__.py", R"(import contextlib
from . import cuda
state = {"inference": False, "stream": False, "capturing": False, "captured": False}
def device(kind, index): return (kind, index)
def rand(*shape, device):
    assert device == ("cuda", 1)
    return shape
@contextlib.contextmanager
def flag(name):
    state[name] = True
    yield
    state[name] = False
def inference_mode(): return flag("inference")
)");
    write_file(folder_ / "torch/cuda.py", R"(import torch
now = 0.0
class Stream: pass
def set_device(device): assert device == ("cuda", 1)
def stream(s): return torch.flag("stream")
class CUDAGraph:
    made = 0
    def __init__(self):
        CUDAGraph.made += 1
        self.ms = CUDAGraph.made + 0.5
    def replay(self):
        global now
        assert torch.state["captured"]
        now += self.ms
def graph(g): return torch.flag("capturing")
class Event:
    def __init__(self, enable_timing): assert enable_timing
    def record(self): self.at = now
    def synchronize(self): self.done = True
    def elapsed_time(self, end):
        assert end.done
        return end.at - self.at
)");
    RunMetric gpu("run:PYTHONPATH=" + folder_.string() + " " + runners +
                      "nvidia_libtorch.py {device}#retries=0,devices=1" + cache_,
                  1);
    gpu.set_visits(1);
    const auto column = gpu.evaluate(space_, archs_, nullptr);
    ASSERT_TRUE(column.failures.empty()) << column.failures[0].second;
    EXPECT_DOUBLE_EQ(column.values[0], 2.5) << "the reference network is the first";
}

TEST_F(RunMetricTest, ReachesAnotherBlockscopeOverSsh) {
    stand_in("ssh", "[ \"$1\" = board1 ] && PATH=$(dirname \"$0\"):$PATH sh -c \"$2\"");
    stand_in("blockscope",
             "[ \"$1 $2 $3\" = 'evaluate ofa-mbv3-w1.0 --arch' ] || exit 9\n"
             "echo arch,resolution,latency_host_ms; echo 'e3k3|e3k3,32,0.75'");
    EXPECT_DOUBLE_EQ(
        value_of(with_stand_ins("remote_blockscope.sh {device} {space} {arch} {resolution}"),
                 "#retries=0,devices=board1"),
        0.75);
}

TEST(OnnxCache, HoldsWhatIsAskedForAndLetsTheOldestGo) {
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto archs = sample(space, 3, Rng(4), 32);
    const auto folder =
        fs::temp_directory_path() / ("blockscope_cache_" + std::to_string(::getpid()));
    {
        OnnxCache cache(folder, 1, 1, 1);  // a byte: room for nothing that nobody holds
        const auto first = cache.file(space, archs[0]);
        const auto second = cache.file(space, archs[1]);
        EXPECT_TRUE(fs::exists(*first) && fs::exists(*second));
        EXPECT_EQ(*cache.file(space, archs[0]), *first);
        const auto path = *cache.file(space, archs[1]);
    }
    {
        OnnxCache cache(folder, 1, 1, 1);
        const auto third = cache.file(space, archs[2]);
        EXPECT_TRUE(fs::exists(*third));
        const fs::directory_iterator files(folder);
        EXPECT_EQ(std::distance(begin(files), end(files)), 1);
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace blockscope
