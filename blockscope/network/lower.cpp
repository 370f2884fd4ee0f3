#include "blockscope/network/lower.hpp"

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/layer_table.hpp"

namespace blockscope {

std::string label(const Location& where) {
    switch (where.part) {
        case Location::Part::stem:
            return fmt::format("stem {}", where.layer + 1);
        case Location::Part::head:
            return fmt::format("head {}", where.layer + 1);
        case Location::Part::body:
            break;
    }
    return fmt::format("U{}-L{}", where.unit + 1, where.layer + 1);
}

std::string_view to_string(OpKind kind) {
    constexpr std::string_view names[] = {"convolution", "linear",   "add",         "scale",
                                          "global_pool", "max_pool", "average_pool"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Role role) {
    constexpr std::string_view names[] = {
        "conv",          "expand",       "depthwise", "squeeze",         "se_reduce",
        "se_expand",     "se_scale",     "project",   "bottleneck_conv", "shortcut_pool",
        "shortcut_conv", "shortcut_add", "pool",      "classifier"};
    return names[static_cast<std::size_t>(role)];
}

GraphBuilder::GraphBuilder(const DesignSpace& space, const Shape& input) : space_(space) {
    network_.input = input;
    network_.batch_norm_eps = space.batch_norm_eps;
}

void GraphBuilder::push(Operator op) {
    op.input = tensor_;
    op.in = shape();
    op.where = where_;
    network_.operators.push_back(op);
    tensor_ = static_cast<int>(network_.operators.size());
}

void GraphBuilder::convolution(Role role, int out_channels, int kernel, int stride, int groups,
                               Activation activation, bool batch_norm, bool bias) {
    const Shape in = shape();
    Operator op;
    op.kind = OpKind::convolution;
    op.role = role;
    op.activation = activation;
    op.batch_norm = batch_norm;
    op.bias = bias;
    op.kernel = kernel;
    op.stride = stride;
    op.groups = groups;
    op.out = {out_channels, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1};
    push(op);
}

void GraphBuilder::pool(OpKind kind, Role role, int kernel, int stride) {
    const Shape in = shape();
    Operator op;
    op.kind = kind;
    op.role = role;
    op.kernel = kernel;
    op.stride = stride;
    op.out = {in.channels, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1};
    push(op);
}

void GraphBuilder::global_pool(Role role, bool two_means) {
    Operator op;
    op.kind = OpKind::global_pool;
    op.role = role;
    op.two_means = two_means;
    op.out = {shape().channels, 1, 1};
    push(op);
}

void GraphBuilder::linear(int out_features, bool bias, Activation activation) {
    if (shape().height != 1 || shape().width != 1) {
        throw Error(
            fmt::format("space '{}': a linear layer needs a global_pool before it", space_.name));
    }
    Operator op;
    op.kind = OpKind::linear;
    op.role = Role::classifier;
    op.activation = activation;
    op.bias = bias;
    op.out = {out_features, 1, 1};
    push(op);
}

void GraphBuilder::combine(OpKind kind, Role role, int second, Activation activation) {
    Operator op;
    op.kind = kind;
    op.role = role;
    op.second = second;
    op.activation = activation;
    op.out = shape();
    push(op);
}

NetworkGraph GraphBuilder::finish(std::string name) {
    network_.name = std::move(name);
    return std::move(network_);
}

namespace {

void lower_fixed(GraphBuilder& graph, const FixedLayer& layer, const Architecture& a) {
    if (layer.presence_choice >= 0 && a.stem[layer.presence_choice] == 0) return;
    int channels = graph.shape().channels;
    if (!layer.channels.empty()) {
        channels = layer.channels.at(layer.width_choice >= 0 ? a.stem[layer.width_choice] : 0);
    }
    switch (layer.kind) {
        case FixedLayer::Kind::conv: {
            const int input = graph.tensor();
            graph.convolution(Role::conv, channels, layer.kernel, layer.stride, 1, layer.activation,
                              layer.batch_norm, layer.bias);
            if (layer.shortcut) {
                graph.combine(OpKind::add, Role::shortcut_add, input, Activation::none);
            }
            break;
        }
        case FixedLayer::Kind::mbconv: {
            Block block;
            block.expand = layer.expand;
            block.kernel = layer.kernel;
            BlockSite site;
            site.out_channels = channels;
            site.stride = layer.stride;
            site.activation = layer.activation;
            site.squeeze_excite = layer.squeeze_excite;
            lower_mbconv(graph, block, site);
            break;
        }
        case FixedLayer::Kind::max_pool:
            graph.pool(OpKind::max_pool, Role::pool, layer.kernel, layer.stride);
            break;
        case FixedLayer::Kind::global_pool:
            graph.global_pool(Role::pool, layer.two_means);
            break;
        case FixedLayer::Kind::linear:
            graph.linear(channels, layer.bias, layer.activation);
            break;
    }
}

void append_stem(GraphBuilder& graph, const Architecture& a) {
    const auto& stem = graph.space().stem;
    for (std::size_t i = 0; i < stem.size(); ++i) {
        graph.at({Location::Part::stem, 0, static_cast<int>(i)});
        lower_fixed(graph, stem[i], a);
    }
}

void append_layer(GraphBuilder& graph, int u, int l, int width, int block_id) {
    const DesignSpace& space = graph.space();
    const Unit& unit = space.units.at(u);
    const Block& block = space.blocks.at(block_id);
    BlockSite site;
    site.out_channels = unit.channels.at(width);
    site.stride = l == 0 ? unit.stride : 1;
    site.activation = unit.activation;
    site.squeeze_excite = unit.squeeze_excite;
    site.first = l == 0;
    site.where = {Location::Part::body, u, l};
    graph.at(site.where);
    if (block.family == Family::mbconv) {
        lower_mbconv(graph, block, site);
    } else {
        lower_bottleneck(graph, block, site);
    }
}

void append_head(GraphBuilder& graph) {
    const auto& head = graph.space().head;
    for (std::size_t i = 0; i < head.size(); ++i) {
        graph.at({Location::Part::head, 0, static_cast<int>(i)});
        lower_fixed(graph, head[i], {});
    }
}

void check(const DesignSpace& space, const Architecture& a) {
    const auto fail = [&](const std::string& what) {
        throw Error(fmt::format("not an architecture of '{}': {}", space.name, what));
    };
    if (a.resolution < 16) fail("no resolution");
    for (std::size_t i = 0; i < space.stem_choices.size(); ++i) {
        if (a.stem[i] >= space.stem_choices[i].options.size()) fail("unknown stem option");
    }
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        const Unit& unit = space.units[u];
        if (a.depth[u] < 1 || a.depth[u] > unit.max_depth)
            fail(fmt::format("depth of unit {}", u + 1));
        if (a.width[u] >= unit.channels.size()) fail(fmt::format("width of unit {}", u + 1));
        for (int l = 0; l < a.depth[u]; ++l) {
            if (a.block[unit.first_slot + l] >= space.blocks.size()) fail("unknown block");
        }
    }
}

}  // namespace

NetworkGraph lower(const DesignSpace& space, const Architecture& a) {
    check(space, a);
    GraphBuilder graph(space, {3, a.resolution, a.resolution});
    append_stem(graph, a);
    for (std::size_t u = 0; u < space.units.size(); ++u) {
        for (int l = 0; l < a.depth[u]; ++l) {
            append_layer(graph, static_cast<int>(u), l, a.width[u],
                         a.block[space.units[u].first_slot + l]);
        }
    }
    append_head(graph);
    return graph.finish(to_text(space, a));
}

NetworkGraph lower_layer(const DesignSpace& space, int unit, int layer, int width, int block,
                         const Shape& input) {
    GraphBuilder graph(space, input);
    append_layer(graph, unit, layer, width, block);
    return graph.finish("layer");
}

NetworkGraph lower_stem(const DesignSpace& space, const Architecture& a) {
    GraphBuilder graph(space, {3, a.resolution, a.resolution});
    append_stem(graph, a);
    return graph.finish("stem");
}

NetworkGraph lower_head(const DesignSpace& space, const Shape& input) {
    GraphBuilder graph(space, input);
    append_head(graph);
    return graph.finish("head");
}

}  // namespace blockscope
