#pragma once

#include <memory>
#include <span>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// What is to be expected of a metric after some networks were evaluated, and how surely: an
/// additive trend (cross_fit.hpp) and, of what it leaves over, a Gaussian process with the kernel
/// of product_kernel.hpp, to which another resolution is as far as another width. Length and noise
/// of the process are those of largest marginal likelihood on a small grid. Source: Rasmussen and
/// Williams, "Gaussian processes for machine learning" (2006), algorithm 2.1 and section 5.4.
class SurrogateModel {
public:
    /// The process knows this many networks at most, the latest.
    static constexpr std::size_t most_known = 800;

    /// archs: of these resolutions. values: finite, as many, at least 2. Depends on nothing else.
    SurrogateModel(const DesignSpace& space, std::span<const Architecture> archs,
                   std::span<const double> values, std::span<const int> resolutions);
    ~SurrogateModel();
    SurrogateModel(SurrogateModel&&) noexcept;
    SurrogateModel& operator=(SurrogateModel&&) noexcept;

    /// mean[i] and standard error[i] of archs[i], in the values' unit. The error is that of the
    /// metric's expected value: its own noise does not count.
    void predict(std::span<const Architecture> archs, std::span<double> mean,
                 std::span<double> error) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace blockscope
