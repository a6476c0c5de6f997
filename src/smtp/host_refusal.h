// HostRefusal: the subject of a refusal from the next host (codes/host_refusal.h).
//
// A reply whose lines carry different codes is about this client: `220-` with `521` after it is for
// a client that was tested, not a statement about the host (RFC 5321 section 4.2.1).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "codes/host_refusal.h"
#include "smtp/client_outcome.h"
#include "smtp/reply.h"

namespace turnaway::smtp {

// The reply with its code, the lines joined: "521 host.example Host does not accept mail".
std::string words_of(const Reply& reply);

codes::RefusalScope scope_of(const Reply& reply, codes::Stage stage);

// A 521 to MAIL or RCPT that is as surely about the host as a greeting: it names a host or server,
// and no name except those in `own_names`. `example.org does not accept mail` to RCPT may be about
// the recipient's domain, for which another host replies (RFC 1846 section 3).
bool is_about_host_itself(const Reply& reply, codes::Stage stage,
                          std::span<const std::string_view> own_names);

}  // namespace turnaway::smtp
