#include "blockscope/network/cost.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "blockscope/base/csv.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"

#include "tests/test_data.hpp"

namespace blockscope {
namespace {

struct Known {
    const char* space;
    const char* arch;
    std::int64_t macs;
    std::int64_t params;
};

// Counts of the published network code.
constexpr Known known[] = {
    {"ofa-mbv3-w1.0", "{'ks':7,'e':6,'d':4,'r':224}", 566170656, 7664760},
    {"ofa-mbv3-w1.0", "{'ks':7,'e':6,'d':4,'r':208}", 498026544, 7664760},
    {"ofa-mbv3-w1.0", "{'ks':7,'e':6,'d':4,'r':192}", 417292160, 7664760},
    {"ofa-mbv3-w1.0", "{'ks':5,'e':4,'d':3,'r':224}", 250746944, 4551792},
    {"ofa-mbv3-w1.0", "{'ks':3,'e':3,'d':2,'r':224}", 121278672, 3410792},
    {"ofa-mbv3", "{'ks':7,'e':6,'d':4,'r':224}", 843101040, 10701632},
    {"ofa-mbv3", "{'ks':7,'e':6,'d':4,'r':208}", 740840160, 10701632},
    {"ofa-mbv3", "{'ks':7,'e':6,'d':4,'r':192}", 621268416, 10701632},
    {"ofa-mbv3", "{'ks':5,'e':4,'d':3,'r':224}", 385659168, 6245312},
    {"ofa-mbv3", "{'ks':5,'e':4,'d':3,'r':208}", 339677088, 6245312},
    {"ofa-mbv3", "{'ks':5,'e':4,'d':3,'r':192}", 284524160, 6245312},
    {"ofa-mbv3", "{'ks':3,'e':3,'d':2,'r':224}", 193078200, 4602456},
    {"ofa-mbv3", "{'ks':3,'e':3,'d':2,'r':208}", 170564736, 4602456},
    {"ofa-mbv3", "{'ks':3,'e':3,'d':2,'r':192}", 142834656, 4602456},
    {"proxylessnas", "{'ks':7,'e':6,'d':4,'r':224}", 1004908032, 7942056},
    {"proxylessnas", "{'ks':5,'e':4,'d':3,'r':224}", 486974112, 5053864},
    {"proxylessnas", "{'ks':3,'e':3,'d':2,'r':224}", 265526256, 3718832},
    {"proxylessnas", "{'ks':7,'e':6,'d':4,'r':208}", 896501520, 7942056},
    {"proxylessnas", "{'ks':5,'e':4,'d':3,'r':208}", 437326944, 5053864},
    {"proxylessnas", "{'ks':3,'e':3,'d':2,'r':208}", 240432456, 3718832},
    {"proxylessnas", "{'ks':7,'e':6,'d':4,'r':192}", 738741248, 7942056},
    {"proxylessnas", "{'ks':5,'e':4,'d':3,'r':192}", 358218368, 5053864},
    {"proxylessnas", "{'ks':3,'e':3,'d':2,'r':192}", 195521984, 3718832},
    {"resnet50", "{'d':2,'e':0.35,'w':2}", 7491643904, 48105992},
    {"resnet50", "{'d':0,'e':0.2,'w':0}", 962192128, 6539280},
    {"resnet50", "{'d':[2,1,2,2,1],'e':0.25,'w':2}", 4328824832, 25576264},
    {"resnet50", "{'d':[2,1,1,1,1],'e':0.25,'w':1}", 2550191936, 15866000},
    {"resnet50",
     "{'d':[0,1,2,0,1],'e':[0.2,0.25,0.35,0.2,0.25,0.35,0.2,0.25,0.35,0.2,0.25,0.35,0.2,0.25,0.35,"
     "0.2,0.25,0.35],'w':[1,0,0,1,2,1]}",
     2998407872, 19637088},
    {"resnet50",
     "{'d':[2,2,2,2,2],'e':[0.35,0.35,0.25,0.35,0.35,0.2,0.35,0.2,0.35,0.35,0.35,0.35,0.25,0.25,"
     "0.35,0.35,0.35,0.2],'w':2}",
     6422710080, 41523272},
    {"ofa-mbv3-w1.0",
     "{'ks':[3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3],'e':[3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3]"
     ",'d':[2,3,4,3,2]}",
     236672944, 4292688},
    {"ofa-mbv3",
     "{'ks':[3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3],'e':[3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3]"
     ",'d':[2,3,4,3,2]}",
     354881496, 5867912},
    {"proxylessnas",
     "{'ks':[3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3,3,5,7,3,5],'e':[3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,3,3,4,6,"
     "3"
     ",4],'d':[2,3,4,3,2,1]}",
     450273504, 4657416},
};

TEST(Cost, OfPublishedArchitecturesIsExact) {
    for (const auto& k : known) {
        SCOPED_TRACE(std::string(k.space) + " " + k.arch);
        const auto space = load_space(k.space);
        const Cost c = cost(lower(space, parse_architecture(space, k.arch)));
        EXPECT_EQ(c.macs, k.macs);
        EXPECT_EQ(c.params, k.params);
    }
}

// One MBConv by hand: 4 -> 8 -> 4 channels on 6x6, kernel 3, stride 1, shortcut, float32.
TEST(Cost, OfOneBlockIsWhatAPencilSays) {
    const auto space = parse_space(
        "name = \"one\"\nresolutions = 32\nround_to = 1\n[blocks]\nkind = \"mbconv\"\nexpand = "
        "2\nkernel = 3\n[[unit]]\nchannels = 4\ndepth = 1\nactivation = \"h_swish\"\n",
        "one.toml");
    const Cost c = cost(lower_layer(space, 0, 0, 0, 0, {4, 6, 6}));
    EXPECT_EQ(c.macs, 36 * (4 * 8 + 8 * 9 + 8 * 4));
    EXPECT_EQ(c.macs_torchprofile, c.macs + 2 * 8 * 36);
    EXPECT_EQ(c.params, 4 * 8 + 16 + 8 * 9 + 16 + 8 * 4 + 8);
    EXPECT_EQ(c.activation_bytes_peak, 4 * 36 * (4 + 8 + 8));  // input, expanded, depthwise
    EXPECT_EQ(c.activation_bytes_total, 4 * 36 * (8 + 8 + 4 + 4));
}

TEST(CountTable, EqualsLoweringAndCounting) {
    for (const auto& name : built_in_space_names()) {
        const auto space = load_space(name);
        for (const int resolution : {224, 188, 131}) {
            const LayerTable macs = count_table(space, resolution, Count::macs);
            const LayerTable torch = count_table(space, resolution, Count::macs_torchprofile);
            const LayerTable params = count_table(space, resolution, Count::params);
            const LayerTable peak = count_table(space, resolution, Count::activation_bytes_peak);
            const LayerTable total = count_table(space, resolution, Count::activation_bytes_total);
            for (const auto& a : sample(space, 100, Rng(11), resolution)) {
                const Cost c = cost(lower(space, a));
                ASSERT_EQ(macs.value(a), static_cast<double>(c.macs));
                ASSERT_EQ(torch.value(a), static_cast<double>(c.macs_torchprofile));
                ASSERT_EQ(params.value(a), static_cast<double>(c.params));
                ASSERT_EQ(peak.value(a), static_cast<double>(c.activation_bytes_peak)) << name;
                ASSERT_EQ(total.value(a), static_cast<double>(c.activation_bytes_total));
            }
        }
    }
}

TEST(Cost, OfEveryMeasuredNetworkEqualsItsRow) {
    const auto file = data_directory() / "measured/ofa_mbv3_w1.0_imagenet_top1.csv";
    NEEDS_DATA("measured/ofa_mbv3_w1.0_imagenet_top1.csv");
    const auto csv = parse_csv(read_file(file), file.string());
    const auto space = load_space("ofa-mbv3-w1.0");
    const auto arch = csv.column("arch");
    const auto macs = csv.column("macs");
    const auto params = csv.column("params");
    ASSERT_GT(csv.rows.size(), 1000);
    for (std::size_t r = 0; r < csv.rows.size(); ++r) {
        const Cost c = cost(lower(space, parse_architecture(space, csv.rows[r][arch])));
        ASSERT_EQ(static_cast<double>(c.params), csv.number(r, params)) << csv.where(r);
        ASSERT_EQ(static_cast<double>(c.macs), csv.number(r, macs)) << csv.where(r);
    }
}

TEST(Cost, OfEverySpecialisedNetworkMatchesItsPublishedCount) {
    NEEDS_DATA("original/ofa_specialized");
    struct Anchor {
        const char* name;
        std::int64_t macs;
        std::int64_t params;
    };
    constexpr Anchor anchors[] = {
        {"flops-389M_top1-79.1_finetune-75", 389487856, 8386544},
        {"flops-482M_top1-79.6_finetune-75", 482413168, 9066368},
        {"flops-595M_top1-80.0_finetune-75", 595189032, 9135928},
        {"note10_lat-64ms_top1-80.2_finetune-75", 743131000, 9109040},
        {"note10_lat-50ms_top1-79.7_finetune-75", 554390264, 9057064},
        {"note10_lat-41ms_top1-79.3_finetune-75", 457252856, 9030192},
        {"note10_lat-30ms_top1-78.4_finetune-75", 339352816, 7465896},
        {"note10_lat-22ms_top1-76.6_finetune-25", 237063424, 5863056},
        {"note10_lat-16ms_top1-75.5_finetune-25", 162464384, 4932272},
        {"note10_lat-11ms_top1-73.6_finetune-25", 109607488, 4278224},
        {"note10_lat-8ms_top1-71.4_finetune-25", 75802880, 3761168},
        {"LG-G8_lat-24ms_top1-76.4_finetune-25", 229846296, 5809576},
        {"LG-G8_lat-8ms_top1-71.1_finetune-25", 73471032, 4112176},
        {"pixel1_lat-143ms_top1-80.1_finetune-75", 641756192, 9221888},
        {"s7edge_lat-88ms_top1-76.3_finetune-25", 219276928, 6426992},
        {"1080ti_gpu64-27ms_top1-76.4_finetune-25", 396707912, 6493328},
        {"1080ti_gpu64-22ms_top1-75.3_finetune-25", 312808424, 5186720},
        {"v100_gpu64-11ms_top1-76.1_finetune-25", 351764864, 6195512},
        {"tx2_gpu16-96ms_top1-75.8_finetune-25", 348919456, 6163200},
        {"cpu_lat-17ms_top1-75.7_finetune-25", 364488032, 4933568},
    };
    const auto folder = data_directory() / "original/ofa_specialized";
    std::size_t read = 0;
    std::size_t anchored = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto name = entry.path().filename().string();
        SCOPED_TRACE(name);
        const auto config = nlohmann::json::parse(read_file(entry.path() / "net.config"));
        const int first = config["first_conv"]["out_channels"];
        const auto space = load_space(first == 24   ? "ofa-mbv3"
                                      : first == 16 ? "ofa-mbv3-w1.0"
                                                    : "proxylessnas");
        const auto a = read_net_config(space, entry.path().string());
        const Cost c = cost(lower(space, a));
        ++read;
        for (const auto& anchor : anchors) {
            if (name == anchor.name) {
                EXPECT_EQ(c.macs, anchor.macs);
                EXPECT_EQ(c.params, anchor.params);
                ++anchored;
            }
        }
    }
    EXPECT_EQ(read, 50);
    EXPECT_EQ(anchored, std::size(anchors));
}

TEST(Architecture, ChoicesOfInactiveLayersChangeNothing) {
    const auto space = load_space("ofa-mbv3");
    auto a = parse_architecture(space, "{'ks':3,'e':4,'d':2}");
    auto b = a;
    b.block[3] = 5;  // unit 1, layer 4 is not active
    EXPECT_EQ(cost(lower(space, a)).macs, cost(lower(space, b)).macs);
    EXPECT_FALSE(contains(space, b));
    clear_inactive(space, b);
    EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace blockscope
