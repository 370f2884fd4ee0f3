#include "blockscope/report/variance_parts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "blockscope/base/text.hpp"

namespace blockscope {
namespace {

/// "U3 L2 kernel" as unit 3, layer 2, "kernel"; 0: there is none.
struct Factor {
    int unit = 0, layer = 0;
    std::string kind;
};

int number_after(std::string_view word, char letter) {
    long long n = 0;
    return word.size() > 1 && word[0] == letter && parse_number(word.substr(1), n) && n > 0 &&
                   n < 1000
               ? static_cast<int>(n)
               : 0;
}

Factor factor_of(std::string_view name) {
    Factor factor;
    const auto first = name.substr(0, name.find(' '));
    factor.unit = number_after(first, 'U');
    if (factor.unit == 0) return {0, 0, std::string(name)};
    name.remove_prefix(std::min(name.size(), first.size() + 1));
    const auto second = name.substr(0, name.find(' '));
    factor.layer = number_after(second, 'L');
    if (factor.layer > 0) name.remove_prefix(std::min(name.size(), second.size() + 1));
    factor.kind = name;
    return factor;
}

bool is_of_whole(const std::string& kind) {
    return kind == "additive" || kind.starts_with("interaction") || kind == "noise";
}

void add_part(VarianceBar& bar, const std::string& kind, double share) {
    if (!(share == share)) return;
    for (auto& part : bar.parts) {
        if (part.kind == kind) {
            part.share += share;
            return;
        }
    }
    bar.parts.push_back({kind, share});
}

}  // namespace

std::vector<VarianceBar> variance_bars(const std::vector<VarianceShare>& shares) {
    std::set<std::pair<int, int>> split;  // layers whose blocks have expansion or kernel
    for (const auto& s : shares) {
        const Factor f = factor_of(s.factor);
        if (f.layer > 0 && f.kind != "block") split.insert({f.unit, f.layer});
    }
    std::map<int, VarianceBar> units;
    std::vector<VarianceBar> others;
    VarianceBar whole{"all choices", {}, {}};
    for (const auto& s : shares) {
        const Factor f = factor_of(s.factor);
        if (f.unit > 0) {
            auto& bar = units[f.unit];
            bar.name = "unit " + std::to_string(f.unit);
            if (f.kind.empty()) {
                bar.total = s.share;
            } else if (f.kind != "block" || !split.contains({f.unit, f.layer})) {
                add_part(bar, f.kind, s.share.value);
            }
        } else if (is_of_whole(f.kind)) {
            add_part(whole, f.kind, s.share.value);
        } else {
            others.push_back({f.kind, s.share, {{f.kind, s.share.value}}});
        }
    }
    std::vector<VarianceBar> bars;
    for (auto& [unit, bar] : units) bars.push_back(std::move(bar));
    bars.insert(bars.end(), others.begin(), others.end());
    if (!whole.parts.empty()) bars.push_back(std::move(whole));
    return bars;
}

std::vector<std::string> variance_kinds(const std::vector<VarianceBar>& bars) {
    std::vector<std::string> found;
    for (const auto& bar : bars) {
        for (const auto& part : bar.parts) {
            if (std::find(found.begin(), found.end(), part.kind) == found.end()) {
                found.push_back(part.kind);
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return !is_of_whole(a) && is_of_whole(b);
    });
    return found;
}

}  // namespace blockscope
