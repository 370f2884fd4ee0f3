#pragma once

#include "blockscope/network/graph.hpp"

namespace blockscope {

/// Where a block stands: what its family's lowering needs to know besides the block.
struct BlockSite {
    int out_channels = 0;
    int stride = 1;
    Activation activation = Activation::relu;
    bool squeeze_excite = false;
    bool first = false;  ///< first layer of its unit
    Location where;
};

/// Appends operators to a network; tracks the tensor that the next operator reads.
class GraphBuilder {
public:
    GraphBuilder(const DesignSpace& space, const Shape& input);

    int tensor() const { return tensor_; }
    Shape shape() const { return network_.shape(tensor_); }
    Shape shape(int tensor) const { return network_.shape(tensor); }
    const DesignSpace& space() const { return space_; }
    void at(const Location& where) { where_ = where; }
    void go_back_to(int tensor) { tensor_ = tensor; }

    void convolution(Role role, int out_channels, int kernel, int stride, int groups,
                     Activation activation, bool batch_norm = true, bool bias = false);
    void pool(OpKind kind, Role role, int kernel, int stride);
    void global_pool(Role role, bool two_means);
    void linear(int out_features, bool bias, Activation activation);
    /// tensor() becomes tensor() + second, or tensor() * second.
    void combine(OpKind kind, Role role, int second, Activation activation);

    NetworkGraph finish(std::string name);

private:
    void push(Operator op);

    const DesignSpace& space_;
    NetworkGraph network_;
    Location where_;
    int tensor_ = 0;
};

/// One source file per block family.
void lower_mbconv(GraphBuilder& graph, const Block& block, const BlockSite& site);
void lower_bottleneck(GraphBuilder& graph, const Block& block, const BlockSite& site);

}  // namespace blockscope
