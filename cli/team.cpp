#include "cli/team.hpp"

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/cluster/team_metric.hpp"
#include "blockscope/measure/machine.hpp"
#include "blockscope/metric/measured.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/metric/run_metric.hpp"
#include "blockscope/space/space_file.hpp"

#include "cli/device_map.hpp"

namespace blockscope::cli {
namespace {

/// Says that a launcher is there: Open MPI's and PRRTE's mpirun; MPICH's and `srun --mpi=pmi2`;
/// `srun --mpi=pmix`.
bool is_one_of_several() {
    for (const char* size : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
        if (const char* text = std::getenv(size)) return std::string_view(text) != "1";
    }
    return std::getenv("PMIX_RANK") != nullptr;
}

using Devices = std::vector<std::string>;

/// A rank's, of a list that all ranks share: every size-th.
Devices share_of(const Devices& all, int rank, int size) {
    Devices own;
    for (std::size_t i = static_cast<std::size_t>(rank); i < all.size();
         i += static_cast<std::size_t>(size)) {
        own.push_back(all[i]);
    }
    return own;
}

/// Those that `run:` metrics share the work among; none: the one that has no name.
Devices devices_of(const std::string& metric, const Common& common) {
    if (!metric.starts_with("run:")) return {};
    Devices named = parse_run_metric(metric).devices;
    if (named == Devices{""}) named.clear();
    if (common.device_map.empty()) return named;
    if (!named.empty()) {
        throw Error(fmt::format("'{}' names devices, and so does --device-map", metric));
    }
    return read_device_map(common.device_map);
}

int team_size(const Common& common) { return common.crew != nullptr ? common.crew->size() : 1; }

/// What a rank needs to know of a metric.
std::string description(const std::string& name, const Devices& devices, int visits,
                        const DesignSpace& space, const Common& common, int rank) {
    return nlohmann::json{{"space", common.space},
                          {"fingerprint", space.fingerprint()},
                          {"metric", on_devices(name, devices)},
                          {"devices", devices},
                          {"visits", visits},
                          {"seed", common.seed},
                          {"threads", common.threads},
                          {"no_host", common.no_host},
                          {"rank", rank}}
        .dump();
}

std::string joined(const Devices& devices) {
    std::string text;
    for (const auto& device : devices) text += (text.empty() ? "" : "+") + device;
    return text;
}

OpenedMetric open(const std::string& text) {
    const auto asked = nlohmann::json::parse(text);
    auto space = std::make_shared<DesignSpace>(load_space(asked.at("space")));
    if (space->fingerprint() != asked.at("fingerprint")) {
        throw Error(fmt::format("'{}' is another space there than on rank 0",
                                asked.at("space").get<std::string>()));
    }
    std::shared_ptr<Metric> metric =
        make_metric(asked.at("metric"), *space, asked.at("seed"), asked.at("threads"));
    if (auto* measured = metric->measured()) measured->set_visits(asked.at("visits"));
    auto conditions = process_conditions(asked.at("no_host"));
    conditions.emplace_back("rank", std::to_string(asked.at("rank").get<int>()));
    return {std::move(space), std::move(metric), std::move(conditions),
            joined(asked.at("devices").get<Devices>())};
}

}  // namespace

std::unique_ptr<Team> team_of_this_process() {
    auto team = join_team(is_one_of_several());
    for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"}) ::unsetenv(name);
    return team;
}

void serve_team(Team& team) {
    serve(team, [](const std::string& text) {
        try {
            return open(text);
        } catch (const nlohmann::json::exception& e) {
            throw Error(std::string("rank 0 is not understood: ") + e.what(), Fault::runtime);
        }
    });
}

std::unique_ptr<Metric> own_metric(const std::string& name, const DesignSpace& space,
                                   const Common& common) {
    const Devices all = devices_of(name, common);
    const Devices own = share_of(all, 0, team_size(common));
    return make_metric(all.empty() ? name : on_devices(name, own), space, common.seed,
                       common.threads);
}

std::unique_ptr<Metric> over_team(std::unique_ptr<Metric> own, const std::string& name, int visits,
                                  const DesignSpace& space, const Common& common) {
    if (team_size(common) == 1 || common.space.empty()) return own;
    const Devices all = devices_of(name, common);
    const int size = team_size(common);
    auto conditions = process_conditions(common.no_host);
    conditions.emplace_back("rank", "0");
    OpenedMetric opened{std::make_shared<DesignSpace>(space), std::move(own), std::move(conditions),
                        joined(share_of(all, 0, size))};
    return std::make_unique<TeamMetric>(
        std::move(opened), *common.crew, [&](int rank) -> std::string {
            const Devices devices = share_of(all, rank, size);
            if (!all.empty() && devices.empty()) return "";  // more ranks than devices
            return description(name, devices, visits, space, common, rank);
        });
}

Metric::Facts process_conditions(bool no_host) {
    Metric::Facts conditions;
    for (auto& fact : machine_description(no_host)) {
        if (fact.first == "host" || passes(fact.first)) conditions.push_back(std::move(fact));
    }
    return conditions;
}

}  // namespace blockscope::cli
