#pragma once

#include <functional>
#include <vector>

#include "blockscope/profile/expectation.hpp"

namespace blockscope {

/// Distribution of a layer table's value over random architectures, with any one placement held
/// fixed. Prepared once for all placements.
class ValueDistribution {
public:
    virtual ~ValueDistribution() = default;
    /// Smallest value that at least `probabilities` of the architectures do not exceed.
    virtual std::vector<double> quantiles(const std::vector<double>& probabilities) const = 0;
    virtual std::vector<double> quantiles(const Placement& fixed, Protocol protocol,
                                          const std::vector<double>& probabilities) const = 0;
    /// t -> P(value <= t), with a placement held fixed or (null) nothing. Outlived by this.
    virtual std::function<double(double)> below(const Placement* fixed,
                                                Protocol protocol) const = 0;
    /// Largest error of any quantile.
    virtual double error_bound() const = 0;
};

/// Quantiles of a mixture in equal parts, each given by its P(value <= t). low and high enclose all
/// of them; found to 1e-12 of their distance.
std::vector<double> mixture_quantiles(const std::vector<std::function<double(double)>>& parts,
                                      double low, double high,
                                      const std::vector<double>& probabilities);

/// Sums: every layer's term is rounded to a grid of width h, units are chained over their width
/// choice; each rounding costs at most h / 2, so the bound is h / 2 times their number.
class SumDistribution : public ValueDistribution {
public:
    SumDistribution(const DesignSpace& space, const LayerTable& table, int bins = 4096);
    std::vector<double> quantiles(const std::vector<double>& probabilities) const override;
    std::vector<double> quantiles(const Placement& fixed, Protocol protocol,
                                  const std::vector<double>& probabilities) const override;
    std::function<double(double)> below(const Placement* fixed, Protocol protocol) const override;
    double error_bound() const override { return 0.5 * roundings_ * width_; }

private:
    /// Mass on consecutive grid points, the first at `start`.
    struct Mass {
        int start = 0;
        std::vector<double> p;
    };
    int grid(double term) const;
    void add(Mass& to, const Mass& from, double weight, int shift) const;
    Mass everything() const;
    Mass spread(const Mass& from, int u, int l, int incoming, int w,
                const std::vector<double>& blocks) const;
    Mass through_unit(const std::vector<Mass>& before, int u, int w,
                      const UnitDistribution& unit) const;

    /// P(left + right <= left.start + right_start + t)
    static double cdf(const Mass& left, const std::vector<double>& right_cdf, int t);
    std::vector<double> invert(const Mass& left, const std::vector<double>& right_cdf,
                               int right_start, const std::vector<double>& probabilities) const;

    const DesignSpace& space_;
    const LayerTable& table_;
    BodyDistribution body_;
    double origin_ = 0;  ///< value of grid point 0
    double width_ = 1;
    int roundings_ = 0;
    std::vector<std::vector<Mass>>
        before_;                            ///< [unit][incoming state]: weighted by its probability
    std::vector<std::vector<Mass>> after_;  ///< [unit][width]: everything behind the unit
    std::vector<std::vector<std::vector<double>>> after_cdf_;
};

/// Largest of the terms: exact, from the product of the layers' distribution functions.
class MaxDistribution : public ValueDistribution {
public:
    MaxDistribution(const DesignSpace& space, const LayerTable& table);
    std::vector<double> quantiles(const std::vector<double>& probabilities) const override;
    std::vector<double> quantiles(const Placement& fixed, Protocol protocol,
                                  const std::vector<double>& probabilities) const override;
    std::function<double(double)> below(const Placement* fixed, Protocol protocol) const override;
    double error_bound() const override { return 0; }
    double mean(const BodyDistribution& body) const;

private:
    std::vector<double> cdf(const BodyDistribution& body) const;
    std::vector<double> invert(const std::vector<double>& cdf,
                               const std::vector<double>& probabilities) const;

    const DesignSpace& space_;
    const LayerTable& table_;
    BodyDistribution body_;
    std::vector<double> stem_;
    std::vector<double> values_;  ///< distinct values the result can take, ascending
};

}  // namespace blockscope
