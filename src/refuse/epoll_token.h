// The data of an epoll event: a connection, a listener, or the wake-up.
//
// A connection's token contains the generation of its row, so that an event of a connection that
// has just ended does not reach the next one in the same row.
#pragma once

#include <cstdint>

namespace turnaway::refuse {

inline constexpr std::uint64_t listener_mark = std::uint64_t{1} << 63;
inline constexpr std::uint64_t wake_token = ~std::uint64_t{0};

constexpr std::uint64_t listener_token(int fd) {
    return listener_mark | static_cast<std::uint32_t>(fd);
}
constexpr bool is_listener(std::uint64_t token) {
    return (token & listener_mark) != 0;
}
constexpr int listener_fd(std::uint64_t token) {
    return static_cast<int>(token & 0x7fffffff);
}

// The top bit of the generation marks listeners instead: 2^31 uses of a row between two events of
// one batch do not happen.
constexpr std::uint64_t connection_token(std::uint32_t index, std::uint32_t generation) {
    return std::uint64_t{generation & 0x7fffffff} << 32 | index;
}
constexpr std::uint32_t row_index(std::uint64_t token) {
    return static_cast<std::uint32_t>(token & 0xffffffff);
}

}  // namespace turnaway::refuse
