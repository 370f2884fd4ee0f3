#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "blockscope/profile/profile.hpp"

namespace blockscope {

/// What a number of the paper is about. id: "note10", "flops/ofa-table", "macs/ofa-mbv3",
/// "macs/resnet50", or the name of a published predictor ("ofa_mbv3_latency_npu").
struct PaperMetric {
    const char* id = "";
    int resolution = 224;
    Protocol protocol = Protocol::published;
};

struct PaperInputs {
    std::string predictors;  ///< folder, searched with those below it; "": none
    std::string lut;         ///< Note10 tables, a file or folder; "": none
    std::size_t n = 50000;   ///< random networks where a number is not exact
    std::uint64_t seed = 1;
    unsigned threads = 0;  ///< 0: all of this process
    /// Of every interval. Some hundred are compared, so one in a hundred may miss by chance; with
    /// the tolerances that hardly ever makes a row fail.
    double level = 0.99;
};

/// Profiles of the paper's metrics, each made when it is first asked for. Nothing is the answer
/// where an input was not given or does not reach; why_not() then says what is missing.
class PaperNumbers {
public:
    /// Predictors are recognised by their weights, whatever the files are called. Throws Error for
    /// a folder without any.
    explicit PaperNumbers(PaperInputs inputs);
    ~PaperNumbers();

    const PaperInputs& inputs() const { return inputs_; }

    /// The reason of the last missing answer since the last call; "" if nothing was missing.
    std::string why_not();

    const DesignSpace& space(const std::string& name);
    /// Exact for sums, pooled for predictors, with the 5 and 95 % percentiles.
    const Profile* profile(const PaperMetric& metric);
    std::optional<LayerTable> table(const PaperMetric& metric);
    /// To evaluate architectures of its space; null where it was not given.
    Metric* metric(const PaperMetric& metric);

    /// Mean, standard deviation and quantiles of n random networks, by themselves.
    enum class Moment { mean, deviation, p5, p95 };
    Estimate moment(const PaperMetric& metric, Moment moment);
    /// Of one architecture; NaN where missing.
    double value(const PaperMetric& metric, const Architecture& a);
    const DesignSpace* space_of(const PaperMetric& metric);

private:
    struct Source;
    Source* source(const PaperMetric& metric);
    const std::vector<Architecture>& archs(const std::string& space, int resolution);
    const std::vector<double>& values(Source& source, int resolution);

    PaperInputs inputs_;
    std::string why_not_;
    std::map<std::string, std::string> files_;  ///< of predictors, by name
    std::map<std::string, std::unique_ptr<DesignSpace>> spaces_;
    std::map<std::string, std::unique_ptr<Source>> sources_;
    std::map<std::pair<std::string, int>, std::vector<Architecture>> archs_;
};

/// "exact" or "pooled": how the profile of a metric is estimated.
const char* paper_estimator(const PaperMetric& metric);

}  // namespace blockscope
