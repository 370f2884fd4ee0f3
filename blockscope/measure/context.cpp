#include "blockscope/measure/context.hpp"

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/measure/machine.hpp"

namespace blockscope {
namespace {

std::string engine_version(const std::string& name) {
    for (const auto& report : engine_reports()) {
        if (report.name == name) return report.version;
    }
    return "";
}

}  // namespace

std::string MachineContext::key() const {
    std::string text;
    for (const auto& [name, value] : stable) {
        // lengths keep ("a", "b=c") and ("a=b", "c") apart
        text += fmt::format("{}:{}{}:{}", name.size(), name, value.size(), value);
    }
    return content_hash(text);
}

MachineContext read_machine_context(const LatencyOptions& options) {
    MachineContext context;
    for (auto& fact : machine_description(true)) {
        (passes(fact.first) ? context.passing : context.stable).push_back(std::move(fact));
    }
    auto& stable = context.stable;
    stable.emplace_back("engine", options.engine);
    stable.emplace_back("engine_version", engine_version(options.engine));
    stable.emplace_back("threads", std::to_string(options.run.threads));
    stable.emplace_back("affinity",
                        options.affinity.empty() ? "not set" : to_string(options.affinity));
    stable.emplace_back("batch", std::to_string(options.run.batch));
    stable.emplace_back("visits", std::to_string(options.visits));
#ifdef NDEBUG
    stable.emplace_back("build", "release");
#else
    stable.emplace_back("build", "debug");
#endif
    return context;
}

}  // namespace blockscope
