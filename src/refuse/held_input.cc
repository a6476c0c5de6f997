#include "refuse/held_input.h"

#include <cstring>
#include <utility>

#include "base/check.h"

namespace turnaway::refuse {

HeldInput::HeldInput() : places_(places), free_{} {
    while (free_count_ < places) {
        free_[free_count_] = static_cast<std::uint8_t>(places - 1 - free_count_);
        ++free_count_;
    }
}

std::size_t HeldInput::copy(std::uint8_t place, std::span<char> out) const {
    if (place == none) return 0;
    const Place& held = places_.data()[place];
    TURNAWAY_CHECK(held.size <= out.size());
    std::memcpy(out.data(), held.bytes.data(), held.size);
    return held.size;
}

void HeldInput::keep(std::string_view bytes, std::uint8_t* place) {
    if (bytes.empty()) {
        if (*place != none) free_[free_count_++] = std::exchange(*place, none);
        return;
    }
    TURNAWAY_CHECK(bytes.size() <= bytes_max);
    if (*place == none) {
        TURNAWAY_CHECK(free_count_ > 0);
        *place = free_[--free_count_];
    }
    Place& held = places_[*place];
    held.size = bytes.size();
    std::memcpy(held.bytes.data(), bytes.data(), bytes.size());
}

}  // namespace turnaway::refuse
