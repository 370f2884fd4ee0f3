#include "blockscope/space/design_space.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <boost/multiprecision/cpp_int.hpp>
#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/text.hpp"

namespace blockscope {

std::size_t ArchitectureHash::operator()(const Architecture& a) const noexcept {
    std::array<std::uint64_t, 8> words{};
    std::memcpy(words.data(), &a, sizeof a);
    std::uint64_t h = 0x9e3779b97f4a7c15ULL;
    for (const auto word : words) {
        h ^= word;
        h *= 0xff51afd7ed558ccdULL;
        h ^= h >> 32;
    }
    return h;
}

int round_channels(double v, int divisor) {
    const int half = divisor / 2;  // a whole number here, as in that code
    const int rounded = std::max(divisor, divisor * (static_cast<int>(v + half) / divisor));
    return rounded < 0.9 * v ? rounded + divisor : rounded;
}

int middle_channels(const DesignSpace& space, const Block& block, int in_channels,
                    int out_channels) {
    // then there is no expanding convolution to round its channels
    if (block.family == Family::mbconv && block.expand == 1) return in_channels;
    const int base = block.family == Family::mbconv ? in_channels : out_channels;
    // nearbyint: half to even, the rule of the code the published counts come from
    return round_channels(std::nearbyint(base * block.expand), space.round_to);
}

int squeezed_channels(const DesignSpace& space, int middle) {
    const int quarter = middle / 4;  // rounded down
    return round_channels(quarter, space.round_to);
}

std::string_view to_string(Activation activation) {
    switch (activation) {
        case Activation::none:
            return "none";
        case Activation::relu:
            return "relu";
        case Activation::relu6:
            return "relu6";
        case Activation::h_swish:
            return "h_swish";
        case Activation::swish:
            return "swish";
        case Activation::h_sigmoid:
            return "h_sigmoid";
    }
    return "";
}

std::vector<int> allowed(std::uint64_t bits) {
    std::vector<int> list;
    for (; bits != 0; bits &= bits - 1) list.push_back(std::countr_zero(bits));
    return list;
}

namespace {

bool has(std::uint64_t bits, int i) { return i < 64 && ((bits >> i) & 1U) != 0; }

}  // namespace

bool contains(const DesignSpace& space, const Architecture& a) {
    const auto& resolutions = space.resolutions;
    if (std::find(resolutions.begin(), resolutions.end(), a.resolution) == resolutions.end()) {
        return false;
    }
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        if (!has(space.stem_choices[i].allowed, a.stem[i])) return false;
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        if (!has(unit.depths, a.depth[u]) || !has(unit.widths, a.width[u])) return false;
        for (int l = 0; l < a.depth[u]; ++l) {
            if (!has(unit.blocks[l], a.block[unit.first_slot + l])) return false;
        }
    }
    Architecture clean = a;
    clear_inactive(space, clean);
    return clean == a;
}

void clear_inactive(const DesignSpace& space, Architecture& a) {
    Architecture clean;
    clean.resolution = a.resolution;
    std::copy_n(a.stem.begin(), space.stem_choices.size(), clean.stem.begin());
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        clean.depth[u] = a.depth[u];
        clean.width[u] = a.width[u];
        const int first = space.units[u].first_slot;
        std::copy_n(a.block.begin() + first, std::min<int>(a.depth[u], space.units[u].max_depth),
                    clean.block.begin() + first);
    }
    a = clean;
}

SpaceSize size(const DesignSpace& space) {
    using boost::multiprecision::cpp_int;
    cpp_int body = 1;
    for (const Unit& unit : space.units) {
        cpp_int sum = 0;
        cpp_int product = 1;
        for (int d = 1; d <= unit.max_depth; ++d) {
            product *= std::popcount(unit.blocks[d - 1]);
            if (has(unit.depths, d)) sum += product;
        }
        body *= sum * std::popcount(unit.widths);
    }
    cpp_int total = body;
    for (const auto& choice : space.stem_choices) total *= std::popcount(choice.allowed);
    return {total.str(), body.str(), std::log10(total.convert_to<double>())};
}

void validate(const DesignSpace& space) {
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        if (unit.depths == 0) {
            throw Error(fmt::format("space '{}': unit {} has no depth left", space.name, u + 1));
        }
        if (unit.widths == 0) {
            throw Error(fmt::format("space '{}': unit {} has no width left", space.name, u + 1));
        }
        const int deepest = allowed(unit.depths).back();
        for (int l = 0; l < deepest; ++l) {
            if (unit.blocks[l] == 0) {
                throw Error(fmt::format("space '{}': unit {}, layer {} has no block left",
                                        space.name, u + 1, l + 1));
            }
        }
    }
    for (const auto& choice : space.stem_choices) {
        if (choice.allowed == 0) {
            throw Error(fmt::format("space '{}': a stem choice has no option left", space.name));
        }
    }
}

std::string DesignSpace::fingerprint() const {
    std::string text = fmt::format("{};{};", round_to, batch_norm_eps);
    const auto flag = [](const auto& value) { return value ? static_cast<int>(*value) : -1; };
    for (const auto& b : blocks) {
        text += fmt::format("b{},{},{},{},{},{};", b.token, static_cast<int>(b.family), b.expand,
                            b.kernel, flag(b.squeeze_excite), flag(b.activation));
    }
    for (const auto* layers : {&stem, &head}) {
        for (const auto& f : *layers) {
            text += fmt::format("f{},{},{},{},{},{},{},{},{},{},{},{}", static_cast<int>(f.kind),
                                f.kernel, f.stride, f.width_choice, f.presence_choice, f.expand,
                                static_cast<int>(f.activation), f.squeeze_excite, f.batch_norm,
                                f.bias, f.shortcut, f.two_means);
            for (const int c : f.channels) text += fmt::format(",{}", c);
            text += ';';
        }
    }
    for (const auto& c : stem_choices) text += fmt::format("c{}{};", c.letter, c.allowed);
    for (const auto& u : units) {
        text += fmt::format("u{},{},{},{},{},{}", u.stride, static_cast<int>(u.activation),
                            u.squeeze_excite, u.max_depth, u.depths, u.widths);
        for (const int c : u.channels) text += fmt::format(",{}", c);
        const int deepest = allowed(u.depths).back();  // blocks of layers behind mean nothing
        for (int l = 0; l < deepest; ++l) text += fmt::format(",{}", u.blocks[l]);
        text += ';';
    }
    return content_hash(text);
}

}  // namespace blockscope
