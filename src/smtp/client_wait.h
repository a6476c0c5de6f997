// ClientWait: the events that the SMTP client waits for, each with its timeout (RFC 5321 section
// 4.5.3.2, requirement 36).
//
// The session names the wait; the driver has the clock, and may be configured to wait longer.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace turnaway::smtp {

enum class ClientWait : std::uint8_t {
    connect,
    greeting,
    ehlo,  // HELO too
    starttls,
    handshake,
    mail,  // RSET too
    rcpt,
    data,
    block,  // one write, of commands or of a piece of content
    final_dot,
    quit,
};
inline constexpr int client_wait_count = 11;

// The name in a configuration: "final_dot".
std::string_view name(ClientWait wait);
std::chrono::seconds standard_seconds(ClientWait wait);

}  // namespace turnaway::smtp
