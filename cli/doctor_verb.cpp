#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/machine.hpp"

#include "cli/parts.hpp"
#include "cli/program.hpp"
#include "cli/rows.hpp"

namespace blockscope::cli {
namespace {

struct DoctorCommand {
    bool json = false;
    std::string output = "-";
};

/// What was looked at, how it is, and what that means. state: "good", "note" (limits trust in
/// latencies measured here) or "missing" (a part of the program).
struct Finding {
    std::string what;
    std::string state;
    std::string found;
    std::string advice;
};

Finding of_governor(const std::string& governor) {
    if (governor == "performance") return {"governor", "good", governor, ""};
    if (governor == "not readable") {
        return {"governor", "note", governor,
                "whether the frequency is fixed is not known: look at the drift that runs report"};
    }
    return {"governor", "note", governor,
            "frequencies change while measuring: cpupower frequency-set -g performance"};
}

Finding of_absence(const std::string& what, const std::string& found, const std::string& advice) {
    return found == "no sign" ? Finding{what, "good", found, ""}
                              : Finding{what, "note", found, advice};
}

Finding of_load(const std::string& text) {
    double load = 0;
    if (!parse_number(text, load)) return {"load", "note", text, "not known"};
    const unsigned cores = thread_count();
    const std::string found = fmt::format("{} on {} cores", text, cores);
    if (load < 0.5) return {"load", "good", found, ""};
    return {"load", "note", found,
            load < cores ? "others work here too: CPU time is taken, and runs say where it matters"
                         : "more work than cores: latencies measured now are not to be trusted"};
}

Finding of_openmp() {
    const char* policy = std::getenv("OMP_WAIT_POLICY");
    const std::string found = policy == nullptr ? "OMP_WAIT_POLICY is not set"
                                                : fmt::format("OMP_WAIT_POLICY={}", policy);
    const bool passive =
        policy != nullptr && (std::string(policy) == "passive" || std::string(policy) == "PASSIVE");
    return passive ? Finding{"OpenMP threads", "good", found, ""}
                   : Finding{"OpenMP threads", "note", found,
                             "they spin while they wait, up to 40 times slower beside a neighbour: "
                             "passive"};
}

std::vector<Finding> findings() {
    std::vector<Finding> all;
    for (const auto& part : build_parts()) {
        all.push_back({part.name, part.is_in ? "good" : "missing",
                       part.is_in ? (part.remark.empty() ? "in" : part.remark) : "out",
                       part.is_in ? "" : part.remark});
    }
    std::map<std::string, std::string> machine;
    for (auto& [name, value] : machine_description(true)) machine[name] = value;
    all.push_back({"processor", "good", machine["processor"], ""});
    all.push_back(of_governor(machine["governor"]));
    all.push_back(of_absence("virtual machine", machine["virtual_machine"],
                             "neighbours cannot be seen from here: repeat in several processes"));
    all.push_back(
        of_absence("container", machine["container"], "its share of the processor may be limited"));
    all.push_back(of_load(machine["load_1min"]));
    all.push_back(of_openmp());
    return all;
}

int run(const DoctorCommand& command, Console& console) {
    Rows rows{{"what", "state", "found", "advice"}, {}};
    std::size_t notes = 0;
    std::size_t missing = 0;
    for (const auto& f : findings()) {
        rows.cells.push_back({f.what, f.state, f.found, f.advice});
        notes += f.state == "note" ? 1 : 0;
        missing += f.state == "missing" ? 1 : 0;
    }
    write_output(command.output, command.json ? as_json(rows).dump(1) + "\n" : as_table(rows));
    console.say(fmt::format(
        "{} parts missing, {} things that limit trust in latencies measured here", missing, notes));
    return 0;
}

}  // namespace

void add_doctor(Program& program) {
    const auto command = std::make_shared<DoctorCommand>();
    CLI::App& verb = program.add_verb(
        "doctor", "what is here, what is missing, and what limits trust in measurements",
        "blockscope doctor",
        [command](const Common&, Console& console) { return run(*command, console); });
    verb.add_flag("--json", command->json, "as JSON");
    Program::add_output(verb, command->output);
    program.add_common(verb);
}

}  // namespace blockscope::cli
