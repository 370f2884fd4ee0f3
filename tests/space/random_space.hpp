#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rapidcheck.h>

#include "blockscope/space/design_space.hpp"
#include "blockscope/space/space_file.hpp"

/// Random small design spaces, written as a user would: every key of docs/space_file.md turns up.
/// Failing cases shrink, and rapidcheck prints the file.
namespace blockscope::random_space {

/// Largest numbers of each; the least is 1 (0 for stem layers).
struct Limits {
    int units = 3;
    int depth = 3;
    int blocks = 4;
    int widths = 3;
    int stem_layers = 3;
    int largest_resolution = 64;
};

/// Uniform at every size of rapidcheck's; shrinks to `first`.
inline int from_to(int first, int last) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(first, last + 1));
}

/// True once in `times`; shrinks to false.
inline bool once_in(int times) { return from_to(0, times - 1) == times - 1; }

template <typename T>
T one_of(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(from_to(0, static_cast<int>(values.size()) - 1))];
}

/// From 1 to `most` different ones, in their order.
template <typename T>
std::vector<T> some_of(const std::vector<T>& values, int most) {
    const int count = from_to(1, std::min(most, static_cast<int>(values.size())));
    std::vector<T> chosen;
    std::size_t next = 0;
    for (int i = 0; i < count; ++i) {
        const auto left = static_cast<int>(values.size() - next) - (count - 1 - i);
        next += static_cast<std::size_t>(from_to(0, left - 1));
        chosen.push_back(values[next++]);
    }
    return chosen;
}

inline std::string list(const std::vector<std::string>& words) {
    return fmt::format("[\"{}\"]", fmt::join(words, "\", \""));
}

inline std::string activation() {
    return one_of<std::string>({"none", "relu", "relu6", "h_swish", "swish", "h_sigmoid"});
}

inline std::string kind_and_ratio(bool bottleneck) {
    return fmt::format("kind = \"{}\"\n{} = ", bottleneck ? "bottleneck" : "mbconv",
                       bottleneck ? "ratio" : "expand");
}

inline std::vector<double> ratios(bool bottleneck) {
    return bottleneck ? std::vector<double>{1, 0.5, 0.25, 0.2}
                      : std::vector<double>{1, 2, 4, 0.5, 1.5};
}

const std::vector<int> kernels{3, 1, 5, 7};

inline std::string block_grid(const Limits& limits) {
    const bool bottleneck = once_in(3);
    const auto expand = some_of(ratios(bottleneck), limits.blocks);
    const auto kernel = some_of(kernels, limits.blocks / static_cast<int>(expand.size()));
    return fmt::format("[blocks]\n{}[{}]\nkernel = [{}]\n", kind_and_ratio(bottleneck),
                       fmt::join(expand, ", "), fmt::join(kernel, ", "));
}

/// Blocks one by one, of either family, all with names of their own.
inline std::string block_list(const Limits& limits) {
    std::string text;
    const int count = from_to(1, limits.blocks);
    const bool mixed = once_in(2);
    const bool first_bottleneck = once_in(3);
    for (int i = 0; i < count; ++i) {
        const bool bottleneck = mixed ? once_in(2) : first_bottleneck;
        text += fmt::format("[[block]]\n{}{}\nkernel = {}\nname = \"Block {}\"\ntoken = \"b{}\"\n",
                            kind_and_ratio(bottleneck), one_of(ratios(bottleneck)), one_of(kernels),
                            i, i);
        if (!bottleneck && once_in(3)) text += fmt::format("se = {}\n", once_in(2));
        if (once_in(3)) text += fmt::format("activation = \"{}\"\n", activation());
    }
    return text;
}

inline int channels() { return one_of<int>({8, 16, 24, 4, 12, 3, 1, 20}); }

inline std::string channel_choice(const Limits& limits) {
    const int count = once_in(2) ? from_to(1, limits.widths) : 1;
    if (count == 1) return fmt::format("channels = {}\n", channels());
    if (once_in(2)) {
        const auto some = some_of<int>({4, 8, 12, 16, 24}, count);
        return fmt::format("channels = [{}]\n", fmt::join(some, ", "));
    }
    const auto some = some_of<double>({0.5, 0.75, 1, 1.25}, count);
    return fmt::format("channels = {}\nwidths = [{}]\n", channels(), fmt::join(some, ", "));
}

inline std::string stem(const Limits& limits) {
    std::string text;
    const int layers = from_to(0, limits.stem_layers);
    for (int i = 0; i < layers; ++i) {
        const auto op = one_of<std::string>({"conv", "mbconv", "max_pool", "optional"});
        text += fmt::format("[[stem]]\nop = \"{}\"\nkernel = {}\n", op == "optional" ? "conv" : op,
                            one_of(kernels));
        if (op == "optional") {
            text += fmt::format("optional = true\nshortcut = {}\n", once_in(2));
        } else {
            text += fmt::format("stride = {}\n", from_to(1, 2));
        }
        if (op == "conv" || op == "mbconv") text += channel_choice(limits);
        if (op == "conv") {
            text += fmt::format("batch_norm = {}\nbias = {}\n", !once_in(3), once_in(3));
        }
        if (op == "mbconv") {
            text += fmt::format("expand = {}\nse = {}\n", one_of(ratios(false)), once_in(3));
        }
        text += fmt::format("activation = \"{}\"\n", activation());
    }
    return text;
}

inline std::string unit(const Limits& limits, const std::vector<std::string>& block_names) {
    std::string text = "[[unit]]\n" + channel_choice(limits);
    text += fmt::format("stride = {}\nactivation = \"{}\"\nse = {}\n", from_to(1, 3), activation(),
                        once_in(3));
    std::vector<int> depths;
    for (int d = 1; d <= limits.depth; ++d) depths.push_back(d);
    const auto some = some_of(depths, limits.depth);
    if (once_in(3)) {
        text += fmt::format("depth = {{ from = {}, to = {} }}\n", some.front(), some.back());
    } else {
        text += fmt::format("depth = [{}]\n", fmt::join(some, ", "));
    }
    if (once_in(3)) {
        text +=
            "blocks = " + list(some_of(block_names, static_cast<int>(block_names.size()))) + '\n';
    }
    return text;
}

inline std::string head() {
    std::string text;
    if (once_in(2)) {
        text += fmt::format("[[head]]\nop = \"conv\"\nchannels = {}\nactivation = \"{}\"\n",
                            channels(), activation());
    }
    if (once_in(3)) return text;
    text += fmt::format("[[head]]\nop = \"global_pool\"\nmeans = {}\n", from_to(1, 2));
    if (once_in(3)) {
        text += fmt::format(
            "[[head]]\nop = \"conv\"\nchannels = {}\nbatch_norm = false\n"
            "bias = true\n",
            channels());
    }
    return text + fmt::format("[[head]]\nop = \"linear\"\nchannels = {}\nbias = {}\n", channels(),
                              once_in(2));
}

/// Without one block at one layer, if that leaves another.
inline std::string with_one_block_less(const std::string& text,
                                       const std::vector<std::string>& names) {
    const auto space = parse_space(text, "random.toml");
    const int u = from_to(0, static_cast<int>(space.units.size()) - 1);
    const int l = from_to(0, space.units[u].max_depth - 1);
    const auto blocks = allowed(space.units[u].blocks[l]);
    if (blocks.size() == 1) return text;
    return text + fmt::format("[[drop]]\nunit = {}\nlayer = {}\nblocks = \"{}\"\n", u + 1, l + 1,
                              names[one_of(blocks)]);
}

/// The text of a space file.
inline rc::Gen<std::string> file(const Limits& limits = {}) {
    return rc::gen::exec([limits] {
        const int low = from_to(16, limits.largest_resolution - 1);
        const int high = from_to(low + 1, limits.largest_resolution);
        std::string text = fmt::format("name = \"random\"\nresolutions = [{}, {}]\nround_to = {}\n",
                                       low, high, one_of<int>({8, 4, 1}));
        std::string blocks = once_in(2) ? block_list(limits) : block_grid(limits);
        // names are the parser's to make
        std::vector<std::string> names;
        const auto alone =
            parse_space(text + blocks + "[[unit]]\nchannels = 8\ndepth = 1\n", "blocks.toml");
        for (const auto& block : alone.blocks) names.push_back(block.name);
        text += blocks + stem(limits);
        const int units = from_to(1, limits.units);
        for (int u = 0; u < units; ++u) text += unit(limits, names);
        text += head();
        return once_in(2) ? with_one_block_less(text, names) : text;
    });
}

/// All architectures of a space, at its default resolution. For spaces of some ten thousand.
inline std::vector<Architecture> all_architectures(const DesignSpace& space) {
    std::vector<Architecture> all(1);
    all[0].resolution = static_cast<std::uint16_t>(space.default_resolution);
    // replaces each by one for each value that `set` can give it
    const auto times = [&all](const std::vector<int>& values, auto set) {
        std::vector<Architecture> next;
        for (const auto& a : all) {
            for (const int value : values) {
                next.push_back(a);
                set(next.back(), static_cast<std::uint8_t>(value));
            }
        }
        all = std::move(next);
    };
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        times(allowed(space.stem_choices[i].allowed),
              [i](Architecture& a, std::uint8_t option) { a.stem[i] = option; });
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        times(allowed(unit.widths),
              [u](Architecture& a, std::uint8_t width) { a.width[u] = width; });
        std::vector<Architecture> done;
        const auto before = all;
        for (const int depth : allowed(unit.depths)) {
            all = before;
            for (auto& a : all) a.depth[u] = static_cast<std::uint8_t>(depth);
            for (int l = 0; l < depth; ++l) {
                times(allowed(unit.blocks[l]), [&](Architecture& a, std::uint8_t block) {
                    a.block[unit.first_slot + l] = block;
                });
            }
            done.insert(done.end(), all.begin(), all.end());
        }
        all = std::move(done);
    }
    return all;
}

}  // namespace blockscope::random_space
