#include "blockscope/metric/supernet_metric.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/parallel.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/metric/divisible.hpp"
#include "blockscope/metric/name_options.hpp"
#include "blockscope/stats/mean.hpp"
#include "blockscope/stats/moments.hpp"
#include "blockscope/stats/proportion.hpp"

namespace blockscope {
namespace {

constexpr std::string_view prefix = "supernet:";
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double give_up_error = 1e-4;  ///< one network of a large front in a hundred searches
constexpr double looks = 15;            ///< SupernetAccuracy::Enough, before the last image

/// Sets an option; false if `value` cannot be one of its values.
bool set(SupernetMetricOptions& options, std::string_view key, std::string_view value) {
    AccuracyOptions& accuracy = options.accuracy;
    if (key == "classes" || key == "cache") {
        if (key == "classes") accuracy.class_map = value;
        if (key == "cache") accuracy.cache = value;
        return !value.empty();
    }
    if (key == "engine" || key == "device" || key == "precision") {
        if (key == "engine") accuracy.engine = value;
        if (key == "device") accuracy.device = value;
        if (key == "precision") accuracy.precision = value;
        if (key == "engine") return value == "onednn" || value == "libtorch";
        if (key == "device") return !value.empty();
        return value == "float32" || value == "float16" || value == "bfloat16";
    }
    if (key == "centre" || key == "crop") {
        double share = 0;
        if (!parse_number(value, share) || !(share > 0 && share <= 1)) return false;
        (key == "centre" ? accuracy.centre : accuracy.smallest_crop) = share;
        return true;
    }
    long long number = 0;
    if (key == "share") {
        if (!parse_number(value, number) || number < 0 || number > 1'000'000) return false;
        accuracy.shared_bytes = static_cast<std::size_t>(number) << 20;
        return true;
    }
    if (!parse_number(value, number) || number < 1 || number > 100'000'000) return false;
    if (key == "images") accuracy.images = static_cast<std::size_t>(number);
    if (key == "calibration") accuracy.calibration = static_cast<std::size_t>(number);
    if (key == "calibration_batch") accuracy.calibration_batch = static_cast<int>(number);
    if (key == "batch") accuracy.batch = static_cast<int>(number);
    if (key == "repeats") accuracy.repeats = static_cast<int>(number);
    if (key == "top") options.top = static_cast<int>(number);
    if (key == "top") return number == 1 || number == 5;
    return key == "images" || key == "calibration" || number <= 4096;
}

class SupernetMetric final : public Metric, public Divisible {
public:
    SupernetMetric(const DesignSpace& space, const std::string& name, std::uint64_t seed,
                   unsigned threads);

    const MetricInfo& info() const override { return info_; }
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress) override {
        return evaluate_or_give_up(space, archs, {}, progress);
    }
    MetricColumn evaluate_or_give_up(const DesignSpace& space, std::span<const Architecture> archs,
                                     std::span<const double> bounds, Progress* progress) override;
    std::vector<double> evaluate_part(const Architecture& a, std::size_t part, std::size_t parts,
                                      Progress* progress) override;
    MetricColumn joined(std::span<const std::vector<double>> sums) const override;
    Facts facts() const override { return accuracy_->facts(); }
    std::vector<std::string> remarks() const override { return accuracy_->remarks(); }

private:
    std::vector<double> counts_of(std::span<const Hits> hits) const;
    std::size_t right(const Hits& hits) const { return top_ == 1 ? hits.top1 : hits.top5; }
    double at_best(const Hits& so_far, std::size_t all) const;

    MetricInfo info_;
    int top_ = 1;
    std::unique_ptr<SupernetAccuracy> accuracy_;
};

SupernetMetric::SupernetMetric(const DesignSpace& space, const std::string& name,
                               std::uint64_t seed, unsigned threads) {
    SupernetMetricOptions options = parse_supernet_metric(name);
    options.accuracy.seed = seed;
    options.accuracy.threads = thread_count(threads);
    if (options.accuracy.cache.empty()) {
        options.accuracy.cache = std::filesystem::temp_directory_path() / "blockscope-images";
    }
    top_ = options.top;
    accuracy_ = std::make_unique<SupernetAccuracy>(read_supernet(space, options.checkpoint),
                                                   options.images, options.accuracy);
    info_.name = name;
    info_.column = top_ == 1 ? "accuracy_supernet_percent" : "accuracy_supernet_top5_percent";
    info_.unit = "%";
    info_.direction = Direction::larger_is_better;
    info_.noisy = options.accuracy.repeats > 1;
    info_.costly = true;
    info_.at_first = 1;
    info_.in_order = true;
    info_.trials = accuracy_->images();
    // with several repeats a look would come before the others' calibration images were seen
    if (options.accuracy.repeats == 1) info_.give_up_error = give_up_error;
    info_.source =
        fmt::format("top-{} of {} images with weights of {}, batch statistics estimated anew", top_,
                    info_.trials, options.checkpoint);
}

/// Shows one architecture's images as a part of all.
class PartOfProgress : public Progress {
public:
    PartOfProgress(Progress* whole, std::size_t before, std::size_t all)
        : whole_(whole), before_(static_cast<double>(before)), all_(static_cast<double>(all)) {}
    void update(std::string_view task, double done, double total) override {
        if (whole_ == nullptr) return;
        if (task != "images") return whole_->update(task, done, total);
        whole_->update(task, total * before_ + done, total * all_);
    }
    bool stop_requested() const override { return whole_ != nullptr && whole_->stop_requested(); }

private:
    Progress* whole_;
    double before_, all_;
};

/// The value that `all` images would give at best, after the first of them.
double SupernetMetric::at_best(const Hits& so_far, std::size_t all) const {
    const std::size_t most =
        most_successes(right(so_far), so_far.images, all, give_up_error / looks);
    return 100 * static_cast<double>(most) / static_cast<double>(all);
}

MetricColumn SupernetMetric::evaluate_or_give_up(const DesignSpace&,
                                                 std::span<const Architecture> archs,
                                                 std::span<const double> bounds,
                                                 Progress* progress) {
    std::vector<std::vector<double>> counts;
    std::vector<GivenUp> given_up;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        PartOfProgress part(progress, i, archs.size());
        SupernetAccuracy::Enough enough;
        if (info_.give_up_error > 0 && !bounds.empty() && !std::isnan(bounds[i])) {
            enough = [&, bound = bounds[i]](const Hits& so_far, std::size_t all) {
                const double best = at_best(so_far, all);
                if (best <= bound) given_up.push_back({i, best, so_far.images});
                return best <= bound;
            };
        }
        counts.push_back(counts_of(accuracy_->evaluate(archs[i], &part, enough)));
    }
    info_.trials = accuracy_->images();
    MetricColumn column = joined(counts);
    column.given_up = std::move(given_up);
    return column;
}

/// Of each repeat the images and those that are right.
std::vector<double> SupernetMetric::counts_of(std::span<const Hits> hits) const {
    std::vector<double> counts;
    for (const Hits& h : hits) {
        counts.push_back(static_cast<double>(h.images));
        counts.push_back(static_cast<double>(right(h)));
    }
    return counts;
}

std::vector<double> SupernetMetric::evaluate_part(const Architecture& a, std::size_t part,
                                                  std::size_t parts, Progress* progress) {
    const auto hits = accuracy_->evaluate_part(a, part, parts, progress);
    info_.trials = accuracy_->images();
    return counts_of(hits);
}

MetricColumn SupernetMetric::joined(std::span<const std::vector<double>> sums) const {
    MetricColumn column;
    column.values.assign(sums.size(), nan);
    if (info_.noisy) column.spread.assign(sums.size(), nan);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        if (sums[i].empty()) {
            column.failures.emplace_back(i, "not reached before the evaluation was stopped");
            continue;
        }
        std::vector<double> percent;
        for (std::size_t k = 0; k + 1 < sums[i].size(); k += 2) {
            percent.push_back(100 * sums[i][k + 1] / sums[i][k]);
        }
        column.values[i] = mean(percent).value;
        if (percent.size() > 1) {
            column.spread[i] =
                std::sqrt(variance(percent) / static_cast<double>(percent.size() - 1));
        }
    }
    return column;
}

}  // namespace

SupernetMetricOptions parse_supernet_metric(const std::string& name) {
    SupernetMetricOptions options;
    std::string rest = name.substr(prefix.size());
    const auto hash = rest.rfind('#');
    if (hash != std::string::npos && rest.find('=', hash) != std::string::npos) {
        const std::vector<std::string> keys{
            "images",    "calibration", "calibration_batch", "batch", "repeats", "top",
            "centre",    "crop",        "classes",           "cache", "engine",  "device",
            "precision", "share"};
        read_name_options(
            name, std::string_view(rest).substr(hash + 1), keys,
            [&](std::string_view key, std::string_view value) { return set(options, key, value); });
        const AccuracyOptions& accuracy = options.accuracy;
        if (accuracy.engine == "onednn" &&
            (accuracy.device != "cpu" || accuracy.precision != "float32")) {
            throw Error(fmt::format(
                "'{}': oneDNN runs on the CPU in float32; other devices and precisions need "
                "engine=libtorch",
                name));
        }
        rest.resize(hash);
    }
    const auto at = rest.rfind('@');
    if (at == std::string::npos || at == 0 || at + 1 == rest.size()) {
        throw Error(fmt::format("'{}' is not supernet:CHECKPOINT@IMAGEDIR", name));
    }
    options.checkpoint = rest.substr(0, at);
    options.images = rest.substr(at + 1);
    return options;
}

std::unique_ptr<Metric> make_supernet_metric(const DesignSpace& space, const std::string& name,
                                             std::uint64_t seed, unsigned threads) {
    return std::make_unique<SupernetMetric>(space, name, seed, threads);
}

}  // namespace blockscope
