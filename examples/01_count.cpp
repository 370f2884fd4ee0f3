// Counts one architecture: a space, an architecture in any notation, its network, its cost.
#include <iostream>

#include "blockscope/network/cost.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"

int main() {
    using namespace blockscope;
    const DesignSpace space = load_space("ofa-mbv3");
    const Architecture a = parse_architecture(space, "{'ks': 5, 'e': 4, 'd': 3, 'r': [224]}");
    const Cost c = cost(lower(space, a));
    std::cout << to_text(space, a) << "\n"
              << c.macs << " MACs, " << c.params << " parameters, " << c.activation_bytes_peak
              << " bytes of activations at most\n";
    return c.macs == 385659168 ? 0 : 1;
}
