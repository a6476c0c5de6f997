// Queue changes: an administrator's changes to one message: hold, release, delete, try at once.
//
// The message is changed under its lock, handed to the spool under the same lock and passed to the
// shards, so a job in progress sees the change at its end: if held, it is not scheduled again; if
// deleted, its outcome is ignored and no report is sent. What a host has already accepted cannot be
// recalled.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "base/result.h"
#include "queue/queue_id.h"

namespace turnaway::relay {

class RelayState;

enum class QueueChange : std::uint8_t { hold, release, remove, flush };

enum class ChangeOutcome : std::uint8_t {
    changed,     // and durable
    damaged,     // cannot be read: it can only be removed or exported
    as_it_was,   // already so, or no recipient is waiting
    no_message,  // perhaps finished meanwhile
};

boost::asio::awaitable<base::Result<ChangeOutcome>> change_message(RelayState& relay,
                                                                   queue::QueueId id,
                                                                   QueueChange change);

}  // namespace turnaway::relay
