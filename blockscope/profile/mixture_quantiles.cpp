#include "blockscope/profile/distribution.hpp"

namespace blockscope {

std::vector<double> mixture_quantiles(const std::vector<std::function<double(double)>>& parts,
                                      double low, double high,
                                      const std::vector<double>& probabilities) {
    const auto below = [&](double t) {
        double sum = 0;
        for (const auto& part : parts) sum += part(t);
        return sum / static_cast<double>(parts.size());
    };
    std::vector<double> quantiles;
    for (const double p : probabilities) {
        double a = low;
        double b = high;
        for (int i = 0; i < 60 && b - a > 1e-12 * (high - low); ++i) {
            const double middle = (a + b) / 2;
            (below(middle) >= p - 1e-12 ? b : a) = middle;
        }
        quantiles.push_back(b);
    }
    return quantiles;
}

}  // namespace blockscope
