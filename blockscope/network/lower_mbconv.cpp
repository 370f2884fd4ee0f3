#include "blockscope/network/lower.hpp"

namespace blockscope {

/// expand 1x1, depthwise kxk with the stride, squeeze-and-excite, project 1x1 without activation;
/// an identity shortcut where the shape stays. An expansion of 1 has no expanding convolution.
void lower_mbconv(GraphBuilder& graph, const Block& block, const BlockSite& site) {
    const int input = graph.tensor();
    const Shape in = graph.shape();
    const int middle = middle_channels(graph.space(), block, in.channels, site.out_channels);
    const Activation activation = block.activation.value_or(site.activation);
    if (block.expand != 1) {
        graph.convolution(Role::expand, middle, 1, 1, 1, activation);
    }
    graph.convolution(Role::depthwise, middle, block.kernel, site.stride, middle, activation);
    if (block.squeeze_excite.value_or(site.squeeze_excite)) {
        const int map = graph.tensor();
        graph.global_pool(Role::squeeze, true);
        graph.convolution(Role::se_reduce, squeezed_channels(graph.space(), middle), 1, 1, 1,
                          Activation::relu, false, true);
        graph.convolution(Role::se_expand, middle, 1, 1, 1, Activation::h_sigmoid, false, true);
        const int gate = graph.tensor();
        graph.go_back_to(map);
        graph.combine(OpKind::scale, Role::se_scale, gate, Activation::none);
    }
    graph.convolution(Role::project, site.out_channels, 1, 1, 1, Activation::none);
    if (site.stride == 1 && in.channels == site.out_channels) {
        graph.combine(OpKind::add, Role::shortcut_add, input, Activation::none);
    }
}

}  // namespace blockscope
