#include "blockscope/insight/option_effects.hpp"

#include <algorithm>
#include <cmath>

#include "blockscope/stats/student.hpp"

namespace blockscope {
namespace {

/// An interval of `level` widened so that `family` of them hold at once (Bonferroni).
Estimate widened(const Estimate& e, double level, double family, std::size_t count) {
    const double degrees = count > 1 ? static_cast<double>(count) - 1 : 1e6;
    const double factor =
        student_quantile(1 - (1 - level) / family, degrees) / student_quantile(level, degrees);
    return {e.value, e.value - factor * (e.value - e.low), e.value + factor * (e.high - e.value)};
}

}  // namespace

Estimate mean_of(std::span<const Estimate> estimates) {
    Estimate sum = exactly(0);
    for (const auto& e : estimates) {
        sum = {sum.value + e.value, sum.low + e.low, sum.high + e.high};
    }
    const auto n = static_cast<double>(estimates.size());
    return {sum.value / n, sum.low / n, sum.high / n};
}

Estimate quotient(const Estimate& numerator, const Estimate& denominator) {
    const bool apart = denominator.low > 0 || denominator.high < 0;
    if (!apart) return {};
    const double corners[] = {numerator.low / denominator.low, numerator.low / denominator.high,
                              numerator.high / denominator.low, numerator.high / denominator.high};
    return {numerator.value / denominator.value, *std::min_element(corners, corners + 4),
            *std::max_element(corners, corners + 4)};
}

OptionEffects::OptionEffects(const DesignSpace& space, const Profile* profile)
    : space_(space), profile_(profile), places_(placements(space)) {
    std::size_t widths = 1;
    for (const auto& unit : space.units) widths = std::max(widths, unit.channels.size());
    widths_ = static_cast<int>(widths);
    index_.assign(max_layers * widths * space.blocks.size(), 0);
    for (std::size_t c = 0; c < places_.size(); ++c) {
        index_[position(places_[c])] = c;
    }
    depths_.resize(space.units.size());
    steps_.resize(space.units.size());
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        depths_[u].assign(space.units[u].max_depth + 1, exactly(0));
        steps_[u] = depths_[u];
    }
    if (profile == nullptr) return;
    const auto family = static_cast<double>(profile->depths.size());
    const double level = profile->options.level;
    for (const auto& d : profile->depths) {
        Estimate effect = widened(d.mean, level, family, d.count);
        for (double* v : {&effect.value, &effect.low, &effect.high}) *v -= profile->base.value;
        depths_[d.unit][d.depth] = effect;
        steps_[d.unit][d.depth] = widened(d.effect, level, family, d.count);
    }
}

std::size_t OptionEffects::position(const Placement& p) const {
    const int slot = space_.units[p.unit].first_slot + p.layer;
    return static_cast<std::size_t>(slot * widths_ + p.width) * space_.blocks.size() + p.block;
}

const Estimate& OptionEffects::cell(const Placement& p) const {
    return profile_->cells[index_[position(p)]].simultaneous;
}

Estimate OptionEffects::depth(int unit, int depth) const { return depths_[unit][depth]; }

Estimate OptionEffects::depth_step(int unit, int depth) const { return steps_[unit][depth]; }

Estimate OptionEffects::width(int unit, int width) const {
    std::vector<Placement> members;
    for (const int b : allowed(space_.units[unit].blocks[0])) {
        members.push_back({unit, 0, width, b});
    }
    return mean(members);
}

Estimate OptionEffects::block(int unit, int layer, int block) const {
    std::vector<Placement> members;
    for (const int w : allowed(space_.units[unit].widths)) {
        members.push_back({unit, layer, w, block});
    }
    return mean(members);
}

Estimate OptionEffects::mean(std::span<const Placement> members) const {
    if (profile_ == nullptr) return exactly(0);
    double sum = 0;
    double squares = 0;
    for (const auto& p : members) {
        const Estimate& a = cell(p);
        sum += a.value;
        const double own = half_width(a);
        squares += own * own;
        for (const auto& q : members) {
            if (p.unit == q.unit && p.layer == q.layer) continue;
            const Unit& unit = space_.units[q.unit];
            const double options = static_cast<double>(allowed(unit.blocks[q.layer]).size()) *
                                   static_cast<double>(allowed(unit.widths).size());
            squares += own * half_width(cell(q)) / options;
        }
    }
    const auto n = static_cast<double>(members.size());
    return plus_minus(sum / n, std::sqrt(squares) / n);
}

std::vector<Choice> choices_of(const DesignSpace& space, const OptionEffects& benefit,
                               const OptionEffects& price) {
    std::vector<Choice> choices;
    const auto add = [&](Choice choice) {
        if (choice.options.size() > 1) choices.push_back(std::move(choice));
    };
    for (int u = 0; u < static_cast<int>(space.units.size()); ++u) {
        const Unit& unit = space.units[u];
        Choice depths{Cut::What::depth, u, 0, 1, {}};
        for (const int d : allowed(unit.depths)) {
            depths.options.push_back({d, benefit.depth(u, d), price.depth(u, d)});
        }
        add(std::move(depths));
        Choice widths{Cut::What::width, u, 0, 1, {}};
        for (const int w : allowed(unit.widths)) {
            widths.options.push_back({w, benefit.width(u, w), price.width(u, w)});
        }
        add(std::move(widths));
        const auto depth_probability = depth_weights(space, u);
        const int deepest = allowed(unit.depths).back();
        for (int l = 0; l < deepest; ++l) {
            Choice blocks{Cut::What::block, u, l, 0, {}};
            for (int d = l + 1; d <= deepest; ++d) blocks.present += depth_probability[d];
            for (const int b : allowed(unit.blocks[l])) {
                blocks.options.push_back({b, benefit.block(u, l, b), price.block(u, l, b)});
            }
            add(std::move(blocks));
        }
    }
    return choices;
}

}  // namespace blockscope
