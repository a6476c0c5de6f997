// Client events: events of clients' sessions, passed to the log and the counters in one call, so
// that the two always agree.
//
// Connections are logged at level debug, refusals always, clients refused for lack of room once in
// a while with their number: a flood of clients must not flood the log.
#pragma once

#include <cstdint>
#include <string_view>

#include "daemon/client_count.h"
#include "queue/message.h"
#include "relay/log/log_event.h"
#include "smtp/server_session.h"
#include "verdict/answer.h"

namespace turnaway::relay {

class RelayState;

void log_connected(RelayState& relay, const LogClient& client);
void log_disconnected(RelayState& relay, const LogClient& client,
                      const smtp::ServerSession& session, std::uint32_t messages);
void log_turned_away(RelayState& relay, const LogClient& client, daemon::ClientCount::Entry why);
// A client could not be accepted at all, for lack of descriptors or memory.
void log_accept_failed(RelayState& relay, std::string_view words);

// A message was received and is durable.
void log_received(RelayState& relay, const queue::Message& message, const LogClient& client,
                  const smtp::ServerSession& session);
// `command` is MAIL or RCPT.
void log_refused(RelayState& relay, std::string_view command, const verdict::Answer& answer,
                 const LogClient& client, const smtp::ServerSession& session);
// After the final dot: there was no room, or the spool failed.
void log_not_kept(RelayState& relay, const smtp::ServerAnswer& answer, const LogClient& client,
                  const smtp::ServerSession& session);

// Reports what a session refused by itself since the last call: errors and shortages are counted,
// refused messages are logged too.
class OwnRefusals {
  public:
    void tell(RelayState& relay, const LogClient& client, smtp::ServerSession& session);

  private:
    std::size_t errors_ = 0;
    std::size_t shortages_ = 0;
};

}  // namespace turnaway::relay
