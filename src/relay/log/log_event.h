// What the relay logs: one struct an event, plain views that live as long as the call.
//
// log_lines() makes of one the lines to write, in one of two forms. JSON is one object a line. Text
// is as Postfix writes it, so that the readers of its logs work: `turnaway-relay/smtp[PID]: ID:
// to=<...>, relay=..., status=bounced (...)`. What a peer said is data: escaped, on one line, and
// cut (requirement 56); as in Postfix's own log, words in parentheses may hold anything printable.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "codes/code.h"
#include "queue/queue_id.h"
#include "settings/log_config.h"

namespace turnaway::relay {

// Who connected to us. A name nobody knows is empty.
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

// A message is durable and ours. Two lines in the text form.
struct Received {
    queue::QueueId id;
    LogClient client = {};  // a report has none
    std::string_view helo = {};
    std::string_view from = {};  // without angle brackets; empty for `<>`
    std::uint64_t bytes = 0;
    std::uint32_t recipients = 0;
    bool is_encrypted = false;
};

// A command got 4yz or 5yz.
struct Refused {
    LogClient client;
    std::string_view command;  // "RCPT"; "END-OF-MESSAGE" for what came by DATA or BDAT
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

// How long a message waited before it was taken up, for its turn, for a connection with greeting,
// and was on the wire: the four of Postfix's `delays=`.
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
    std::string_view host = {};  // empty when no host was reached: `relay=none`
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

// A host said 521 of itself, and is remembered.
struct HostRefuses {
    std::string_view host;
    std::string_view address = {};
    std::uint16_t port = 0;
    std::string_view place = {};  // address and port, as `turnaway queue forget` takes them
    std::string_view words = {};
};

// It does not refuse any more, so it is not remembered.
struct HostForgotten {
    std::string_view address;
    std::uint16_t port = 0;
    std::string_view place = {};  // both together
};

struct Started {
    std::string_view version;
    std::string_view config = {};
    std::uint64_t queued = 0;
};

struct Listening {
    std::string_view protocol;  // "smtp"; "http" for metrics
    std::string_view address;
    std::uint16_t port = 0;
    std::string_view place = {};  // both together
};

struct Reloaded {
    bool is_taken = true;
    std::string_view words = {};  // why not, or which keys wait for a restart
};

struct Stopped {
    int exit_code = 0;
    std::string_view reason = {};
};

// Somebody asked over the control socket for something to be changed.
struct Controlled {
    std::uint32_t user = 0;  // as the kernel knows them
    std::uint32_t process = 0;
    std::string_view request;     // "hold"
    std::string_view about = {};  // an id, a domain, an address, "all"
    std::uint64_t changed = 0;
};

// Something the administrator should see.
struct Trouble {
    bool is_error = false;  // else a warning
    std::string_view words;
    std::optional<queue::QueueId> id = {};
};

using LogEvent = std::variant<Connected, Disconnected, Received, Refused, Delivered, Reported,
                              Removed, HostRefuses, HostForgotten, Started, Listening, Reloaded,
                              Stopped, Controlled, Trouble>;

// From which level on it is written.
settings::LogLevel level_of(const LogEvent& event);

struct LogStyle {
    settings::LogForm form = settings::LogForm::text;
    std::uint32_t process = 0;  // the process id
    // In front of each line of text, `time host `, as a log file has it; the journal adds its own.
    bool has_time = false;
    std::string host = {};
};

// A line is never longer, its newline included: a pipe takes it in one piece.
inline constexpr std::size_t log_line_bytes_max = 4000;

// One or two whole lines.
std::string log_lines(const LogEvent& event, const LogStyle& style,
                      std::chrono::system_clock::time_point now);

}  // namespace turnaway::relay
