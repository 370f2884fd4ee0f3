#pragma once

#include <map>

#include "blockscope/supernet/subnet.hpp"

namespace blockscope {

/// Sub-networks of one supernet, one after the other: layers that stay the same are not taken out
/// anew, and parameters whose numbers stay the same are the same entries, which an engine that
/// keeps weights has packed already. All numbers are those of extract() and folded(), to the bit.
class SubnetSwitch {
public:
    /// net: kept by reference.
    explicit SubnetSwitch(const Supernet& net) : net_(net) {}

    /// From now on the sub-network is `a`'s, with the batch statistics that the supernet stores.
    /// Throws Error as extract().
    void to(const Architecture& a);

    /// For whoever estimates its batch statistics. Everything else stays as it is.
    Subnet& subnet() { return subnet_; }

    Parameters folded();

private:
    /// What of a layer an operator takes.
    struct Slice {
        int kernel = 0;
        int in = 0;
        int out = 0;
        friend bool operator==(const Slice&, const Slice&) = default;
    };
    /// The entry of a layer, and what it was folded from.
    struct Folded {
        Slice slice;
        BatchNorm norm;
        std::shared_ptr<const ParameterSource> entry;
    };
    static Slice slice_of(const Operator& op) {
        return {op.kernel, op.in.channels / op.groups, op.out.channels};
    }

    const Supernet& net_;
    Subnet subnet_;
    std::vector<const SupernetLayer*> layers_;  ///< of each operator; null: it has no numbers
    std::map<const SupernetLayer*, Folded> folded_;
};

}  // namespace blockscope
