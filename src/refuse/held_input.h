// Input that was read and cannot be answered yet, in a few slots shared by all connections of a
// worker: half a line, or lines whose replies the client does not read.
//
// Most input is answered as soon as it is read and needs no slot. When all slots are taken, the
// worker reads input without removing it from the kernel's buffer (MSG_PEEK), which costs one more
// system call for each read and no memory. So nothing grows, and clients that send half a line and
// wait only make others slightly more expensive. The most recently released slots are used first,
// so that memory is allocated only as needed.
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
    // Copies the content of slot `place` to the front of `out`, which has room for bytes_max;
    // returns its size. Copies nothing for `none`.
    std::size_t copy(std::uint8_t place, std::span<char> out) const;
    // Stores `bytes` in slot `*place`, which is taken if there was none and released if `bytes` is
    // empty. Without a slot and with has_room() false, `bytes` must be empty.
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
