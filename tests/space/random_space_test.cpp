#include "tests/space/random_space.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"

namespace blockscope {
namespace {

RC_GTEST_PROP(RandomSpace, SizeIsTheNumberOfItsArchitectures, ()) {
    const auto space = parse_space(*random_space::file({2, 3, 3, 2, 2, 32}), "random.toml");
    RC_PRE(size(space).log10_total < 4.3);
    const auto all = random_space::all_architectures(space);
    RC_ASSERT(size(space).total == std::to_string(all.size()));
    RC_ASSERT(std::set<Architecture>(all.begin(), all.end()).size() == all.size());
    for (const auto& a : all) RC_ASSERT(contains(space, a));
}

RC_GTEST_PROP(RandomSpace, TextFormRoundTrips, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    for (const int resolution : {space.default_resolution, space.resolutions.front(), 4096}) {
        for (const auto& a : sample(space, 20, Rng(resolution), resolution)) {
            const auto text = to_text(space, a);
            RC_LOG(text);
            RC_ASSERT(parse_architecture(space, text) == a);
            RC_ASSERT(parse_architecture(space, body_text(space, a), resolution) == a);
        }
    }
}

// Where the dictionary cannot hold the choices it must say so, never give them up.
RC_GTEST_PROP(RandomSpace, DictionaryRoundTripsOrIsRefused, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    bool held = false;
    for (const auto& a : sample(space, 20, Rng(3), space.resolutions.front())) {
        std::string text;
        try {
            text = to_ofa_dictionary(space, a);
        } catch (const Error&) {
            continue;
        }
        RC_LOG(text);
        RC_ASSERT(parse_architecture(space, text) == a);
        held = true;
    }
    RC_TAG(held ? "held" : "refused");
}

RC_GTEST_PROP(RandomSpace, ListsOfBlocksRoundTripOrAreRefused, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    bool held = false;
    for (const auto& a : sample(space, 20, Rng(3), space.default_resolution)) {
        std::string text = "[";
        for (std::size_t u = 0; u < space.units.size(); ++u) {
            text += u > 0 ? ", [" : "[";
            for (int l = 0; l < a.depth[u]; ++l) {
                const Block& b = space.blocks[a.block[space.units[u].first_slot + l]];
                text += fmt::format("{}'mbconv3_e{}_k{}'", l > 0 ? ", " : "", b.expand, b.kernel);
            }
            text += ']';
        }
        text += ']';
        RC_LOG(text);
        try {
            RC_ASSERT(parse_architecture(space, text) == a);
            held = true;
        } catch (const Error& e) {
            const std::string why = e.what();
            RC_ASSERT(why.find("several blocks") != std::string::npos ||
                      why.find("cannot name") != std::string::npos);
        }
    }
    RC_TAG(held ? "held" : "refused");
}

RC_GTEST_PROP(RandomSpace, FixedPlacementIsInEveryDraw, ()) {
    const auto space = parse_space(*random_space::file(), "random.toml");
    const auto all = placements(space);
    const auto& fixed = random_space::one_of(all);
    for (const auto protocol : {Protocol::definition, Protocol::published}) {
        for (const auto& a : sample(space, 30, Rng(1), space.default_resolution, fixed, protocol)) {
            RC_ASSERT(contains(space, a));
            RC_ASSERT(a.width[fixed.unit] == fixed.width);
            if (a.depth[fixed.unit] > fixed.layer) {
                RC_ASSERT(a.block[space.units[fixed.unit].first_slot + fixed.layer] == fixed.block);
            } else {
                RC_ASSERT(protocol == Protocol::published);
            }
        }
    }
}

}  // namespace
}  // namespace blockscope
