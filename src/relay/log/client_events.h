// Client events: what happened with those who bring mail, told to the log and to the counters in
// one call, so that the two cannot disagree.
//
// Connections are logged at level debug, refusals always, turned away clients once a while with
// their number: whoever floods us must not write our log.
#pragma once

#include <cstdint>
#include <string_view>

#include "queue/message.h"
#include "relay/receive/client_count.h"
#include "relay/log/log_event.h"
#include "smtp/server_session.h"
#include "verdict/answer.h"

namespace turnaway::relay {

class House;

void tell_connected(House& house, const LogClient& client);
void tell_disconnected(House& house, const LogClient& client, const smtp::ServerSession& session,
                       std::uint32_t messages);
void tell_turned_away(House& house, const LogClient& client, ClientCount::Entry why);
// A client could not be accepted at all, for want of descriptors or memory.
void tell_accept_failed(House& house, std::string_view words);

// A message came in and is durable.
void tell_received(House& house, const queue::Message& message, const LogClient& client,
                   const smtp::ServerSession& session);
// `command` is MAIL or RCPT.
void tell_refused(House& house, std::string_view command, const verdict::Answer& answer,
                  const LogClient& client, const smtp::ServerSession& session);
// After the dot: there was no room, or the spool failed.
void tell_not_kept(House& house, const smtp::ServerAnswer& answer, const LogClient& client,
                   const smtp::ServerSession& session);

// Tells what a session refused by itself since it was last asked: faults and shortages are counted,
// refused messages logged too.
class OwnRefusals {
  public:
    void tell(House& house, const LogClient& client, smtp::ServerSession& session);

  private:
    std::size_t errors_ = 0;
    std::size_t shortages_ = 0;
};

}  // namespace turnaway::relay
