#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace blockscope {

/// A function of one number: linear between equally spaced knots, constant beyond them.
struct Link {
    double first = 0;        ///< the lowest knot
    double step = 1;         ///< from knot to knot
    std::vector<double> at;  ///< the value at each knot, 2 or more

    double operator()(double x) const;
};

/// What surrogates leave over as a function of their own value: metrics saturate, or are maxima of
/// sums. links[f] has not seen fold f.
/// The share of the unexplained variance that it takes in 30,000 architectures: published accuracy
/// predictors 4 % (OFA, network of dense layers), 60 % (OFA, graph network), 40 % (ProxylessNAS),
/// 75 % (ResNet50, which is cut off at 83 %); phone latencies 13 to 22 %, other latencies nothing;
/// activation_bytes 96 %.
struct LinkFit {
    std::vector<Link> links;        ///< by fold
    std::vector<double> predicted;  ///< of each member, by the link that has not seen it
    double left = 1;                ///< the residuals' variance after it over that before
};

/// at: the surrogate's value for each member by the model that has not seen it; left: what that
/// model leaves over. A spline whose smoothness is chosen by cross-validation. Nothing below 100
/// members or where it takes less than 2 % of the variance.
/// Source of the method: Eilers and Marx, "Flexible smoothing with B-splines and penalties" (1996).
std::optional<LinkFit> fit_link(std::span<const double> at, std::span<const double> left,
                                std::span<const std::uint8_t> fold, std::size_t folds);

}  // namespace blockscope
