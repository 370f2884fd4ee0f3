#include "blockscope/base/sha.hpp"
#include "blockscope/supernet/supernet.hpp"

namespace blockscope {
namespace {

struct Published {
    std::string_view hash;  ///< git's of the file, or SHA-256 where it is kept as a large file
    std::string_view name;
};

/// Source: the repository that the Once-for-All code (Cai et al., ICLR 2020) downloads from,
/// github.com/han-cai/files at a7c9bcd.
constexpr Published by_git[] = {
    {"55d835981d8acd1053657a951b18887a724ddcbf", "ofa_mbv3_d234_e346_k357_w1.0"},
    {"d75a3613bae216091f61fc4b7df77d49cc82ed32", "ofa_mbv3_d234_e346_k357_w1.2"},
    {"c97035a7a6fe611508f3bb35ffac0ef77262f5e0", "ofa_proxyless_d234_e346_k357_w1.3"},
    {"039f2ee82ca8b5b1ac90f8db7f2228fcc1162632", "ofa_D234_E46_K357"},
    {"2a21a2adb611aa4858f99783b25381c4b1f75549", "ofa_D234_E6_K357"},
    {"3f5ab907bb525e7f3a7824f7fcc676d5438df4c6", "ofa_D34_E6_K357"},
    {"ff535e9214191e5d1b42abc513568711adc3898f", "ofa_D4_E6_K357"},
    {"9c60b31fa5644b9e7bdcf8699c0aee7d158c1ded", "ofa_D4_E6_K7"},
};
constexpr Published by_sha256[] = {
    {"3406a4c852f4573a58e9a01f35406baa4ad3787044ffadc6ea45571ad2b9123a",
     "ofa_resnet50_d=0+1+2_e=0.2+0.25+0.35_w=0.65+0.8+1.0"},
};

}  // namespace

std::string published_supernet(std::string_view bytes) {
    const std::string git = git_blob_hash(bytes);
    for (const auto& known : by_git) {
        if (known.hash == git) return std::string(known.name);
    }
    const std::string sha = sha256(bytes);
    for (const auto& known : by_sha256) {
        if (known.hash == sha) return std::string(known.name);
    }
    return "";
}

}  // namespace blockscope
