#include "blockscope/stats/comparison.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

#include "blockscope/base/random.hpp"

namespace blockscope {
namespace {

constexpr std::size_t most_exact = 20;
constexpr std::size_t random_signs = 100000;

/// All sign vectors, each from the last by one change (Gray's code); the first difference keeps its
/// sign, as turning all round changes no distance.
double exact_p_value(std::span<const double> differences, double least) {
    double sum = 0;
    for (const double d : differences) sum += d;
    const std::uint64_t vectors = std::uint64_t{1} << (differences.size() - 1);
    std::uint64_t as_far = 1;  // the one seen
    std::uint64_t turned = 0;
    for (std::uint64_t i = 1; i < vectors; ++i) {
        const int k = std::countr_zero(i);
        turned ^= std::uint64_t{1} << k;
        const bool minus = (turned >> k & 1) != 0;
        sum += (minus ? -2 : 2) * differences[static_cast<std::size_t>(k) + 1];
        if (std::abs(sum) >= least) ++as_far;
    }
    return static_cast<double>(as_far) / static_cast<double>(vectors);
}

double drawn_p_value(std::span<const double> differences, double least) {
    Rng rng(1);
    std::size_t as_far = 1;
    for (std::size_t i = 0; i < random_signs; ++i) {
        double sum = 0;
        std::uint64_t signs = 0;
        for (std::size_t k = 0; k < differences.size(); ++k) {
            if (k % 64 == 0) signs = rng.bits64();
            sum += (signs & 1) != 0 ? differences[k] : -differences[k];
            signs >>= 1;
        }
        if (std::abs(sum) >= least) ++as_far;
    }
    return static_cast<double>(as_far) / (random_signs + 1);
}

}  // namespace

double paired_permutation_p_value(std::span<const double> differences) {
    if (differences.empty()) return 1;
    double sum = 0;
    double size = 0;
    for (const double d : differences) {
        sum += d;
        size += std::abs(d);
    }
    const double least = std::abs(sum) - 1e-12 * size;  // equal sums differ in the last bits
    return differences.size() <= most_exact ? exact_p_value(differences, least)
                                            : drawn_p_value(differences, least);
}

double distribution_band(std::size_t n, double level) {
    return std::sqrt(std::log(2 / (1 - level)) / (2 * static_cast<double>(n)));
}

}  // namespace blockscope
