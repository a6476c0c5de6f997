#include "spool/checksum.h"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace turnaway::spool {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? polynomial : 0);
        table[i] = value;
    }
    return table;
}
constexpr auto table = make_table();

using Sum = std::uint32_t (*)(std::string_view, std::uint32_t);

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) std::uint32_t by_processor(std::string_view bytes,
                                                             std::uint32_t earlier) {
    std::uint64_t sum = ~earlier;
    for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = _mm_crc32_u64(sum, word);
    }
    auto rest = static_cast<std::uint32_t>(sum);
    for (const char c : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(c));
    return ~rest;
}

bool has_instruction() {
    return __builtin_cpu_supports("sse4.2") != 0;
}

#elif defined(__aarch64__)

__attribute__((target("crc"))) std::uint32_t by_processor(std::string_view bytes,
                                                          std::uint32_t earlier) {
    std::uint32_t sum = ~earlier;
    for (; bytes.size() >= sizeof(std::uint64_t); bytes.remove_prefix(sizeof(std::uint64_t))) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        sum = __crc32cd(sum, word);
    }
    for (const char c : bytes) sum = __crc32cb(sum, static_cast<unsigned char>(c));
    return ~sum;
}

bool has_instruction() {
    return (::getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

#endif

Sum best_sum() {
#if defined(__x86_64__) || defined(__aarch64__)
    if (has_instruction() && std::endian::native == std::endian::little) return by_processor;
#endif
    return crc32c_by_table;
}

}  // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t earlier) {
    std::uint32_t sum = ~earlier;
    for (const char c : bytes)
        sum = (sum >> 8) ^ table[(sum ^ static_cast<unsigned char>(c)) & 0xff];
    return ~sum;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t earlier) {
    static const Sum sum = best_sum();
    return sum(bytes, earlier);
}

}  // namespace turnaway::spool
