// Service events: what every daemon logs about itself, whatever it serves: start and end, listening
// addresses, a reload, a change over the control socket, and trouble for the administrator.
//
// One struct per event, plain views that live as long as the call. Events about a daemon's service
// are its own (relay/log/log_event.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/log_style.h"

namespace turnaway::daemon {

struct Started {
    std::string_view version;
    std::string_view config = {};              // the path of the configuration
    std::optional<std::uint64_t> queued = {};  // messages, if the daemon has a queue
};

struct Listening {
    std::string_view protocol;  // "smtp"; "http" for metrics
    std::string_view address;
    std::uint16_t port = 0;
    std::string_view place = {};  // address and port together
};

struct Reloaded {
    bool is_taken = true;
    std::string_view words = {};  // why it failed
};

struct Stopped {
    int exit_code = 0;
    std::string_view reason = {};
};

// A change requested over the control socket.
struct Controlled {
    std::uint32_t user = 0;  // as reported by the kernel
    std::uint32_t process = 0;
    std::string_view request;     // "hold"
    std::string_view about = {};  // an id, a domain, an address, "all"
    std::uint64_t changed = 0;
};

// Something the administrator should see.
struct Trouble {
    bool is_error = false;  // else a warning
    std::string_view words;
    std::string_view id = {};  // of the message it is about; empty: none
};

using ServiceEvent = std::variant<Started, Listening, Reloaded, Stopped, Controlled, Trouble>;

// The lowest log level at which it is written.
LogLevel level_of(const ServiceEvent& event);

// One whole line.
std::string text_line(const ServiceEvent& event, const LogStyle& style, LogTime now);
std::string json_line(const ServiceEvent& event, LogTime now);
std::string log_line(const ServiceEvent& event, const LogStyle& style, LogTime now);

}  // namespace turnaway::daemon
