#include "blockscope/measure/affinity.hpp"

#include <sched.h>
#include <thread>

#include <gtest/gtest.h>

#include "blockscope/base/error.hpp"
#include "blockscope/measure/latency_bench.hpp"
#include "blockscope/space/space_file.hpp"

namespace blockscope {
namespace {

Cores allowed_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    ::sched_getaffinity(0, sizeof set, &set);
    Cores cores;
    for (int c = 0; c < CPU_SETSIZE; ++c) {
        if (CPU_ISSET(c, &set)) cores.push_back(c);
    }
    return cores;
}

TEST(Cores, AreReadAndWrittenInShort) {
    EXPECT_EQ(parse_cores("0"), Cores{0});
    EXPECT_EQ(parse_cores("2+0+1+1"), (Cores{0, 1, 2}));
    EXPECT_EQ(parse_cores("0+4-6"), (Cores{0, 4, 5, 6}));
    EXPECT_EQ(to_string(parse_cores("6+5+4+0")), "0+4-6");
    EXPECT_EQ(to_string(Cores{}), "");
    for (const char* wrong : {"", "a", "0+", "3-1", "0-1-2", "-1", "1.5", "99999999"}) {
        EXPECT_THROW(parse_cores(wrong), Error) << wrong;
    }
}

TEST(KeptOnCores, HoldsTheThreadThereAndThenLetsItGo) {
    const Cores before = allowed_cores();
    {
        const KeptOnCores here({before.back()}, false);
        EXPECT_EQ(allowed_cores(), Cores{before.back()});
        Cores of_new;
        std::thread([&] { of_new = allowed_cores(); }).join();
        EXPECT_EQ(of_new, Cores{before.back()});
    }
    EXPECT_EQ(allowed_cores(), before);
    const KeptOnCores anywhere({}, true);
    EXPECT_EQ(allowed_cores(), before);
}

TEST(KeptOnCores, RefusesACoreThatIsNotThere) {
    EXPECT_THROW(KeptOnCores({1000}, false), Error);
    LatencyOptions options;
    options.affinity = {1000};
    EXPECT_THROW(LatencyBench(load_space("ofa-mbv3"), 128, options), Error);
}

}  // namespace
}  // namespace blockscope
