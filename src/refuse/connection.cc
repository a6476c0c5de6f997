#include "refuse/connection.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/check.h"

namespace turnaway::refuse {

std::size_t ConnectionNotes::append(std::string_view text, std::size_t bytes_max) {
    const std::size_t room = std::min<std::size_t>(bytes_max, text_bytes_max - used_);
    if (text.size() > room) is_cut_ = true;
    const std::size_t bytes = std::min(text.size(), room);
    std::memcpy(text_.data() + used_, text.data(), bytes);
    used_ = static_cast<std::uint8_t>(used_ + bytes);
    return bytes;
}

// The first HELO name and the first reverse-path are kept; later ones add nothing to the log. They
// are stored in order: a name after a reverse-path, or a reverse-path after recipients, is not
// stored.
void ConnectionNotes::take(const smtp::RefuseSession::Step& step) {
    using Told = smtp::RefuseSession::Reached;
    switch (step.told) {
        case Told::connect:
            break;
        case Told::helo:
            if (used_ == 0) {
                hello_bytes_ = static_cast<std::uint8_t>(append(step.detail, hello_bytes_max));
            }
            break;
        case Told::mail:
            if (!has_sender_ && recipients_ == 0) {
                const std::size_t room = text_bytes_max - used_ - recipient_bytes_kept;
                sender_bytes_ = static_cast<std::uint8_t>(append(step.detail, room));
                has_sender_ = true;
            }
            break;
        case Told::rcpt:
            ++recipients_;
            // Each has one byte of length before it; the first is cut to fit, later ones are only
            // counted.
            const std::size_t room = text_bytes_max - used_;
            if (room < 2 || (recipients_ > 1 && step.detail.size() + 1 > room)) {
                is_cut_ = true;
                break;
            }
            const std::size_t bytes = std::min(step.detail.size(), room - 1);
            text_[used_++] = static_cast<char>(bytes);
            append(step.detail, bytes);
            break;
    }
}

std::string_view ConnectionNotes::next_recipient(std::size_t* at) const {
    const std::size_t start = std::size_t{hello_bytes_} + sender_bytes_ + *at;
    if (start >= used_) return {};
    const auto bytes = static_cast<std::uint8_t>(text_[start]);
    *at += bytes + std::size_t{1};
    return {text_.data() + start + 1, bytes};
}

std::string_view name(Ending ending) {
    constexpr std::array<std::string_view, endings> names{
        "quit",   "client-closed", "client-reset", "idle-timeout", "session-timeout",
        "bounds", "address-limit", "table-full",   "shutdown"};
    return names[static_cast<std::size_t>(ending)];
}

std::string_view name(Pressure pressure) {
    constexpr std::array<std::string_view, pressures> names{"none", "connections", "address"};
    return names[static_cast<std::size_t>(pressure)];
}

std::uint32_t ConnectionTable::take() {
    std::uint32_t index = free_;
    std::uint32_t generation = 0;
    if (index != Connection::none) {
        free_ = rows_[index].next;
        generation = rows_[index].generation + 1;
    } else if (ever_used_ < rows_.size()) {
        index = ever_used_++;
    } else {
        return Connection::none;
    }
    ++taken_;
    Connection* row = new (&rows_[index]) Connection;
    row->generation = generation;
    return index;
}

void ConnectionTable::release(std::uint32_t index) {
    TURNAWAY_CHECK(taken_ > 0);
    rows_[index].fd = -1;
    rows_[index].next = std::exchange(free_, index);
    --taken_;
}

}  // namespace turnaway::refuse
