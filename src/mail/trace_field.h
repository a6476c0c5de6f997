// The Received field a relay puts before what it takes.
//
// RFC 5321 section 4.4 (requirement 48), RFC 3848 and RFC 6531 section 4.3 (the protocol's name).
// What the client called itself is shown only when it is a domain or an address literal (or UTF-8
// of such a form, where SMTPUTF8 was asked for); else its address stands in its place, so that
// nothing a client says can add a line or a comment (requirement 56). Recipients are not named:
// that would tell one of the others (RFC 5321 section 7.2).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace turnaway::mail {

struct Reception {
    std::string_view helo_name;
    std::string_view client_address;  // `192.0.2.1` or `2001:db8::1`
    std::string_view hostname;        // ours
    bool is_esmtp = false;
    bool is_encrypted = false;
    bool needs_smtputf8 = false;
    std::string_view queue_id;
    std::chrono::sys_seconds time;
};

// With its line ends, folded.
std::string received_field(const Reception& reception);

}  // namespace turnaway::mail
