// Input that was read and cannot be answered yet, in a few places shared by all connections of a
// worker: half a line, or lines whose answers the client does not read.
//
// Most input is answered as soon as it is read and needs no place. When all places are taken the
// worker looks at input in the kernel's buffer instead (MSG_PEEK), which costs a system call more
// for each read and no memory. So nothing grows, and clients that say half a line and wait only
// make others a little dearer. Places are given out most recently used first: memory comes with
// use.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "refuse/zeroed_array.h"

namespace turnaway::refuse {

class HeldInput {
  public:
    static constexpr std::size_t places = 64;
    static constexpr std::size_t bytes_max = 4096;
    static constexpr std::uint8_t none = 0xff;
    static_assert(places < none);

    HeldInput();

    bool has_room() const { return free_count_ > 0; }
    // Copies what `place` holds to the front of `out`, which has room for bytes_max; returns how
    // much. Nothing for `none`.
    std::size_t copy(std::uint8_t place, std::span<char> out) const;
    // Puts `bytes` into `*place`, which is taken if there was none and given back if nothing is
    // left. Not to be called without a place when has_room() is false, unless `bytes` is empty.
    void keep(std::string_view bytes, std::uint8_t* place);
    void release(std::uint8_t* place) { keep({}, place); }

  private:
    struct Place {
        std::size_t size;
        std::array<char, bytes_max> bytes;
    };

    ZeroedArray<Place> places_;
    std::array<std::uint8_t, places> free_;
    std::size_t free_count_ = 0;
};

}  // namespace turnaway::refuse
