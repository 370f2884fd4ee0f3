#include "blockscope/report/paper_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <tuple>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/metric/registry.hpp"
#include "blockscope/model/model_card.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/quantile.hpp"
#include "blockscope/stats/student.hpp"
#include "blockscope/weights/tensor_file.hpp"

namespace blockscope {
namespace {
namespace fs = std::filesystem;

std::string space_name(const std::string& id) {
    if (id.starts_with("macs/")) return id.substr(5);
    if (id.starts_with("ofa_proxyless")) return "proxylessnas";
    return id.starts_with("ofa_resnet50") ? "resnet50" : "ofa-mbv3";
}

bool is_sum(const std::string& id) {
    return id == "note10" || id == "flops/ofa-table" || id.starts_with("macs/");
}

/// Published predictors in a folder and those below it, by name.
std::map<std::string, std::string> predictor_files(const std::string& folder) {
    std::error_code code;
    std::vector<std::string> paths;
    for (auto entry = fs::recursive_directory_iterator(folder, code);
         !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
        const auto extension = entry->path().extension();
        if (extension == ".safetensors" || extension == ".pth" || extension == ".pt") {
            paths.push_back(entry->path().string());
        }
    }
    if (code) throw Error(code.message(), folder);
    std::sort(paths.begin(), paths.end());
    std::map<std::string, std::string> files;
    for (const auto& path : paths) {
        if (const auto card = published_model(read_tensor_file(path))) files[card->name] = path;
    }
    if (files.empty()) {
        throw Error("no file here is a published predictor (.safetensors, .pth or .pt)", folder);
    }
    return files;
}

}  // namespace

struct PaperNumbers::Source {
    std::string space;
    std::unique_ptr<Metric> metric;
    std::map<int, std::vector<double>> values;
    std::map<std::pair<int, Protocol>, Profile> profiles;
};

PaperNumbers::PaperNumbers(PaperInputs inputs) : inputs_(std::move(inputs)) {
    if (!inputs_.predictors.empty()) files_ = predictor_files(inputs_.predictors);
}

PaperNumbers::~PaperNumbers() = default;

std::string PaperNumbers::why_not() { return std::exchange(why_not_, ""); }

const DesignSpace& PaperNumbers::space(const std::string& name) {
    auto& space = spaces_[name];
    if (!space) space = std::make_unique<DesignSpace>(load_space(name));
    return *space;
}

PaperNumbers::Source* PaperNumbers::source(const PaperMetric& metric) {
    const std::string id = metric.id;
    auto& source = sources_[id];
    if (source) return source.get();
    std::string name = id;
    if (id.starts_with("macs/")) {
        name = "macs";
    } else if (id == "note10") {
        if (inputs_.lut.empty()) {
            why_not_ = "needs OFA's Note10 tables (--lut)";
            return nullptr;
        }
        name = "lut:" + inputs_.lut;
    } else if (!is_sum(id)) {
        const auto file = files_.find(id);
        if (file == files_.end()) {
            why_not_ = fmt::format("needs the predictor {} (--predictors)", id);
            return nullptr;
        }
        name = "model:" + file->second;
    }
    source = std::make_unique<Source>();
    source->space = space_name(id);
    source->metric = make_metric(name, space(source->space), inputs_.seed, inputs_.threads);
    return source.get();
}

Metric* PaperNumbers::metric(const PaperMetric& metric) {
    Source* from = source(metric);
    return from == nullptr ? nullptr : from->metric.get();
}

const DesignSpace* PaperNumbers::space_of(const PaperMetric& metric) {
    return &space(space_name(metric.id));
}

const std::vector<Architecture>& PaperNumbers::archs(const std::string& name, int resolution) {
    auto& archs = archs_[{name, resolution}];
    if (archs.empty()) {
        archs = sample(space(name), inputs_.n, Rng(inputs_.seed), resolution, inputs_.threads);
    }
    return archs;
}

const std::vector<double>& PaperNumbers::values(Source& source, int resolution) {
    auto& values = source.values[resolution];
    if (values.empty()) {
        values =
            source.metric->evaluate(space(source.space), archs(source.space, resolution)).values;
    }
    return values;
}

std::optional<LayerTable> PaperNumbers::table(const PaperMetric& metric) {
    Source* from = source(metric);
    if (from == nullptr) return std::nullopt;
    try {
        return from->metric->additive(space(from->space), metric.resolution);
    } catch (const Error& e) {  // a look-up table without this resolution
        why_not_ = e.what();
        return std::nullopt;
    }
}

const Profile* PaperNumbers::profile(const PaperMetric& metric) {
    Source* from = source(metric);
    if (from == nullptr) return nullptr;
    const auto key = std::pair(metric.resolution, metric.protocol);
    if (const auto known = from->profiles.find(key); known != from->profiles.end()) {
        return &known->second;
    }
    ProfileOptions options;
    options.protocol = metric.protocol;
    options.level = inputs_.level;
    const DesignSpace& of = space(from->space);
    const MetricInfo& info = from->metric->info();
    if (is_sum(metric.id)) {
        const auto terms = table(metric);
        if (!terms) return nullptr;
        return &from->profiles
                    .emplace(key, exact_profile(of, *terms, info, metric.resolution, options))
                    .first->second;
    }
    const EvaluatedSample sample{archs(from->space, metric.resolution),
                                 values(*from, metric.resolution)};
    return &from->profiles
                .emplace(key, pooled_profile(of, sample, info, {metric.resolution}, options))
                .first->second;
}

Estimate PaperNumbers::moment(const PaperMetric& metric, Moment moment) {
    Source* from = source(metric);
    if (from == nullptr) return {};
    auto sorted = values(*from, metric.resolution);
    std::erase_if(sorted, [](double v) { return std::isnan(v); });
    if (sorted.size() < 2) {
        why_not_ = "the metric gives no numbers at this resolution";
        return {};
    }
    std::sort(sorted.begin(), sorted.end());
    if (moment == Moment::p5) return quantile_interval(sorted, 0.05, inputs_.level);
    if (moment == Moment::p95) return quantile_interval(sorted, 0.95, inputs_.level);
    const auto n = static_cast<double>(sorted.size());
    double mean = 0;
    for (const double v : sorted) mean += v / n;
    double squares = 0;
    double fourths = 0;
    for (const double v : sorted) {
        const double square = (v - mean) * (v - mean);
        squares += square / n;
        fourths += square * square / n;
    }
    const double t = student_quantile(inputs_.level, n - 1);
    const double deviation = std::sqrt(squares);
    if (moment == Moment::mean) return plus_minus(mean, t * deviation / std::sqrt(n));
    // delta method, from the variance of a sample variance
    const double error = std::sqrt((fourths - squares * squares) / n) / (2 * deviation);
    return plus_minus(deviation, t * error);
}

double PaperNumbers::value(const PaperMetric& metric, const Architecture& a) {
    Source* from = source(metric);
    if (from == nullptr) return Estimate{}.value;
    Architecture asked = a;
    asked.resolution = static_cast<std::uint16_t>(metric.resolution);
    auto column = from->metric->evaluate(space(from->space), std::span(&asked, 1));
    if (!column.failures.empty()) why_not_ = column.failures.front().second;
    return column.values.front();
}

const char* paper_estimator(const PaperMetric& metric) {
    return is_sum(metric.id) ? "exact" : "pooled";
}

}  // namespace blockscope
