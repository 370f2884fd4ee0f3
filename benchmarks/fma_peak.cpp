#include "benchmarks/fma_peak.hpp"

#include <string_view>

#include "blockscope/model/dense.hpp"

namespace blockscope {
namespace {

constexpr int rounds = 4000;
constexpr int chains = 12;

// Written in assembler where the instruction matters: a compiler would fold or reorder the chains.
#if defined(__x86_64__)
#define BLOCKSCOPE_CHAIN(i) "vfmadd231ps %%" REGISTER "15, %%" REGISTER "14, %%" REGISTER #i "\n\t"
#define BLOCKSCOPE_CHAINS \
    BLOCKSCOPE_CHAIN(0)   \
    BLOCKSCOPE_CHAIN(1)   \
    BLOCKSCOPE_CHAIN(2)   \
    BLOCKSCOPE_CHAIN(3)   \
    BLOCKSCOPE_CHAIN(4)   \
    BLOCKSCOPE_CHAIN(5)   \
    BLOCKSCOPE_CHAIN(6)   \
    BLOCKSCOPE_CHAIN(7)   \
    BLOCKSCOPE_CHAIN(8)   \
    BLOCKSCOPE_CHAIN(9)   \
    BLOCKSCOPE_CHAIN(10)  \
    BLOCKSCOPE_CHAIN(11)
#define BLOCKSCOPE_CLOBBERS \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11"

__attribute__((target("avx2,fma"))) double burst_avx2() {
#define REGISTER "ymm"
    for (int i = 0; i < rounds; ++i) asm volatile(BLOCKSCOPE_CHAINS ::: BLOCKSCOPE_CLOBBERS);
#undef REGISTER
    return 8.0 * chains * rounds;
}

__attribute__((target("avx512f"))) double burst_avx512() {
#define REGISTER "zmm"
    for (int i = 0; i < rounds; ++i) asm volatile(BLOCKSCOPE_CHAINS ::: BLOCKSCOPE_CLOBBERS);
#undef REGISTER
    return 16.0 * chains * rounds;
}
#endif

/// Without an instruction that does both: four products and four sums.
double burst_baseline() {
    using Vector __attribute__((vector_size(16))) = float;
    Vector sum[chains] = {};
    Vector factor{0.5F, 0.5F, 0.5F, 0.5F};
    for (int i = 0; i < rounds; ++i) {
        for (auto& s : sum) {
            s = s * factor + factor;
            asm volatile("" : "+x"(s), "+x"(factor));
        }
    }
    return 4.0 * chains * rounds;
}

}  // namespace

double fma_burst() {
#if defined(__x86_64__)
    static const std::string_view widest = best_kernels().name;
    if (widest == "avx512") return burst_avx512();
    if (widest == "avx2") return burst_avx2();
#endif
    return burst_baseline();
}

}  // namespace blockscope
