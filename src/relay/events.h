// Events: what happened, told to the log and to the counters in one call, so that the two cannot
// disagree.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "queue/disposition.h"
#include "queue/message.h"
#include "smtp/server_session.h"
#include "verdict/answer.h"

namespace turnaway::relay {

class House;

// A message came in and is durable.
void tell_received(House& house, const queue::Message& message, const smtp::ServerSession& session);
// `command` is MAIL or RCPT.
void tell_refused(House& house, std::string_view command, const verdict::Answer& answer,
                  std::string_view client, const smtp::ServerSession& session);
// The judgements on `chosen`, recipients of `message`, after a round; the states are those after
// it.
void tell_round(House& house, const queue::Message& message, std::span<const std::size_t> chosen,
                std::span<const queue::Judgement> judgements);
void tell_trouble(House& house, const base::Error& error);

}  // namespace turnaway::relay
