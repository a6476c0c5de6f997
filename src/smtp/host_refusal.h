// HostRefusal: of whom a reply of the next host speaks when it refuses (codes/host_refusal.h).
//
// A reply whose lines carry different codes speaks of this client: `220-` with `521` behind it is
// the answer to a client that was tested, not a host's word on itself (RFC 5321 section 4.2.1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "codes/host_refusal.h"
#include "smtp/client_outcome.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

// With its code, the lines joined: "521 host.example Host does not accept mail".
std::string words_of(const Reply& reply);

codes::RefusalScope scope_of(const Reply& reply, codes::Stage stage);

// A 521 to MAIL or RCPT that speaks of the host as surely as a greeting does: it names a host or
// server, and no name but those in `own_names`. `example.org does not accept mail` to RCPT may be
// about the recipient's domain, which another host speaks for (RFC 1846 section 3).
bool is_about_host_itself(const Reply& reply, codes::Stage stage,
                          std::span<const std::string_view> own_names);

}  // namespace turnaway::smtp
