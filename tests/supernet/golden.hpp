#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "tests/supernet/fill.hpp"
#include "tests/test_data.hpp"

// What the original Python code made of the filled supernets (golden/README.md of the data).
namespace blockscope {

struct GoldenFamily {
    const char* space;
    const char* file;
};
inline constexpr std::array<GoldenFamily, 4> golden_families{
    GoldenFamily{"ofa-mbv3-w1.0", "ofa_mbv3_w1.0"}, GoldenFamily{"ofa-mbv3", "ofa_mbv3_w1.2"},
    GoldenFamily{"proxylessnas", "proxyless_w1.3"}, GoldenFamily{"resnet50", "resnet50"}};

inline void PrintTo(const GoldenFamily& family, std::ostream* out) { *out << family.file; }

/// For INSTANTIATE_TEST_SUITE_P.
inline std::string family_name(const testing::TestParamInfo<GoldenFamily>& tested) {
    std::string name = tested.param.file;
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

inline nlohmann::json golden_json(const std::string& name) {
    std::ifstream in(data_directory() / "golden" / (name + ".json"));
    return nlohmann::json::parse(in);
}

/// True if a test is to compare every architecture, which takes minutes, and not the quick ones.
inline bool all_golden() { return std::getenv("BLOCKSCOPE_ALL_GOLDEN") != nullptr; }

/// The filled supernet of a built-in space.
inline Supernet filled_supernet(const std::string& space) {
    const auto loaded = load_space(space);
    return make_supernet(loaded, filled_file(loaded));
}

/// The architecture of a golden record.
inline Architecture golden_architecture(const DesignSpace& space, const nlohmann::json& record) {
    auto config = record["config"];
    // every stem depth but 2 leaves the optional layer out
    if (config.contains("w") && config["d"][0] == 1) config["d"][0] = 0;
    return parse_architecture(space, config.dump(), record["resolution"]);
}

}  // namespace blockscope
