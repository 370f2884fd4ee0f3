#include "blockscope/supernet/layer_names.hpp"

#include <fmt/format.h>

namespace blockscope {
namespace {

std::string inner_name(Role role, Family family) {
    const bool mbconv = family == Family::mbconv;
    switch (role) {
        case Role::expand:
            return mbconv ? ".inverted_bottleneck" : ".conv1";
        case Role::depthwise:
            return ".depth_conv";
        case Role::bottleneck_conv:
            return ".conv2";
        case Role::project:
            return mbconv ? ".point_linear" : ".conv3";
        case Role::shortcut_conv:
            return ".downsample";
        default:
            return "";
    }
}

}  // namespace

SupernetNames::SupernetNames(const DesignSpace& space)
    : mbconv_(space.blocks.front().family == Family::mbconv) {
    int block = 0;
    for (std::size_t i = 0; i < space.stem.size(); ++i) {
        const FixedLayer& layer = space.stem[i];
        if (!mbconv_) {
            stem_.push_back(fmt::format("input_stem.{}{}", i, layer.shortcut ? ".conv" : ""));
        } else if (layer.kind == FixedLayer::Kind::mbconv) {
            stem_.push_back(fmt::format("blocks.{}.conv", block++));
        } else {
            stem_.push_back(i == 0 ? "first_conv" : fmt::format("stem.{}", i));
        }
    }
    for (const Unit& unit : space.units) {
        first_block_.push_back(block);
        block += unit.max_depth;
    }
    int convolutions_behind = 0;
    int linear_behind = 0;
    head_.resize(space.head.size());
    for (std::size_t i = space.head.size(); i-- > 0;) {
        head_[i] = fmt::format("head.{}", i);
        if (space.head[i].kind == FixedLayer::Kind::linear) {
            if (linear_behind++ == 0) head_[i] = "classifier";
        } else if (space.head[i].kind == FixedLayer::Kind::conv && mbconv_) {
            if (convolutions_behind == 0) head_[i] = "feature_mix_layer";
            if (convolutions_behind == 1) head_[i] = "final_expand_layer";
            ++convolutions_behind;
        }
    }
}

std::string SupernetNames::module(const Location& where) const {
    const auto layer = static_cast<std::size_t>(where.layer);
    switch (where.part) {
        case Location::Part::stem:
            return stem_.at(layer);
        case Location::Part::head:
            return head_.at(layer);
        case Location::Part::body:
            break;
    }
    return fmt::format("blocks.{}",
                       first_block_.at(static_cast<std::size_t>(where.unit)) + where.layer);
}

LayerNames SupernetNames::of(const Operator& op, Family family) const {
    const bool body = op.where.part == Location::Part::body;
    const bool elastic = body || !mbconv_;
    std::string name = module(op.where);
    if (body && family == Family::mbconv) name += ".conv";
    if (op.role == Role::se_reduce || op.role == Role::se_expand) {
        name +=
            op.role == Role::se_reduce ? ".depth_conv.se.fc.reduce" : ".depth_conv.se.fc.expand";
        return {name + ".weight", name + ".bias", name + ".bn", name + "."};
    }
    name += inner_name(op.role, family);
    const std::string kind = op.kind == OpKind::linear ? ".linear" : ".conv";
    const std::string twice = elastic ? kind + kind : kind;
    return {name + twice + ".weight", name + twice + ".bias", name + (elastic ? ".bn.bn" : ".bn"),
            name + kind + "."};
}

}  // namespace blockscope
