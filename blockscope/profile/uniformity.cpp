#include "blockscope/profile/uniformity.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "blockscope/stats/distributions.hpp"
#include "blockscope/stats/goodness_of_fit.hpp"

namespace blockscope {
namespace {

constexpr double false_alarms = 0.001;
constexpr double least_expected = 5;  // below it chi-square is no approximation

/// One choice: its name, its options and which of them an architecture takes (-1: the choice does
/// not come up in it).
struct Choice {
    std::string name;
    std::vector<int> options;
    std::function<std::string(int)> option_name;
    std::function<int(const Architecture&)> taken;
};

std::vector<Choice> choices(const DesignSpace& space, const std::vector<int>& resolutions) {
    std::vector<Choice> all;
    const auto number = [](int o) { return std::to_string(o); };
    if (resolutions.size() > 1) {
        all.push_back({"resolution", resolutions, number,
                       [](const Architecture& a) { return static_cast<int>(a.resolution); }});
    }
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        const auto& choice = space.stem_choices[i];
        all.push_back({fmt::format("stem choice {}{}", choice.letter, i + 1),
                       allowed(choice.allowed),
                       [&choice](int o) { return choice.options[static_cast<std::size_t>(o)]; },
                       [i](const Architecture& a) { return static_cast<int>(a.stem[i]); }});
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        all.push_back({fmt::format("depth of unit {}", u + 1), allowed(unit.depths), number,
                       [u](const Architecture& a) { return static_cast<int>(a.depth[u]); }});
        all.push_back({fmt::format("width of unit {}", u + 1), allowed(unit.widths), number,
                       [u](const Architecture& a) { return static_cast<int>(a.width[u]); }});
        for (int l = 0; l < unit.max_depth; ++l) {
            const int slot = unit.first_slot + l;
            all.push_back(
                {fmt::format("block of unit {}, layer {}", u + 1, l + 1), allowed(unit.blocks[l]),
                 [&space](int o) { return space.blocks[static_cast<std::size_t>(o)].name; },
                 [u, l, slot](const Architecture& a) {
                     return a.depth[u] > l ? static_cast<int>(a.block[slot]) : -1;
                 }});
        }
    }
    std::erase_if(all, [](const Choice& c) { return c.options.size() < 2; });
    return all;
}

/// How often each option is taken.
std::vector<double> frequencies(const Choice& choice, std::span<const Architecture> archs) {
    std::vector<double> counts(choice.options.size(), 0.0);
    for (const auto& a : archs) {
        const int taken = choice.taken(a);
        const auto at = std::find(choice.options.begin(), choice.options.end(), taken);
        if (at != choice.options.end()) {
            ++counts[static_cast<std::size_t>(at - choice.options.begin())];
        }
    }
    return counts;
}

double sum(const std::vector<double>& values) {
    double total = 0;
    for (const double v : values) total += v;
    return total;
}

/// p value of two choices being independent. 1 where too few architectures tell.
double independence_p_value(const Choice& a, const Choice& b, std::span<const Architecture> archs) {
    const std::size_t m = a.options.size();
    const std::size_t n = b.options.size();
    std::vector<double> table(m * n, 0.0);
    std::vector<double> rows(m, 0.0);
    std::vector<double> columns(n, 0.0);
    double all = 0;
    for (const auto& arch : archs) {
        const auto i = std::find(a.options.begin(), a.options.end(), a.taken(arch));
        const auto j = std::find(b.options.begin(), b.options.end(), b.taken(arch));
        if (i == a.options.end() || j == b.options.end()) continue;
        const auto r = static_cast<std::size_t>(i - a.options.begin());
        const auto c = static_cast<std::size_t>(j - b.options.begin());
        ++table[r * n + c];
        ++rows[r];
        ++columns[c];
        ++all;
    }
    double statistic = 0;
    for (std::size_t r = 0; r < m; ++r) {
        for (std::size_t c = 0; c < n; ++c) {
            const double expected = rows[r] * columns[c] / all;
            if (!(expected >= least_expected)) return 1;
            statistic += (table[r * n + c] - expected) * (table[r * n + c] - expected) / expected;
        }
    }
    return chi_square_p_value(statistic, static_cast<double>((m - 1) * (n - 1)));
}

}  // namespace

Uniformity uniformity(const DesignSpace& space, std::span<const Architecture> archs,
                      const std::vector<int>& resolutions) {
    Uniformity result;
    const auto all = choices(space, resolutions);
    double least = 1;
    std::vector<std::vector<double>> counts;
    for (const Choice& choice : all) {
        counts.push_back(frequencies(choice, archs));
        const auto& seen = counts.back();
        const double expected = sum(seen) / static_cast<double>(seen.size());
        if (expected < least_expected) continue;
        const double p = chi_square_fit(seen, std::vector<double>(seen.size(), expected)).p_value;
        if (!(p < least)) continue;
        least = p;
        const auto most =
            static_cast<std::size_t>(std::max_element(seen.begin(), seen.end()) - seen.begin());
        result.deviation =
            fmt::format("{}: {} in {:.0f} % of the architectures instead of {:.0f} %", choice.name,
                        choice.option_name(choice.options[most]), 100 * seen[most] / sum(seen),
                        100.0 / static_cast<double>(seen.size()));
    }
    result.uniform = least * static_cast<double>(all.size()) >= false_alarms;

    double least_pair = 1;
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            const bool depths =
                all[i].name.starts_with("depth") && all[j].name.starts_with("depth");
            const bool neighbours = all[i].name.starts_with("block") && j == i + 1;
            if (!depths && !neighbours) continue;
            ++pairs;
            const double p = independence_p_value(all[i], all[j], archs);
            if (!(p < least_pair)) continue;
            least_pair = p;
            result.dependence = fmt::format("{} and {}", all[i].name, all[j].name);
        }
    }
    result.independent = least_pair * static_cast<double>(pairs) >= false_alarms;
    result.uniform = result.uniform && result.independent;
    if (!result.independent) return result;

    result.weights.assign(archs.size(), 1.0);
    double squares = 0;
    double total = 0;
    for (std::size_t i = 0; i < archs.size(); ++i) {
        for (std::size_t c = 0; c < all.size(); ++c) {
            const auto at =
                std::find(all[c].options.begin(), all[c].options.end(), all[c].taken(archs[i]));
            if (at == all[c].options.end()) continue;
            const auto o = static_cast<std::size_t>(at - all[c].options.begin());
            result.weights[i] *=
                sum(counts[c]) / static_cast<double>(counts[c].size()) / counts[c][o];
        }
        total += result.weights[i];
        squares += result.weights[i] * result.weights[i];
    }
    if (squares > 0) result.effective_size = total * total / squares;
    return result;
}

}  // namespace blockscope
