// HostRefusal: of whom a reply of the next host speaks when it refuses (codes/host_refusal.h).
//
// A reply whose lines carry different codes speaks of this client: `220-` with `521` behind it is
// the answer to a client that was tested, not a host's word on itself (RFC 5321 section 4.2.1).
#pragma once

#include <string>

#include "codes/host_refusal.h"
#include "smtp/client_outcome.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

// With its code, the lines joined: "521 host.example Host does not accept mail".
std::string words_of(const Reply& reply);

codes::RefusalScope scope_of(const Reply& reply, ClientStage stage);

}  // namespace turnaway::smtp
