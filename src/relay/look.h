// Look: before RCPT is answered for hosts whose word is unknown, reads their greetings (`[verdict]
// look`).
//
// Best host first, and no further than the first that does not say 521: then the recipient is
// accepted whatever the others say. What 521 says goes into the memory of refusing hosts, from
// which the answer is then drawn as always; silence, a refused connection and any other greeting
// prove nothing. The wait of one RCPT ends with look_deadline, that of the look too, so that a
// later RCPT may find what this one did not wait for. DESIGN section 6, RFC 7504 section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "relay/routing.h"
#include "relay/rules.h"

namespace turnaway::relay {

class Shard;

// `route` has hosts.
boost::asio::awaitable<void> look_at_hosts(Shard& shard, std::shared_ptr<const Rules> rules,
                                           RoutePtr route);

}  // namespace turnaway::relay
