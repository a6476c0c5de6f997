// Events that the relay logs: one struct per event, plain views that live as long as the call.
//
// log_lines() turns one into the lines to write, in one of two forms (daemon/log_style.h). Text has
// the format of Postfix: `turnaway-relay/smtp[PID]: ID: to=<...>, relay=..., status=bounced (...)`.
// As in Postfix's own log, text in parentheses may contain anything printable.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "codes/code.h"
#include "daemon/log_style.h"
#include "daemon/service_event.h"
#include "queue/queue_id.h"

namespace turnaway::relay {

using daemon::LogForm;
using daemon::LogLevel;
using daemon::LogStyle;
using daemon::LogTime;

// The client. Its name is empty if not known.
struct LogClient {
    std::string_view name = {};
    std::string_view address = {};
    std::uint16_t port = 0;
};

struct Connected {
    LogClient client;
};

struct Disconnected {
    LogClient client;
    std::string_view ended = {};  // "quit", "timeout", "lost", ...
    std::uint32_t commands = 0;
    std::uint32_t messages = 0;
};

// A message is durable and accepted. Two lines in the text form.
struct Received {
    queue::QueueId id;
    LogClient client = {};  // empty for a report
    std::string_view helo = {};
    std::string_view from = {};  // without angle brackets; empty for `<>`
    std::uint64_t bytes = 0;
    std::uint32_t recipients = 0;
    bool is_encrypted = false;
};

// A command got 4yz or 5yz.
struct Refused {
    LogClient client;
    std::string_view command;  // "RCPT"; "END-OF-MESSAGE" for content sent by DATA or BDAT
    codes::ReplyCode code;
    std::optional<codes::EnhancedCode> status = {};
    std::string_view words = {};
    std::string_view from = {};
    std::optional<std::string_view> to = {};
    std::string_view helo = {};
    bool is_esmtp = true;
};

enum class DeliveryResult : std::uint8_t { sent, bounced, deferred };
std::string_view name(DeliveryResult result);

// The time a message waited before it became due, for its turn, for a connection with a greeting,
// and during transmission: the four values of Postfix's `delays=`.
struct Delays {
    std::chrono::milliseconds before = {};
    std::chrono::milliseconds turn = {};
    std::chrono::milliseconds connection = {};
    std::chrono::milliseconds transmission = {};
    std::chrono::milliseconds sum() const { return before + turn + connection + transmission; }
};

// One round for one recipient has ended.
struct Delivered {
    queue::QueueId id;
    std::string_view to;
    std::string_view host = {};  // empty if no host was reached: `relay=none`
    std::string_view address = {};
    std::uint16_t port = 0;
    Delays delays = {};
    codes::EnhancedCode status;
    DeliveryResult result = DeliveryResult::deferred;
    std::string_view words = {};
};

enum class ReportKind : std::uint8_t { failure, delay, success };
std::string_view name(ReportKind kind);

struct Reported {
    queue::QueueId id;
    queue::QueueId report;
    ReportKind kind = ReportKind::failure;
};

struct Removed {
    queue::QueueId id;
};

// A host replied 521 about itself, and is remembered.
struct HostRefuses {
    std::string_view host;
    std::string_view address = {};
    std::uint16_t port = 0;
    std::string_view place = {};  // address and port, as for `turnaway queue forget`
    std::string_view words = {};
};

// It no longer refuses, so it is forgotten.
struct HostForgotten {
    std::string_view address;
    std::uint16_t port = 0;
    std::string_view place = {};  // address and port together
};

// Events that every daemon logs about itself.
using daemon::Controlled;
using daemon::Listening;
using daemon::Reloaded;
using daemon::Started;
using daemon::Stopped;
using daemon::Trouble;

using LogEvent = std::variant<Connected, Disconnected, Received, Refused, Delivered, Reported,
                              Removed, HostRefuses, HostForgotten, daemon::ServiceEvent>;

// The lowest log level at which it is written.
LogLevel level_of(const LogEvent& event);

// One or two whole lines.
std::string log_lines(const LogEvent& event, const LogStyle& style, LogTime now);

}  // namespace turnaway::relay
