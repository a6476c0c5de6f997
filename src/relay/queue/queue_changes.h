// Queue changes: what an administrator does to one message: hold, release, delete, try at once.
//
// The message is changed under its lock, handed to the spool in the same breath and told to the
// shards, so a job under way sees it at its end: held, it is not scheduled again; deleted, its
// outcome counts for nothing and nobody is told. What a host has already taken cannot be called
// back.
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
    damaged,     // it cannot be read: it can be removed and exported only
    as_it_was,   // already so, or nobody is waiting
    no_message,  // perhaps done meanwhile
};

boost::asio::awaitable<base::Result<ChangeOutcome>> change_message(RelayState& relay,
                                                                   queue::QueueId id,
                                                                   QueueChange change);

}  // namespace turnaway::relay
