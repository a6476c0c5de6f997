// Fixed numbers: reads and writes unsigned numbers of a fixed width in a string of bytes, lowest
// octet first. For checksums and offsets, which packing.h would make longer.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace turnaway::spool {

template <std::unsigned_integral Number>
void append_fixed(std::string& out, Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
    }
}

// The caller ensures that there are enough bytes.
template <std::unsigned_integral Number>
Number read_fixed(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return static_cast<Number>(value);
}

}  // namespace turnaway::spool
