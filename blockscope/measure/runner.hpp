#pragma once

#include <memory>
#include <string>
#include <vector>

#include "blockscope/base/progress.hpp"

namespace blockscope {

/// A program of somebody's that measures networks on a device we know nothing of
/// (docs/measuring.md).
struct RunnerOptions {
    /// With `{onnx}`, `{space}`, `{arch}` or `{resolution}` in it: a shell command for each
    /// network, which prints one or more numbers. Without: a process that answers each line of JSON
    /// with one.
    /// `{device}` in either is the device's name.
    std::string command;
    std::string unit = "ms";  ///< of what comes back; s, ms, us and ns are converted
    double timeout_s = 60;    ///< for one answer
    int retries = 5;          ///< after the first attempt
    double backoff_s = 1;     ///< before the first retry, then twice as long each time
};

struct RunnerRequest {
    std::string model;  ///< path of the ONNX file
    std::string arch;
    std::string space;
    int resolution = 0;
};

struct RunnerAnswer {
    std::vector<double> values;  ///< in RunnerOptions::unit, finite and positive
    std::string refusal;         ///< the device works and will not run this network
};

/// True if the runner is a shell template, false for a request/response process.
bool is_template(const std::string& command);

/// One device. Not for several threads.
class Runner {
public:
    /// Starts nothing yet.
    Runner(RunnerOptions options, std::string device);
    ~Runner();

    /// Asks, and asks again after time-outs, rubbish and the end of the process, each time a little
    /// later: a device may come back. Throws Error(Fault::device) with the last reason when all
    /// attempts are spent; Stopped if `progress` asks to stop.
    RunnerAnswer ask(const RunnerRequest& request, const Progress* progress);

    struct Stopped {};

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
