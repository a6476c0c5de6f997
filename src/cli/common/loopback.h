// Loopback: blocking TCP on IPv4 addresses of this machine, for the demo and its threads.
//
// Every wait has a deadline and ends earlier if a stop is requested. Lines end in CRLF; a line
// longer than line_bytes_max, or the end of the connection, ends the reading. IPv4 only: the demo
// gives each of its hosts an address of 127.0.0.0/8, while IPv6 has only one loopback address.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::cli {

using Steady = std::chrono::steady_clock;

struct ListenAddress {
    std::string address;  // `127.0.0.1`
    std::uint16_t port = 0;
    std::string text() const { return address + ':' + std::to_string(port); }
};

// With port 0 the system chooses one, which is stored in `place`. Closed on exec.
[[nodiscard]] base::Result<process::OwnedFd> listen_on(ListenAddress& place);
[[nodiscard]] base::Result<process::OwnedFd> connect_to(const ListenAddress& place,
                                                        Steady::time_point until);

// Disables Nagle's algorithm (RFC 896): small successive replies would wait for acknowledgements.
process::OwnedFd accept_from(const process::OwnedFd& listener);

// False at `until`, at a stop request, and on an error of the descriptor.
bool can_read(int fd, Steady::time_point until, const std::stop_token& stop);

class LineStream {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{64} * 1024;

    LineStream(process::OwnedFd socket, std::stop_token stop)
        : socket_(std::move(socket)), stop_(std::move(stop)) {}

    // Without its CRLF. Nothing at the end, at `until` and for a line that is too long.
    std::optional<std::string> read_line(Steady::time_point until);
    // False if the other side is gone or does not read.
    bool write(std::string_view bytes);

  private:
    process::OwnedFd socket_;
    std::stop_token stop_;
    std::string pending_;
};

}  // namespace turnaway::cli
