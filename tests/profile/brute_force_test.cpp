#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/metric/count_metric.hpp"
#include "blockscope/profile/profile.hpp"

#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

/// Every architecture of a space with its probability, apart from the code under test.
class Enumeration {
public:
    Enumeration(const DesignSpace& space, const LayerTable& table)
        : space_(space), archs_(random_space::all_architectures(space)) {
        for (const auto& a : archs_) {
            values_.push_back(table.value(a));
            double p = 1;
            for (const auto& choice : space.stem_choices) p /= count(choice.allowed);
            for (std::size_t u = 0; u < space.units.size(); ++u) p *= unit_probability(a, u);
            p_.push_back(p);
        }
    }

    double mean() const { return mean_of(p_); }
    bool is_quantile(double q, double probability, double tolerance) const {
        return is_quantile_of(p_, q, probability, tolerance);
    }

    /// Of all those of this depth.
    double mean_at_depth(int unit, int depth) const {
        auto p = p_;
        for (std::size_t i = 0; i < p.size(); ++i) {
            if (archs_[i].depth[unit] != depth) p[i] = 0;
        }
        return mean_of(p);
    }

    /// Probabilities with a placement held fixed. The paper's text: of those that carry it. Its
    /// code: a depth that is drawn too small is raised, and where it then still does not reach the
    /// layer, the block does nothing.
    std::vector<double> with(const Placement& fixed, Protocol protocol) const {
        const Unit& unit = space_.units[fixed.unit];
        const auto depths = allowed(unit.depths);
        const bool bottleneck =
            space_.blocks[allowed(unit.blocks[0]).front()].family == Family::bottleneck;
        const int least = bottleneck ? fixed.layer + 1 : fixed.layer;
        auto p = p_;
        for (std::size_t i = 0; i < p.size(); ++i) {
            const Architecture& a = archs_[i];
            const int depth = a.depth[fixed.unit];
            const bool reaches = depth > fixed.layer;
            const int block = a.block[unit.first_slot + fixed.layer];
            if (a.width[fixed.unit] != fixed.width || (reaches && block != fixed.block)) {
                p[i] = 0;
            } else if (protocol == Protocol::definition) {
                if (!reaches) p[i] = 0;
            } else {
                int raised_to_this = 0;
                for (const int drawn : depths) {
                    const int raised = *std::find_if(depths.begin(), depths.end(), [&](int d) {
                        return d >= std::max(drawn, least);
                    });
                    if (raised == depth) ++raised_to_this;
                }
                p[i] *= raised_to_this * count(unit.widths);
                if (reaches) p[i] *= count(unit.blocks[fixed.layer]);
            }
        }
        return p;
    }

    double mean_of(const std::vector<double>& p) const {
        double sum = 0;
        double mass = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            sum += p[i] * values_[i];
            mass += p[i];
        }
        return sum / mass;
    }

    bool is_quantile_of(const std::vector<double>& p, double q, double probability,
                        double tolerance) const {
        double mass = 0;
        double below = 0;
        double up_to = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            mass += p[i];
            if (values_[i] < q - tolerance) below += p[i];
            if (values_[i] <= q + tolerance) up_to += p[i];
        }
        return below <= (probability + 1e-9) * mass && up_to >= (probability - 1e-9) * mass;
    }

private:
    static double count(std::uint64_t bits) { return static_cast<double>(allowed(bits).size()); }

    double unit_probability(const Architecture& a, std::size_t u) const {
        const Unit& unit = space_.units[u];
        double p = 1 / (count(unit.depths) * count(unit.widths));
        for (int l = 0; l < a.depth[u]; ++l) p /= count(unit.blocks[l]);
        return p;
    }

    const DesignSpace& space_;
    std::vector<Architecture> archs_;
    std::vector<double> values_;
    std::vector<double> p_;
};

bool near(double a, double b) { return std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b)); }

RC_GTEST_PROP(ExactProfile, EqualsCountingEveryArchitecture, ()) {
    const auto space = parse_space(*random_space::file({2, 3, 3, 2, 2, 32}), "random.toml");
    RC_PRE(size(space).log10_total < 3.3);
    const auto metric = make_count_metric(random_space::one_of<std::string>(
        {"macs", "activation_bytes", "params", "macs/torchprofile"}));
    const int resolution = space.default_resolution;
    const auto table = metric->additive(space, resolution);
    ProfileOptions options;
    options.protocol = random_space::one_of<Protocol>({Protocol::definition, Protocol::published});
    options.percentiles = {5, 50, 95};
    const Profile profile = exact_profile(space, *table, metric->info(), resolution, options);
    const Enumeration all(space, *table);

    const auto tolerance = [&](double q) { return profile.percentile_error + 1e-9 * q; };
    RC_ASSERT(near(profile.base.value, all.mean()));
    for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
        const double q = profile.base_percentiles[i].value;
        RC_ASSERT(all.is_quantile(q, options.percentiles[i] / 100, tolerance(q)));
    }
    std::vector<double> sums(profile.blocks.size());
    std::vector<int> counts(profile.blocks.size());
    RC_ASSERT(profile.cells.size() == placements(space).size());
    for (const Cell& cell : profile.cells) {
        RC_LOG(label(space, cell.placement));
        const auto p = all.with(cell.placement, options.protocol);
        RC_ASSERT(near(cell.mean.value, all.mean_of(p)));
        RC_ASSERT(std::abs(cell.delta.value - (all.mean_of(p) - all.mean())) <=
                  1e-9 * std::max(1.0, all.mean()));
        for (std::size_t i = 0; i < options.percentiles.size(); ++i) {
            const double q = cell.percentiles[i].value;
            RC_ASSERT(all.is_quantile_of(p, q, options.percentiles[i] / 100, tolerance(q)));
        }
        for (std::size_t b = 0; b < profile.blocks.size(); ++b) {
            if (profile.blocks[b].block != block_name(space, cell.placement)) continue;
            sums[b] += cell.mean.value;
            ++counts[b];
        }
    }
    for (std::size_t b = 0; b < profile.blocks.size(); ++b) {
        RC_ASSERT(near(profile.blocks[b].response.value, sums[b] / counts[b]));
    }
    double previous = std::nan("");
    for (const DepthEffect& d : profile.depths) {
        const double mean = all.mean_at_depth(d.unit, d.depth);
        RC_ASSERT(near(d.mean.value, mean));
        if (d.depth == allowed(space.units[d.unit].depths).front()) {
            RC_ASSERT(std::isnan(d.effect.value));
        } else {
            RC_ASSERT(std::abs(d.effect.value - (mean - previous)) <= 1e-9 * std::max(1.0, mean));
        }
        previous = mean;
    }
}

}  // namespace
}  // namespace blockscope
