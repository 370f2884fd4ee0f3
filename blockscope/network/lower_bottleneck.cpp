#include "blockscope/network/lower.hpp"

namespace blockscope {

/// 1x1, kxk with the stride, 1x1; the activation follows the addition. The first layer of a unit
/// has an average pool and a 1x1 convolution in its shortcut, also at stride 1.
void lower_bottleneck(GraphBuilder& graph, const Block& block, const BlockSite& site) {
    const int input = graph.tensor();
    const Shape in = graph.shape();
    const int middle = middle_channels(graph.space(), block, in.channels, site.out_channels);
    const Activation activation = block.activation.value_or(site.activation);
    int shortcut = input;
    if (site.first || in.channels != site.out_channels || site.stride != 1) {
        graph.pool(OpKind::average_pool, Role::shortcut_pool, site.stride, site.stride);
        graph.convolution(Role::shortcut_conv, site.out_channels, 1, 1, 1, Activation::none);
        shortcut = graph.tensor();
        graph.go_back_to(input);
    }
    graph.convolution(Role::expand, middle, 1, 1, 1, activation);
    graph.convolution(Role::bottleneck_conv, middle, block.kernel, site.stride, 1, activation);
    graph.convolution(Role::project, site.out_channels, 1, 1, 1, Activation::none);
    graph.combine(OpKind::add, Role::shortcut_add, shortcut, activation);
}

}  // namespace blockscope
