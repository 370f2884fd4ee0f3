#include "blockscope/runtime/fma_peak.hpp"

#include <chrono>
#include <ctime>
#include <thread>
#include <vector>

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
    const Vector factor{0.5F, 0.5F, 0.5F, 0.5F};
    for (int i = 0; i < rounds; ++i) {
        for (auto& s : sum) {
            s = s * factor + factor;
            asm volatile("" : "+x"(s));
        }
    }
    return 4.0 * chains * rounds;
}

double thread_cpu_s() {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double wall_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Multiply-adds a second by the clock given.
double rate(double (*now_s)()) {
    constexpr int bursts = 100;
    fma_burst();  // wakes wide units up
    const double start = now_s();
    double sum = 0;
    for (int i = 0; i < bursts; ++i) sum += fma_burst();
    return sum / (now_s() - start);
}

}  // namespace

double fma_burst() {
#if defined(__x86_64__)
    static const bool wide = __builtin_cpu_supports("avx512f") != 0;
    static const bool fused =
        __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (wide && fused) return burst_avx512();
    if (fused) return burst_avx2();
#endif
    return burst_baseline();
}

double fma_peak_gflops(int threads) {
    constexpr double gflop_a_mac = 2e-9;
    if (threads <= 1) return gflop_a_mac * rate(thread_cpu_s);
    std::vector<double> rates(static_cast<std::size_t>(threads));
    std::vector<std::thread> team;
    team.reserve(rates.size());
    for (double& r : rates) team.emplace_back([&r] { r = rate(wall_s); });
    for (auto& member : team) member.join();
    double sum = 0;
    for (const double r : rates) sum += r;
    return gflop_a_mac * sum;
}

}  // namespace blockscope
