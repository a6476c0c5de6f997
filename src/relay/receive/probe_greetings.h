// Look: before RCPT is answered for hosts whose word is unknown, reads their greetings (`[verdict]
// look`).
//
// Best host first, and no further than the first that does not say 521: then the recipient is
// accepted whatever the others say. A 521 that speaks of the host goes into the memory of refusing
// hosts, from which the answer is then drawn as always; silence, a refused connection and any other
// greeting prove nothing, and a 220 takes nothing back: the host may refuse later. The wait of one
// RCPT ends with probe_deadline, that of the look too, so that a later RCPT may find what this one
// did not wait for. DESIGN section 6, RFC 7504 section 3.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "relay/config/rules.h"
#include "relay/deliver/routing.h"

namespace turnaway::relay {

class Shard;

// `route` has hosts, which are dialled at `port`. Whether any of them was waited for: what is known
// of them then is from just now.
boost::asio::awaitable<bool> probe_greetings(Shard& shard, std::shared_ptr<const Rules> rules,
                                             RoutePtr route, std::uint16_t port);

}  // namespace turnaway::relay
