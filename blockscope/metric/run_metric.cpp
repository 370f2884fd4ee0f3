#include "blockscope/metric/run_metric.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <filesystem>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/random.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/measure/latency_bench.hpp"
#include "blockscope/measure/robust_mean.hpp"
#include "blockscope/metric/name_options.hpp"
#include "blockscope/space/encoding.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// "20s" or "20".
bool parse_seconds(std::string_view text, double& seconds) {
    if (text.ends_with('s')) text.remove_suffix(1);
    return parse_number(text, seconds) && seconds >= 0 && seconds <= 1e6;
}

bool parse_count(std::string_view text, int low, int& count) {
    long long number = 0;
    if (!parse_number(text, number) || number < low || number > 1000) return false;
    count = static_cast<int>(number);
    return true;
}

/// False where the value is none that the key takes.
bool set(RunMetricOptions& options, std::string_view key, std::string_view value) {
    if (key == "timeout") return parse_seconds(value, options.runner.timeout_s);
    if (key == "backoff") return parse_seconds(value, options.runner.backoff_s);
    if (key == "retries") return parse_count(value, 0, options.runner.retries);
    if (key == "batch") return parse_count(value, 1, options.batch);
    if (value.empty()) return false;
    if (key == "unit") options.runner.unit = value;
    if (key == "name") options.name = value;
    if (key == "cache") options.cache = value;
    if (key == "devices") {
        for (const auto device : split(value, '+')) options.devices.emplace_back(device);
    }
    return true;
}

}  // namespace

RunMetricOptions parse_run_metric(const std::string& name) {
    RunMetricOptions options;
    std::string command = name.substr(std::string_view("run:").size());
    // a command may hold a '#' of its own; options are behind the last one, if they look like some
    const auto hash = command.rfind('#');
    if (hash != std::string::npos && command.find('=', hash) != std::string::npos &&
        command.find(' ', hash) == std::string::npos) {
        const std::vector<std::string> keys{"timeout", "retries", "backoff", "unit",
                                            "name",    "devices", "batch",   "cache"};
        read_name_options(
            name, std::string_view(command).substr(hash + 1), keys,
            [&](std::string_view key, std::string_view value) { return set(options, key, value); });
        command.resize(hash);
    }
    options.runner.command = std::string(trim(command));
    if (options.runner.command.empty()) {
        throw Error(fmt::format("'{}' names no command: write run:COMMAND", name));
    }
    if (options.devices.empty()) options.devices.emplace_back("");
    return options;
}

std::string without_devices(const std::string& name) {
    if (parse_run_metric(name).devices == std::vector<std::string>{""}) return name;
    const auto hash = name.rfind('#');
    std::string options;
    for (const auto part : split(std::string_view(name).substr(hash + 1), ',')) {
        if (part.starts_with("devices=")) continue;
        options += std::string(options.empty() ? "#" : ",") + std::string(part);
    }
    return name.substr(0, hash) + options;
}

struct RunMetric::Device {
    Device(const RunnerOptions& options, const std::string& called)
        : name(called), runner(options, called) {}

    std::string name;
    Runner runner;
    std::map<int, std::vector<LatencySample>> references;  ///< by resolution, in order of time
    int since_reference = 0;                               ///< networks asked for since the last
    bool lost = false;
    std::string lost_because;
};

/// What the devices share while they measure networks of one resolution.
struct RunMetric::Batch {
    struct Visit {
        std::size_t network = 0;
        int number = 0;
        const Device* device = nullptr;
        double at_s = 0;
        RobustMean value = {};
    };

    const DesignSpace& space;
    int resolution = 0;
    std::span<const Architecture> archs;  ///< of the whole call
    Progress* progress = nullptr;
    std::mutex mutex = {};  ///< of all below
    std::deque<std::pair<std::size_t, int>> waiting = {};
    std::vector<Visit> visits = {};
    std::map<std::size_t, std::string> failures = {};
    std::vector<LatencySample> references = {};
    std::exception_ptr error = nullptr;
    double done = 0;
    double all = 0;

    /// A device may be waiting for its answer while another one shows progress.
    struct Quiet : Progress {
        Batch& batch;
        explicit Quiet(Batch& of) : batch(of) {}
        void update(std::string_view, double, double) override {}
        bool stop_requested() const override {
            const std::lock_guard lock(batch.mutex);
            return batch.error != nullptr ||
                   (batch.progress != nullptr && batch.progress->stop_requested());
        }
    };
};

namespace {

const Clock::time_point process_start = Clock::now();

}  // namespace

RunMetric::RunMetric(const std::string& name, std::uint64_t seed)
    : options_(parse_run_metric(name)),
      seed_(seed),
      cache_(options_.cache.empty() ? std::filesystem::temp_directory_path() / "blockscope-onnx"
                                    : std::filesystem::path(options_.cache),
             seed, options_.batch) {
    info_.name = without_devices(name);
    const std::string unit = options_.runner.unit;
    info_.column =
        fmt::format("latency_{}_{}", options_.name.empty() ? "run" : options_.name, unit);
    info_.unit = unit;
    info_.direction = Direction::smaller_is_better;
    info_.noisy = true;
    info_.costly = true;
    info_.source =
        fmt::format("measured by '{}', batch {}", options_.runner.command, options_.batch);
    for (const auto& device : options_.devices) {
        devices_.push_back(std::make_unique<Device>(options_.runner, device));
    }
}

RunMetric::~RunMetric() = default;

MachineContext RunMetric::context() const {
    MachineContext context;
    context.stable = {{"runner", options_.runner.command},
                      {"unit", options_.runner.unit},
                      {"batch", std::to_string(options_.batch)},
                      {"visits", std::to_string(visits_)}};
    return context;
}

RunnerAnswer RunMetric::ask(Batch& batch, Device& device, const Architecture& a) {
    const auto file = cache_.file(batch.space, a);
    const RunnerRequest request{file->string(), body_text(batch.space, a), batch.space.name,
                                batch.resolution};
    const Batch::Quiet progress(batch);
    return device.runner.ask(request, &progress);
}

/// Throws Error(Fault::device) where it gets no number.
void RunMetric::ask_reference(Batch& batch, Device& device) {
    device.since_reference = 0;
    const auto answer = ask(batch, device, reference_architecture(batch.space, batch.resolution));
    if (!answer.refusal.empty()) {
        throw Error("refuses the reference network: " + answer.refusal, Fault::device);
    }
    const double value = robust_mean(answer.values).value;
    auto& own = device.references[batch.resolution];
    own.push_back({0, seconds_since(process_start), value, value, 0, true});
    const std::lock_guard lock(batch.mutex);
    const double scale = scales_.try_emplace(batch.resolution, value).first->second;
    // for the verdict on drift: as if all devices were as fast as the first
    LatencySample alike = own.back();
    alike.wall_ms = alike.cpu_ms = value * scale / own.front().wall_ms;
    batch.references.push_back(alike);
}

void RunMetric::work(Batch& batch, Device& device) {
    // by count, not by time: one stalled request must not leave the rest without references
    constexpr int networks_per_reference = 9;
    while (true) {
        std::pair<std::size_t, int> next;
        try {
            if (device.references[batch.resolution].empty() ||
                device.since_reference >= networks_per_reference) {
                ask_reference(batch, device);
            }
            {
                const std::lock_guard lock(batch.mutex);
                if (batch.error || batch.waiting.empty()) return;
                next = batch.waiting.front();
                batch.waiting.pop_front();
                if (batch.progress != nullptr) {
                    batch.progress->update("measuring", batch.done++, batch.all);
                }
            }
        } catch (const Runner::Stopped&) {
            return;
        } catch (const Error& e) {
            device.lost = true;
            device.lost_because = e.what();
            return;
        }
        try {
            ++device.since_reference;
            const auto answer = ask(batch, device, batch.archs[next.first]);
            const double at_s = seconds_since(process_start);
            const std::lock_guard lock(batch.mutex);
            if (answer.refusal.empty()) {
                batch.visits.push_back(
                    {next.first, next.second, &device, at_s, robust_mean(answer.values)});
            } else {
                batch.failures[next.first] = "the runner refuses it: " + answer.refusal;
            }
        } catch (const Runner::Stopped&) {
            return;
        } catch (const Error& e) {
            if (e.fault() != Fault::device) {  // the network cannot even be written
                const std::lock_guard lock(batch.mutex);
                batch.failures[next.first] = e.what();
                continue;
            }
            try {  // whose fault was it?
                ask_reference(batch, device);
                const std::lock_guard lock(batch.mutex);
                batch.failures[next.first] = e.what();
            } catch (const Runner::Stopped&) {
                return;
            } catch (const Error& again) {
                device.lost = true;
                device.lost_because = again.what();
                const std::lock_guard lock(batch.mutex);
                batch.waiting.push_front(next);
                return;
            }
        }
    }
}

MetricColumn RunMetric::evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                                 Progress* progress) {
    MetricColumn column;
    samples_.clear();
    column.values.assign(archs.size(), nan);
    column.spread.assign(archs.size(), nan);
    std::map<int, std::vector<std::size_t>> by_resolution;
    for (std::size_t i = 0; i < archs.size(); ++i) by_resolution[archs[i].resolution].push_back(i);
    Rng order = Rng(seed_).fork(batches_++);
    for (auto& [resolution, members] : by_resolution) {
        Batch batch{space, resolution, archs, progress};
        for (int visit = 0; visit < visits_; ++visit) {
            std::vector<std::size_t> round = members;
            shuffle(round, order);
            for (const auto i : round) batch.waiting.emplace_back(i, visit);
        }
        batch.all = static_cast<double>(batch.waiting.size());
        {
            std::vector<std::jthread> threads;
            for (const auto& device : devices_) {
                if (!device->lost) {
                    threads.emplace_back([&, d = device.get()] { work(batch, *d); });
                }
            }
        }
        const bool stopped = progress != nullptr && progress->stop_requested();
        const bool all_lost =
            std::all_of(devices_.begin(), devices_.end(), [](const auto& d) { return d->lost; });
        if (all_lost && !batch.waiting.empty() && !stopped) {
            const Device& last = *devices_.back();
            throw Error(fmt::format("device {}lost: {}", last.name.empty() ? "" : last.name + " ",
                                    last.lost_because),
                        Fault::device);
        }
        finish(batch, members, column);
    }
    return column;
}

void RunMetric::finish(Batch& batch, std::span<const std::size_t> members, MetricColumn& column) {
    std::map<std::size_t, std::vector<const Batch::Visit*>> of_network;
    samples_.insert(samples_.end(), batch.references.begin(), batch.references.end());
    for (const auto& visit : batch.visits) {
        of_network[visit.network].push_back(&visit);
        samples_.push_back(
            {visit.network, visit.at_s, visit.value.value, visit.value.value, visit.number, false});
    }
    std::sort(samples_.begin(), samples_.end(),
              [](const LatencySample& a, const LatencySample& b) { return a.at_s < b.at_s; });
    for (const std::size_t i : members) {
        const auto failed = batch.failures.find(i);
        const auto found = of_network.find(i);
        if (failed != batch.failures.end() || found == of_network.end()) {
            column.failures.emplace_back(i, failed != batch.failures.end()
                                                ? failed->second
                                                : "not reached before the measuring was stopped");
            continue;
        }
        std::vector<double> corrected;
        double within = nan;
        for (const auto* visit : found->second) {
            const auto& references = visit->device->references.at(batch.resolution);
            // as wide as what lies between two references: a device's own pace
            const auto gaps = static_cast<double>(std::max<std::size_t>(1, references.size() - 1));
            const double width = (references.back().at_s - references.front().at_s) / gaps;
            const double factor =
                scales_.at(batch.resolution) /
                smoothed_reference(references, visit->at_s, std::max(0.05, width), false);
            corrected.push_back(visit->value.value * factor);
            within = visit->value.standard_error * factor;
        }
        const RobustMean mean = robust_mean(corrected);
        column.values[i] = mean.value;
        column.spread[i] = corrected.size() > 1 ? mean.standard_error : within;
    }
}

std::optional<double> RunMetric::reference_ms(int resolution) const {
    const auto found = scales_.find(resolution);
    return found == scales_.end() ? std::nullopt : std::optional(found->second);
}

void RunMetric::scale_to(int resolution, double reference_ms) {
    scales_[resolution] = reference_ms;
}

}  // namespace blockscope
