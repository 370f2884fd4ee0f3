#include "blockscope/space/block_reader.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "blockscope/base/text.hpp"

namespace blockscope {

Activation read_activation(const TomlTable& table, Activation otherwise) {
    if (!table.has("activation")) return otherwise;
    const auto name = table.text("activation");
    for (const auto a : {Activation::none, Activation::relu, Activation::relu6, Activation::h_swish,
                         Activation::swish, Activation::h_sigmoid}) {
        if (to_string(a) == name) return a;
    }
    const std::vector<std::string> names{"none", "relu", "relu6", "h_swish", "swish", "h_sigmoid"};
    table.fail("activation", fmt::format("unknown activation '{}'{}; known are {}", name,
                                         did_you_mean(name, names), quoted_list(names)));
}

void check_kernel(const TomlTable& table, int kernel) {
    if (kernel < 1 || kernel > 31 || kernel % 2 == 0) {
        table.fail("kernel", fmt::format("kernel {} is not an odd number from 1 to 31", kernel));
    }
}

void check_expand(const TomlTable& table, const std::string& key, double expand) {
    if (!(expand >= 0.001) || expand > 64) {
        table.fail(key, fmt::format("{} is not from 0.001 to 64", expand));
    }
}

namespace {

std::string percent(double ratio) { return fmt::format("{:02}", std::lround(100 * ratio)); }

/// What cannot be mistaken for a separator of the text form or a table.
bool in_token(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_';
}

void name_block(Block& block, bool one_kernel) {
    const std::string se = block.squeeze_excite ? (*block.squeeze_excite ? "-SE" : "-noSE") : "";
    const std::string act =
        block.activation ? "-" + std::string(to_string(*block.activation)) : std::string();
    if (block.family == Family::mbconv) {
        block.name = fmt::format("MBConv{}-{}", block.expand, block.kernel);
        block.token = fmt::format("e{}k{}", block.expand, block.kernel);
    } else {
        block.name = "B" + percent(block.expand);
        block.token = "e" + std::to_string(std::lround(100 * block.expand));
        if (!one_kernel) {
            block.name += fmt::format("-{}", block.kernel);
            block.token += fmt::format("k{}", block.kernel);
        }
    }
    block.name += se + act;
    if (block.squeeze_excite) block.token += *block.squeeze_excite ? "s" : "n";
    if (block.activation) block.token += std::string(to_string(*block.activation));
}

Family read_family(const TomlTable& table) {
    const auto kind = table.text("kind");
    if (kind == "mbconv") return Family::mbconv;
    if (kind == "bottleneck") return Family::bottleneck;
    const std::vector<std::string> kinds{"mbconv", "bottleneck"};
    table.fail("kind", fmt::format("unknown block kind '{}'{}; known are {}", kind,
                                   did_you_mean(kind, kinds), quoted_list(kinds)));
}

}  // namespace

std::vector<Block> read_blocks(const TomlTable& root) {
    std::vector<Block> blocks;
    if (root.has("blocks") == root.has("block")) {
        root.fail("", "candidates are described by either one [blocks] table or [[block]] entries");
    }
    if (root.has("blocks")) {
        const TomlTable grid = root.table("blocks");
        const Family family = read_family(grid);
        const std::string ratio = family == Family::mbconv ? "expand" : "ratio";
        const std::vector<int> kernels =
            grid.has("kernel") ? grid.integers("kernel") : std::vector<int>{3};
        for (const double expand : grid.numbers(ratio)) {
            check_expand(grid, ratio, expand);
            for (const int kernel : kernels) {
                check_kernel(grid, kernel);
                Block block;
                block.family = family;
                block.expand = expand;
                block.kernel = kernel;
                name_block(block, kernels.size() == 1);
                blocks.push_back(std::move(block));
            }
        }
        grid.refuse_unknown_keys();
    } else {
        for (const TomlTable& entry : root.tables("block")) {
            Block block;
            block.family = read_family(entry);
            const std::string ratio = block.family == Family::mbconv ? "expand" : "ratio";
            block.expand = entry.number(ratio);
            check_expand(entry, ratio, block.expand);
            block.kernel = entry.integer("kernel", 3);
            check_kernel(entry, block.kernel);
            if (entry.has("se")) block.squeeze_excite = entry.flag("se", false);
            if (entry.has("activation")) {
                block.activation = read_activation(entry, Activation::relu);
            }
            name_block(block, false);
            if (entry.has("name")) block.name = entry.text("name");
            if (entry.has("token")) block.token = entry.text("token");
            const bool plain = std::all_of(block.token.begin(), block.token.end(), in_token);
            if (block.token.empty() || !plain) {
                entry.fail("token", "a token is made of letters, digits, '.' and '_'");
            }
            entry.refuse_unknown_keys();
            blocks.push_back(std::move(block));
        }
    }
    if (blocks.empty() || blocks.size() > 64) {
        root.fail(root.has("blocks") ? "blocks" : "block",
                  fmt::format("{} candidate blocks; from 1 to 64 are possible", blocks.size()));
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            for (const auto* called : {&blocks[i].name, &blocks[i].token}) {
                if (*called == blocks[j].name || *called == blocks[j].token) {
                    root.fail(root.has("blocks") ? "blocks" : "block",
                              fmt::format("two blocks are called '{}'", *called));
                }
            }
        }
    }
    return blocks;
}

}  // namespace blockscope
