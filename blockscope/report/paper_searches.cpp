#include "blockscope/report/paper_searches.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"
#include "blockscope/insight/insight.hpp"
#include "blockscope/search/comparison.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

struct Panel {
    const char* title;
    const char* accuracy;
    const char* latency;  ///< "": maximum accuracy
    const char* preset;
    int resolution = 224;
    bool is_correlated = false;  ///< the paper claims sparse gains only, and we nothing sure
};

constexpr std::array<Panel, 11> panels{{
    {"Figure 8: OFA, Kirin 9000 NPU", "ofa_mbv3_accuracy_gnn", "ofa_mbv3_latency_npu", "npu"},
    {"Figure 8: OFA, RTX 2080 Ti", "ofa_mbv3_accuracy_gnn", "ofa_mbv3_latency_gpu", "gpu"},
    {"Figure 8: OFA, Threadripper 2990WX", "ofa_mbv3_accuracy_gnn", "ofa_mbv3_latency_cpu", "cpu"},
    {"Figure 8: OFA, Note10", "ofa_mbv3_accuracy_gnn", "note10", "note10", 224, true},
    {"Figure 8: OFA, Note10", "ofa_mbv3_accuracy_gnn", "note10", "note10", 192, true},
    {"Figure 8: ProxylessNAS, Kirin 9000 NPU", "ofa_proxyless_accuracy_gnn",
     "ofa_proxyless_latency_npu", "npu"},
    {"Figure 8: ProxylessNAS, RTX 2080 Ti", "ofa_proxyless_accuracy_gnn",
     "ofa_proxyless_latency_gpu", "gpu"},
    {"Figure 8: ProxylessNAS, Threadripper 2990WX", "ofa_proxyless_accuracy_gnn",
     "ofa_proxyless_latency_cpu", "cpu"},
    {"Table 2: OFA", "ofa_mbv3_accuracy_gnn", "", "max-accuracy"},
    {"Table 2: ProxylessNAS", "ofa_proxyless_accuracy_gnn", "", "max-accuracy"},
    {"Table 2: ResNet50", "ofa_resnet50_accuracy", "", "max-accuracy"},
}};

enum Arm : std::uint8_t { original, paper, derived };
constexpr std::array<const char*, 3> arm_names{"original", "paper", "derived"};

Claim claim_of(bool holds) { return holds ? Claim::holds : Claim::fails; }

/// Of a claim that the difference is above 0, by its interval.
Claim claim_by_interval(const Estimate& difference) {
    if (difference.low > 0) return Claim::holds;
    return difference.high < 0 ? Claim::fails : Claim::undecided;
}

double deviation(const std::vector<double>& values) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (*least == *most) return 0;  // the mean's rounding apart
    double sum = 0;
    double squares = 0;
    const auto n = static_cast<double>(values.size());
    for (const double v : values) sum += v;
    for (const double v : values) squares += (v - sum / n) * (v - sum / n);
    return std::sqrt(squares / (n - 1));
}

/// A panel's problem and what its searches gave.
class PanelSearches {
public:
    /// Nothing is searched where an input is missing; why_not says which.
    PanelSearches(const Panel& panel, PaperNumbers& numbers, const PaperSearchOptions& options)
        : panel_(panel), options_(options) {
        for (const char* id : {panel.accuracy, panel.latency}) {
            if (*id == '\0') continue;
            const PaperMetric metric{id, panel.resolution, Protocol::definition};
            Metric* const known = numbers.metric(metric);
            const Profile* const profile = known == nullptr ? nullptr : numbers.profile(metric);
            if (profile == nullptr) {
                why_not = numbers.why_not();
                return;
            }
            metrics_.push_back(known);
            profiles_.push_back(profile);
        }
        const auto& space = *numbers.space_of({panel.accuracy});
        spaces_ = {
            space, load_space(space.name + ":paper/" + panel.preset),
            prune(space, *profiles_[0], is_front() ? profiles_[1] : nullptr, {options.strength})
                .space};
    }

    bool is_front() const { return *panel_.latency != '\0'; }

    void run(Progress* progress, std::size_t& done, std::size_t total) {
        for (const auto& space : spaces_) {
            Problem problem{space, {panel_.resolution}, metrics_, {}, {}};
            problem.objectives.push_back({0, Direction::larger_is_better});
            if (is_front()) problem.objectives.push_back({1, Direction::smaller_is_better});
            SearchReport report;
            report.options =
                paper_options(is_front() ? Algorithm::random_mutation : Algorithm::max_accuracy);
            if (&space == &spaces_[original]) {
                report.options.iterations += options_.more_evaluations / report.options.children;
            }
            for (auto seed = options_.first_seed; seed < options_.first_seed + options_.seeds;
                 ++seed) {
                report.options.seed = seed;
                report.seeds.push_back(seed);
                report.runs.push_back(search(problem, report.options));
                if (progress == nullptr) continue;
                progress->update("searches", static_cast<double>(++done),
                                 static_cast<double>(total));
                if (progress->stop_requested()) return;
            }
            records_.push_back(record_of(problem, report));
        }
    }

    /// Empty if it was stopped.
    std::vector<PaperSearchRow> rows() const {
        std::vector<PaperSearchRow> rows;
        if (records_.size() < spaces_.size()) return rows;
        for (const auto& [first, second] :
             {std::pair(original, paper), std::pair(original, derived),
              std::pair(paper, derived)}) {
            if (is_front()) {
                add_front_rows(first, second, rows);
            } else {
                add_accuracy_rows(first, second, rows);
            }
        }
        return rows;
    }

    std::string why_not;

private:
    /// The worst on any front of the three.
    std::vector<double> reference() const {
        std::vector<double> most;
        for (const auto arm : {paper, derived}) {
            const auto own =
                compare(records_[original], records_[arm], {}, options_.level).reference;
            if (most.empty()) most = own;
            most = {std::min(most[0], own[0]), std::max(most[1], own[1])};
        }
        return most;
    }

    PaperSearchRow row(Arm first, Arm second, std::string what, std::string unit,
                       const PairedNumbers& numbers) const {
        return {panel_.title,
                panel_.resolution,
                arm_names[first],
                arm_names[second],
                std::move(what),
                std::move(unit),
                numbers.first_mean.value,
                numbers.second_mean.value,
                numbers.difference,
                numbers.p_value,
                "",
                Claim::none,
                ""};
    }

    void add_front_rows(Arm first, Arm second, std::vector<PaperSearchRow>& rows) const {
        const auto c = compare(records_[first], records_[second], reference(), options_.level);
        auto volume = row(first, second, "hypervolume", "% x ms", c.volume);
        if (second == derived) {
            const bool surely = first == original && !panel_.is_correlated;
            volume.claimed = surely ? "blockscope: larger, p < 0.01" : "blockscope: at least equal";
            volume.claim =
                claim_of(surely ? c.volume.difference.value > 0 && c.volume.p_value < 0.01
                                : c.volume.difference.value >= 0);
        }
        rows.push_back(std::move(volume));
        if (first == paper) return;
        for (std::size_t r = 0; r < c.regions.size(); ++r) {
            const auto& region = c.regions[r];
            auto gain = row(first, second,
                            fmt::format("accuracy at {} to {} ms", significant(region.from, 3),
                                        significant(region.to, 3)),
                            "%", region.best);
            if (second == paper && !panel_.is_correlated && r + 1 < c.regions.size()) {
                gain.claimed = r == 0 ? "paper: better at low latency" : "paper: at middle latency";
                gain.claim = claim_by_interval(region.best.difference);
                if (gain.claim == Claim::undecided) {
                    gain.why = "the interval has both; more seeds may tell";
                }
            }
            rows.push_back(std::move(gain));
        }
        rows.push_back(row(first, second, "best accuracy", "%", c.best));
    }

    void add_accuracy_rows(Arm first, Arm second, std::vector<PaperSearchRow>& rows) const {
        const auto best = compare(records_[first], records_[second], {}, options_.level).best;
        auto accuracy = row(first, second, "best accuracy", "%", best);
        if (deviation(best.first) + deviation(best.second) == 0 && best.difference.value == 0) {
            accuracy.why = "every search finds the same: the predictor saturates there";
        }
        auto spread = accuracy;
        spread.what = "its standard deviation over seeds";
        spread.first_mean = deviation(best.first);
        spread.second_mean = deviation(best.second);
        spread.difference = {};
        spread.difference.value = spread.second_mean - spread.first_mean;
        spread.p_value = std::nan("");
        if (first == original) {
            const std::string by = second == paper ? "paper" : "blockscope";
            accuracy.claimed = by + ": at least the original's";
            accuracy.claim = claim_of(best.difference.value >= 0);
            spread.claimed = by + ": no larger";
            spread.claim = claim_of(spread.difference.value <= 0);
        }
        rows.push_back(std::move(accuracy));
        rows.push_back(std::move(spread));
    }

    const Panel& panel_;
    const PaperSearchOptions& options_;
    std::vector<Metric*> metrics_;
    std::vector<const Profile*> profiles_;
    std::vector<DesignSpace> spaces_;    ///< by arm
    std::vector<SearchRecord> records_;  ///< likewise
};

}  // namespace

std::string_view to_string(Claim claim) {
    constexpr std::array<std::string_view, 5> names{"", "holds", "does not hold", "undecided",
                                                    "not checkable"};
    return names[static_cast<std::size_t>(claim)];
}

std::vector<PaperSearchRow> paper_searches(PaperNumbers& numbers, const PaperSearchOptions& options,
                                           Progress* progress) {
    std::vector<PaperSearchRow> rows;
    std::size_t done = 0;
    const std::size_t total = panels.size() * arm_names.size() * options.seeds;
    for (const auto& panel : panels) {
        PanelSearches searches(panel, numbers, options);
        if (!searches.why_not.empty()) {
            PaperSearchRow row;
            row.panel = panel.title;
            row.resolution = panel.resolution;
            row.first_mean = row.second_mean = row.p_value = std::nan("");
            row.claim = Claim::not_checkable;
            row.why = searches.why_not;
            rows.push_back(std::move(row));
            continue;
        }
        searches.run(progress, done, total);
        for (auto& row : searches.rows()) {
            if (row.claim == Claim::fails && row.why.empty()) {
                row.why = "not with these predictors and seeds";
            }
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

}  // namespace blockscope
