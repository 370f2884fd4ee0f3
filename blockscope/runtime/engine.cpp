#include "blockscope/runtime/engine.hpp"

#include <cassert>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/runtime/engine_entry.hpp"

namespace blockscope {
namespace {

struct Entry {
    const char* name;
    EngineReport (*report)();
    std::unique_ptr<Engine> (*make)(const EngineOptions&);
};

constexpr Entry entries[] = {
    {"onednn", onednn_report, make_onednn},
    {"onnxruntime", onnxruntime_report, make_onnxruntime},
    {"xnnpack", xnnpack_report, make_xnnpack},
};

}  // namespace

void PreparedNetwork::run_marked(const std::function<void()>&) {
    assert(false);  // has no steps
}

std::vector<EngineReport> engine_reports() {
    std::vector<EngineReport> reports;
    for (const Entry& entry : entries) {
        reports.push_back(entry.report());
        reports.back().name = entry.name;
    }
    return reports;
}

std::unique_ptr<Engine> make_engine(const std::string& name, const EngineOptions& options) {
    if (options.threads < 1 || options.batch < 1) {
        throw Error("an engine needs at least 1 thread and a batch of at least 1");
    }
    std::vector<std::string> names;
    for (const Entry& entry : entries) {
        if (name == entry.name) {
            const EngineReport report = entry.report();
            if (!report.available) {
                throw Error(fmt::format("engine '{}' cannot be had: {}", name, report.reason));
            }
            return entry.make(options);
        }
        names.emplace_back(entry.name);
    }
    throw Error(fmt::format("there is no engine '{}'{}; there are {}", name,
                            did_you_mean(name, names), quoted_list(names)));
}

}  // namespace blockscope
