// BytePair: finds two bytes that follow each other, many places at a time.
//
// For texts of megabytes in which the pair is rare: the line end before "From " in an mbox, the
// dashes of a MIME boundary. std::string_view::find stops at each first byte. Linear, pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace turnaway::bounce {

// The first place at or after `from` where `second` follows `first`, or npos.
inline std::size_t find_pair(std::string_view text, char first, char second, std::size_t from) {
    // A block without an early exit is one that the compiler turns into vector instructions.
    constexpr std::size_t block_bytes = 64;
    std::size_t at = from;
    while (at < text.size() && text.size() - at > block_bytes) {
        const char* const block = text.data() + at;
        unsigned char has_pair = 0;
        for (std::size_t i = 0; i < block_bytes; ++i) {
            const bool is_pair = (block[i] == first) & (block[i + 1] == second);
            has_pair |= static_cast<unsigned char>(is_pair);
        }
        if (has_pair != 0) break;
        at += block_bytes;
    }
    for (; at + 1 < text.size(); ++at) {
        if (text[at] == first && text[at + 1] == second) return at;
    }
    return std::string_view::npos;
}

}  // namespace turnaway::bounce
