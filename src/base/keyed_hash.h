// A keyed hash whose values an outsider cannot predict: SipHash-1-3 over two 64-bit words.
//
// For tables whose keys strangers choose (client addresses). Because the secret key is made at
// start, an attacker cannot aim at one bucket. Reference: Aumasson and Bernstein, "SipHash: a fast
// short-input PRF", with one compression and three final rounds.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace turnaway::base {

class KeyedHash {
  public:
    constexpr explicit KeyedHash(std::array<std::uint64_t, 2> key) : key_(key) {}

    // A key from the kernel's random source. This cannot fail once the machine is up; a failure
    // ends the program.
    static KeyedHash with_random_key();

    constexpr std::uint64_t operator()(std::uint64_t first, std::uint64_t second) const {
        State s{key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d,
                key_[0] ^ 0x6c7967656e657261, key_[1] ^ 0x7465646279746573};
        s.absorb(first);
        s.absorb(second);
        s.absorb(std::uint64_t{16} << 56);  // the length of the input in bytes
        s.c ^= 0xff;
        for (int i = 0; i < 3; ++i) s.round();
        return s.a ^ s.b ^ s.c ^ s.d;
    }

  private:
    struct State {
        std::uint64_t a, b, c, d;
        constexpr void round() {
            a += b;
            b = std::rotl(b, 13) ^ a;
            a = std::rotl(a, 32);
            c += d;
            d = std::rotl(d, 16) ^ c;
            a += d;
            d = std::rotl(d, 21) ^ a;
            c += b;
            b = std::rotl(b, 17) ^ c;
            c = std::rotl(c, 32);
        }
        constexpr void absorb(std::uint64_t word) {
            d ^= word;
            round();
            a ^= word;
        }
    };
    std::array<std::uint64_t, 2> key_;
};

}  // namespace turnaway::base
