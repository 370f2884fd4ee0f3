#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/insight/insight_files.hpp"
#include "blockscope/profile/profile_reader.hpp"
#include "blockscope/space/restriction_file.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/profile_sources.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct PruneCommand {
    std::vector<std::string> sources;  ///< profiles, or one space
    std::string space;                 ///< file of the profiles' space
    std::string keep;
    std::string reduce;
    std::string preset;
    double strength = 0.5;
    std::size_t n = 10000;
    std::string budget;
    double level = 0.95;
    std::string insights;  ///< file; empty: beside the output
    std::string output;
};

[[noreturn]] void refuse(const std::string& why) { throw CLI::ValidationError(why); }

bool is_profile(const std::string& source) {
    return std::filesystem::is_directory(source) || source.ends_with(".json");
}

/// Throws Error for what is neither a profile nor the name or file of a space.
void check_source(const std::string& source) {
    if (is_profile(source) || source.ends_with(".toml")) return;
    const auto names = built_in_space_names();
    const auto name = source.substr(0, source.find(':'));
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    throw Error(
        fmt::format("'{}' is neither a directory that `profile` wrote nor a space{}; "
                    "built-in spaces are {}",
                    source, did_you_mean(name, names), quoted_list(names)));
}

/// What is pruned and what is known of it.
struct Material {
    std::string base;  ///< name or path of the space
    DesignSpace space;
    std::vector<Profile> profiles;
    Provenance provenance;
};

Material read_material(const PruneCommand& command) {
    Material material;
    material.base = command.space;
    if (material.base.empty()) {
        material.base = profiled_space(command.sources.front());
        const auto names = built_in_space_names();
        if (std::find(names.begin(), names.end(), material.base) == names.end()) {
            throw Error(
                fmt::format("the profiles are of '{}', which is not built in: say which "
                            "file describes it with --space",
                            material.base));
        }
    }
    material.space = load_space(material.base);
    for (const auto& source : command.sources) {
        if (!is_profile(source)) refuse(fmt::format("{} is no directory of a profile", source));
        for (auto& p : read_profiles(source, material.space)) {
            material.profiles.push_back(std::move(p));
        }
    }
    return material;
}

Material evaluate_material(const PruneCommand& command, const Common& common, Console& console) {
    if (command.sources.size() > 1) refuse("one space, or directories of profiles");
    ProfileCommand asked;
    asked.space = command.sources.front();
    asked.metrics = {command.keep};
    if (!command.reduce.empty()) asked.metrics.push_back(command.reduce);
    asked.n = command.n;
    asked.budget = command.budget;
    ProfileRun run{load_space(asked.space), {}, {}, {}, {}, {}};
    run.options.level = command.level;
    run.options.threads = thread_count(common.threads);
    StudyAtHand study(common, study_beside(command.output), console);
    add_evaluated_profiles(run, asked, common, study, console);
    return {asked.space, std::move(run.space), std::move(run.profiles), std::move(run.provenance)};
}

/// The profile of a metric named in full, or by a part that only one of them has.
const Profile& find_profile(const std::vector<Profile>& profiles, const std::string& name) {
    std::vector<std::string> names;
    const Profile* found = nullptr;
    int parts = 0;
    for (const auto& p : profiles) {
        if (p.metric.name == name) return p;
        names.push_back(p.metric.name);
        if (p.metric.name.find(name) == std::string::npos) continue;
        found = &p;
        ++parts;
    }
    if (parts == 1) return *found;
    throw Error(fmt::format("{} profiles of '{}'; there are {}", parts == 0 ? "no" : "several",
                            name, quoted_list(names)));
}

/// How a file in the output's folder names the space.
std::string base_from(const std::string& output, const std::string& base) {
    if (!base.ends_with(".toml")) return base;
    const auto folder = output == "-" ? std::filesystem::current_path()
                                      : std::filesystem::absolute(output).parent_path();
    return std::filesystem::relative(base, folder).string();
}

std::string name_of(const PruneCommand& command, const DesignSpace& space) {
    if (command.output == "-") return space.name + "-pruned";
    return std::filesystem::path(command.output).stem().string();
}

/// Writes a published restriction as a file.
int export_preset(const PruneCommand& command, Console& console) {
    if (!command.keep.empty() || !command.reduce.empty()) {
        refuse("a --preset takes no --keep and --reduce: it goes by no profile");
    }
    if (command.sources.size() > 1 || is_profile(command.sources.front())) {
        refuse("a --preset restricts one built-in space");
    }
    const std::string& base = command.sources.front();
    const DesignSpace whole = load_space(base);
    DesignSpace restricted = load_space(base + ":" + command.preset);
    restricted.name = name_of(command, whole);
    write_output(command.output, restriction_toml(whole, restricted, base));
    if (command.output != "-") {
        console.say(fmt::format("wrote {}: {}", command.output, restricted.title));
    }
    return 0;
}

int run(const PruneCommand& command, const Common& common, Console& console) {
    if (!command.preset.empty()) return export_preset(command, console);
    if (command.keep.empty()) throw CLI::RequiredError("--keep");
    if (command.keep == command.reduce) {
        refuse(fmt::format("'{}' cannot be kept and reduced at once", command.keep));
    }
    if (common.resolutions.size() > 1) refuse("pruning has one --resolution");
    check_source(command.sources.front());
    if (command.output != "-") {
        const auto folder = std::filesystem::path(command.output).parent_path();
        if (!folder.empty()) make_output_directory(folder);
    }
    const bool given = is_profile(command.sources.front());
    Material material =
        given ? read_material(command) : evaluate_material(command, common, console);
    const Profile& benefit =
        given ? find_profile(material.profiles, command.keep) : material.profiles.front();
    const Profile* price = nullptr;
    if (!command.reduce.empty()) {
        price = given ? &find_profile(material.profiles, command.reduce) : &material.profiles[1];
    }
    Pruning pruning = prune(material.space, benefit, price, {command.strength});
    pruning.space.name = name_of(command, material.space);
    pruning.space.title = fmt::format("{}, pruned", material.space.title);
    material.provenance.insert(material.provenance.begin(),
                               {{"tool", "blockscope"},
                                {"version", BLOCKSCOPE_VERSION},
                                {"command", common.command_line},
                                {"seed", std::to_string(common.seed)}});
    const PruningReport report{material.space,     benefit, price,
                               {command.strength}, pruning, material.provenance};
    const std::string toml =
        restriction_toml(material.space, pruning.space, base_from(command.output, material.base),
                         fmt::format("Pruned by blockscope {} at strength {:g}: keeps {}{}.\n"
                                     "The evidence is in insights.json beside this file.",
                                     BLOCKSCOPE_VERSION, command.strength, benefit.metric.name,
                                     price == nullptr ? "" : ", reduces " + price->metric.name));
    std::string insights = command.insights;
    if (insights.empty() && command.output != "-") {
        insights = (std::filesystem::path(command.output).parent_path() / "insights.json").string();
    }
    if (command.output != "-" && !common.console.quiet) write_output("-", rationale(report));
    if (!insights.empty()) write_output(insights, insights_json(report));
    write_output(command.output, toml);
    const bool cut = size(pruning.space).total != size(material.space).total;
    if (!cut) {
        console.warn(
            fmt::format("nothing was cut: at strength {:g} no rule is carried by the evidence",
                        command.strength));
    }
    if (command.output != "-") {
        console.say(fmt::format("wrote {} and {}; seed {}", command.output, insights, common.seed));
    }
    return 0;
}

}  // namespace

void add_prune(Program& program) {
    const auto command = std::make_shared<PruneCommand>();
    CLI::App& verb = program.add_verb(
        "prune", "insights from profiles, and the smaller space they make, with the evidence",
        "blockscope prune ofa-mbv3 --keep params --reduce macs -o smaller.toml",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("DIR", command->sources,
                    "directories that profile wrote; or a space, whose profiles are then made")
        ->required()
        ->expected(1, 100);
    verb.add_option("--space", command->space, "TOML file of the profiles' space, if not built in");
    verb.add_option("--keep", command->keep, "metric to keep large; a part of its name will do");
    verb.add_option("--reduce", command->reduce,
                    "metric to keep small; without it the best of --keep at any price");
    verb.add_option("--strength", command->strength,
                    "0 cuts nothing, 1 everything the evidence carries")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    verb.add_option("--preset", command->preset,
                    "a published restriction instead, such as paper/npu; see spaces --presets");
    verb.add_option("-n", command->n, "of a space: architectures to sample where not exact")
        ->check(CLI::Range(std::size_t{20}, std::size_t{100000000}))
        ->capture_default_str();
    verb.add_option("--budget", command->budget,
                    "of a space, measured metrics: 60s, or 500 networks; default -n");
    verb.add_option("--level", command->level, "of a space: of every interval")
        ->check(between(0, 1))
        ->capture_default_str();
    verb.add_option("--insights", command->insights,
                    "file for the evidence; default insights.json beside -o");
    verb.add_option("-o,--output", command->output, "TOML file of the smaller space; - for stdout")
        ->required();
    program.add_study(verb,
                      "file that remembers costly evaluations; default study.sqlite beside -o");
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
