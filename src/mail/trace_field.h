// The Received field that a relay adds to each message that it accepts.
//
// RFC 5321 section 4.4 (requirement 48), RFC 3848 and RFC 6531 section 4.3 (the protocol's name).
// The client's name from EHLO is shown only when it is a domain or an address literal (or UTF-8 of
// such a form, with SMTPUTF8); otherwise the client's address is shown instead, so that a client
// cannot add a line or a comment (requirement 56). Recipients are not named: that would disclose
// them to the others (RFC 5321 section 7.2).
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

// Folded, with its line ends.
std::string received_field(const Reception& reception);

}  // namespace turnaway::mail
