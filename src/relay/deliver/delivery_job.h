// Delivery job: one round for one message and one destination, from the route to the durable
// change.
//
// RFC 5321 sections 4.5.4 and 5.1; DESIGN section 6.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "queue/queue_id.h"
#include "queue/schedule.h"
#include "relay/config/config.h"
#include "relay/deliver/outbound_connection.h"

namespace turnaway::relay {

class Shard;

// Returns feedback about the destination's hosts; a message that is gone or held is left alone.
// `destination` must outlive the call.
boost::asio::awaitable<queue::Feedback> deliver_job(Shard& shard, std::string_view destination,
                                                    queue::QueueId id, OutboundConnection& kept);

}  // namespace turnaway::relay
