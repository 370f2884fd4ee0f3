#include "cli/pool.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Shows a batch as part of the budget.
class BudgetProgress : public Progress {
public:
    BudgetProgress(Console& console, const Budget& budget, std::string task)
        : console_(console), budget_(budget), task_(std::move(task)) {}

    void start_batch(std::size_t networks, double seconds) {
        networks_ = static_cast<double>(networks);
        seconds_ = seconds;
        start_ = Clock::now();
    }
    double seconds() const {
        return seconds_ + std::chrono::duration<double>(Clock::now() - start_).count();
    }
    void update(std::string_view, double done, double) override {
        if (budget_.seconds > 0) {
            console_.update_seconds(task_, std::min(seconds(), budget_.seconds), budget_.seconds,
                                    fmt::format("{:.0f} networks", networks_ + done));
        } else {
            console_.update(task_, networks_ + done, static_cast<double>(budget_.networks));
        }
    }
    bool stop_requested() const override { return console_.stop_requested(); }

private:
    Console& console_;
    Budget budget_;
    std::string task_;
    double networks_ = 0;
    double seconds_ = 0;
    Clock::time_point start_ = Clock::now();
};

/// The leading part of a sequence that a study answers for, as far as a budget goes. Seconds are
/// the study's account, so every run of the same command cuts the sequence at the same place.
struct TriedPart {
    std::size_t networks = 0;
    double seconds = 0;

    bool spends(const Budget& budget) const {
        return (budget.seconds > 0 && seconds >= budget.seconds) ||
               (budget.networks > 0 && networks >= budget.networks);
    }
    void grow(DrawnSequence& sequence, std::size_t most, const Budget& budget,
              RememberedMetric& metric, const DesignSpace& space) {
        const auto next = sequence.first(std::max(most, networks)).subspan(networks);
        for (const double s : metric.seconds_of_tried(space, next)) {
            if (spends(budget)) return;
            seconds += s;
            ++networks;
        }
    }
};

/// at_once: processes that share the work, whose seconds are all counted.
std::size_t next_batch(const TriedPart& tried, const Budget& budget, std::size_t at_once) {
    constexpr std::size_t first_batch = 16;
    const double seconds_a_batch = 4 * static_cast<double>(at_once);
    std::size_t size = first_batch * at_once;
    if (tried.seconds > 0) {
        const double left = budget.seconds > 0 ? budget.seconds - tried.seconds : seconds_a_batch;
        const double rate = static_cast<double>(tried.networks) / tried.seconds;
        size = static_cast<std::size_t>(
            std::clamp(std::ceil(rate * std::min(left, seconds_a_batch)), 1.0, 65536.0));
    }
    return budget.networks > 0 ? std::min(size, budget.networks - tried.networks) : size;
}

/// "224x224", or "160 to 224" for several.
std::string resolution_text(const std::vector<int>& resolutions) {
    const auto [low, high] = std::minmax_element(resolutions.begin(), resolutions.end());
    return *low == *high ? fmt::format("{0}x{0}", *low) : fmt::format("{} to {}", *low, *high);
}

}  // namespace

Budget Budget::share(const Part& part) const {
    const double count = static_cast<double>(networks) * part.share();
    return {seconds * part.share(), static_cast<std::size_t>(std::ceil(count)), part.index > 1};
}

Budget parse_budget(const std::string& text, std::size_t n) {
    if (text.empty()) return {0, n, false};
    double number = 0;
    const bool seconds = text.ends_with('s');
    const auto digits = seconds ? text.substr(0, text.size() - 1) : text;
    if (!parse_number(digits, number) || !(number > 0) || number > 1e9) {
        throw Error(fmt::format("--budget '{}' is neither seconds (60s) nor networks (500)", text));
    }
    return seconds ? Budget{number, 0, false} : Budget{0, static_cast<std::size_t>(number), false};
}

Gathered gather(DrawnSequence& sequence, std::size_t n, Metric& metric, const DesignSpace& space,
                Console& console) {
    const auto archs = sequence.first(n);
    return {{archs.begin(), archs.end()}, metric.evaluate(space, archs, &console)};
}

Gathered gather(DrawnSequence& sequence, const Budget& budget, RememberedMetric& metric,
                const DesignSpace& space, const std::vector<int>& resolutions, Console& console) {
    const std::string where = resolution_text(resolutions);
    TriedPart tried;
    for (std::size_t most = 4096;; most *= 2) {
        tried.grow(sequence, most, budget, metric, space);
        if (tried.networks < most) break;
    }
    if (tried.networks > 0 && !budget.goes_on) {
        console.say(fmt::format("{} at {}: {} networks known from {:.1f} s of measuring before",
                                metric.info().name, where, tried.networks, tried.seconds));
    }
    BudgetProgress progress(console, budget, fmt::format("{} at {}", metric.info().name, where));
    MetricColumn last;
    std::size_t last_start = 0;
    while (!Console::interrupted() && !tried.spends(budget)) {
        last_start = tried.networks;
        const std::size_t size = last_start + next_batch(tried, budget, metric.at_once());
        progress.start_batch(last_start, tried.seconds);
        last = metric.evaluate(space, sequence.first(size).subspan(last_start), &progress);
        tried.grow(sequence, size, budget, metric, space);
    }
    if (tried.seconds > 0) {
        console.detail(fmt::format("{} at {}: {:.1f} networks per s of measuring",
                                   metric.info().name, where,
                                   static_cast<double>(tried.networks) / tried.seconds));
    }
    const auto archs = sequence.first(tried.networks);
    Gathered pool{{archs.begin(), archs.end()}, metric.recall(space, archs)};
    // measured when Ctrl-C came, and not stored: part of this run's result all the same
    const std::size_t end = Console::interrupted() ? last_start + last.values.size() : 0;
    for (std::size_t i = tried.networks; i < end; ++i) {
        const double value = last.values[i - last_start];
        if (std::isnan(value)) continue;
        pool.archs.push_back(sequence.first(i + 1).back());
        pool.column.values.push_back(value);
    }
    metric.rescale(space, pool.archs, pool.column.values);
    return pool;
}

}  // namespace blockscope::cli
