#include "blockscope/base/sha.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

#include <fmt/format.h>

namespace blockscope {
namespace {

using Block = std::array<std::uint32_t, 16>;

/// Calls `digest` for each block of 64 bytes of first + second, padded as the standard asks.
template <typename Digest>
void for_each_block(std::string_view first, std::string_view second, Digest digest) {
    const std::uint64_t size = first.size() + second.size();
    std::array<unsigned char, 64> block{};
    std::size_t filled = 0;
    const auto flush = [&] {
        Block words{};
        for (std::size_t i = 0; i < 16; ++i) {
            for (std::size_t b = 0; b < 4; ++b) words[i] = words[i] << 8 | block[4 * i + b];
        }
        digest(words);
        filled = 0;
    };
    const auto append = [&](std::string_view bytes) {
        while (!bytes.empty()) {
            const std::size_t take = std::min(bytes.size(), block.size() - filled);
            std::memcpy(block.data() + filled, bytes.data(), take);
            filled += take;
            bytes.remove_prefix(take);
            if (filled == block.size()) flush();
        }
    };
    append(first);
    append(second);
    std::string padding(1 + (119 - filled) % 64, '\0');
    padding.front() = '\x80';
    append(padding);
    for (int shift = 56; shift >= 0; shift -= 8) {
        block[filled++] = static_cast<unsigned char>(8 * size >> shift);
    }
    flush();
}

std::string hexadecimal(std::span<const std::uint32_t> words) {
    std::string text;
    for (const auto word : words) text += fmt::format("{:08x}", word);
    return text;
}

std::string sha1(std::string_view first, std::string_view second) {
    std::array<std::uint32_t, 5> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    for_each_block(first, second, [&](const Block& block) {
        std::array<std::uint32_t, 80> w{};
        std::copy(block.begin(), block.end(), w.begin());
        for (std::size_t t = 16; t < 80; ++t) {
            w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
        }
        auto [a, b, c, d, e] = state;
        for (std::size_t t = 0; t < 80; ++t) {
            std::uint32_t f = 0;
            if (t < 20) {
                f = ((b & c) | (~b & d)) + 0x5a827999;
            } else if (t < 40) {
                f = (b ^ c ^ d) + 0x6ed9eba1;
            } else if (t < 60) {
                f = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
            } else {
                f = (b ^ c ^ d) + 0xca62c1d6;
            }
            const std::uint32_t next = std::rotl(a, 5) + f + e + w[t];
            e = d;
            d = c;
            c = std::rotl(b, 30);
            b = a;
            a = next;
        }
        const std::array<std::uint32_t, 5> added{a, b, c, d, e};
        for (std::size_t i = 0; i < 5; ++i) state[i] += added[i];
    });
    return hexadecimal(state);
}

constexpr std::array<std::uint32_t, 64> round_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

}  // namespace

std::string sha1(std::string_view bytes) { return sha1("", bytes); }

std::string git_blob_hash(std::string_view bytes) {
    std::string header = fmt::format("blob {}", bytes.size());
    header += '\0';
    return sha1(header, bytes);
}

std::string sha256(std::string_view bytes) {
    std::array<std::uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for_each_block("", bytes, [&](const Block& block) {
        std::array<std::uint32_t, 64> w{};
        std::copy(block.begin(), block.end(), w.begin());
        for (std::size_t t = 16; t < 64; ++t) {
            const auto x = w[t - 15];
            const auto y = w[t - 2];
            w[t] = w[t - 16] + (std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3) + w[t - 7] +
                   (std::rotr(y, 17) ^ std::rotr(y, 19) ^ y >> 10);
        }
        auto [a, b, c, d, e, f, g, h] = state;
        for (std::size_t t = 0; t < 64; ++t) {
            const auto t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                            ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
            const auto t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) +
                            ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        const std::array<std::uint32_t, 8> added{a, b, c, d, e, f, g, h};
        for (std::size_t i = 0; i < 8; ++i) state[i] += added[i];
    });
    return hexadecimal(state);
}

}  // namespace blockscope
