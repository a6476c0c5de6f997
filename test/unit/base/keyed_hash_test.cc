// The hash against SipHash written a second time here, byte by byte and for any input, as its paper
// describes it; that one is checked against the paper's own example first.
#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace turnaway::base {
namespace {

std::uint64_t little_endian(const std::string& bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::string bytes_of(std::uint64_t value) {
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
    return bytes;
}

std::uint64_t siphash(int compression_rounds, int final_rounds, const std::string& key,
                      std::string text) {
    std::array<std::uint64_t, 4> v;
    const std::string initial = "somepseudorandomlygeneratedbytes";
    for (std::size_t i = 0; i < 4; ++i) {
        // The constants are this text, read as big-endian words.
        std::string word = initial.substr(8 * i, 8);
        std::ranges::reverse(word);
        v[i] = little_endian(word, 0) ^ little_endian(key, 8 * (i % 2));
    }
    const auto rounds = [&v](int count) {
        while (count-- > 0) {
            v[0] += v[1];
            v[2] += v[3];
            v[1] = (v[1] << 13 | v[1] >> 51) ^ v[0];
            v[3] = (v[3] << 16 | v[3] >> 48) ^ v[2];
            v[0] = v[0] << 32 | v[0] >> 32;
            v[2] += v[1];
            v[0] += v[3];
            v[1] = (v[1] << 17 | v[1] >> 47) ^ v[2];
            v[3] = (v[3] << 21 | v[3] >> 43) ^ v[0];
            v[2] = v[2] << 32 | v[2] >> 32;
        }
    };
    const char length = static_cast<char>(text.size());
    while (text.size() % 8 != 7) text.push_back('\0');
    text.push_back(length);
    for (std::size_t at = 0; at < text.size(); at += 8) {
        const std::uint64_t word = little_endian(text, at);
        v[3] ^= word;
        rounds(compression_rounds);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    rounds(final_rounds);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

std::string counting_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    return bytes;
}

TEST(KeyedHash, TheReferenceHereGivesThePapersExample) {
    // SipHash-2-4, key 00..0f, input 00..0e (appendix A of the paper).
    EXPECT_EQ(siphash(2, 4, counting_bytes(16), counting_bytes(15)), 0xa129ca6149be45e5U);
}

TEST(KeyedHash, IsSipHash13OfSixteenBytes) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 1000; ++i) {
        const std::array<std::uint64_t, 2> key{random(), random()};
        const std::uint64_t first = random(), second = random();
        ASSERT_EQ(KeyedHash(key)(first, second), siphash(1, 3, bytes_of(key[0]) + bytes_of(key[1]),
                                                         bytes_of(first) + bytes_of(second)));
    }
    static_assert(KeyedHash({0, 0})(0, 0) != KeyedHash({0, 1})(0, 0));
}

// Addresses next to each other spread evenly: chi-squared over 256 buckets, 255 degrees of freedom,
// mean 255 and standard deviation 22.6; the key is fixed, so the outcome is too.
TEST(KeyedHash, SpreadsNeighbours) {
    const KeyedHash hash({1, 2});
    for (int shift = 0; shift < 64; shift += 8) {
        std::vector<int> buckets(256);
        constexpr int inputs = 65536;
        for (std::uint64_t i = 0; i < inputs; ++i) ++buckets[hash(0, i) >> shift & 0xff];
        double chi_squared = 0;
        for (const int count : buckets) chi_squared += (count - 256.0) * (count - 256.0) / 256.0;
        EXPECT_LT(chi_squared, 255 + 6 * 22.6) << shift;
        EXPECT_GT(chi_squared, 255 - 6 * 22.6) << shift;
    }
}

TEST(KeyedHash, RandomKeysDiffer) {
    EXPECT_NE(KeyedHash::with_random_key()(1, 2), KeyedHash::with_random_key()(1, 2));
}

}  // namespace
}  // namespace turnaway::base
