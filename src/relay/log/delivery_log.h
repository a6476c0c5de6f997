// Delivery events, passed to the log and the counters in one call, so that the two always agree.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "queue/disposition.h"
#include "queue/message.h"
#include "relay/deliver/message_report.h"
#include "relay/deliver/outbound_connection.h"
#include "route/host_port.h"

namespace turnaway::relay {

class RelayState;

// One dialogue with one host, for this number of recipients.
void log_attempt(RelayState& relay, const Dialogue& dialogue, std::size_t recipients,
                 std::uint64_t content_bytes);

// When a round began, began its last transaction (never: no host was reached) and ended, and the
// port it connected to.
struct RoundTimes {
    std::chrono::sys_seconds due;
    std::chrono::sys_seconds began_at;
    std::chrono::steady_clock::time_point began;
    std::optional<std::chrono::steady_clock::time_point> mail_began = {};
    std::chrono::steady_clock::time_point ended;
    std::uint16_t port = 0;
};
// The dispositions of `chosen`, recipients of `message`, after a round; the states are those after
// it.
void log_round(RelayState& relay, const queue::Message& message,
               std::span<const std::size_t> chosen,
               std::span<const queue::Disposition> dispositions, const RoundTimes& times);
// `report` informs the sender of `message` about these endings.
void log_reported(RelayState& relay, const queue::Message& message, const queue::Message& report,
                  std::span<const Ending> endings);
// A host that was not known as refusing replied 521 about itself.
void log_host_refuses(RelayState& relay, std::string_view host, const route::HostPort& at,
                      std::string_view words);
// Its entry is gone: it accepted mail, or was probed again.
void log_host_forgotten(RelayState& relay, const route::HostPort& at);
void log_trouble(RelayState& relay, const base::Error& error,
                 std::optional<queue::QueueId> id = {});

}  // namespace turnaway::relay
