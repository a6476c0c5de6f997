// The input of the relay's server session: its settings, and the judge's answers to its questions.
//
// Plain values that were checked when they were made: `hostname` is a domain or an address literal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "codes/code.h"
#include "mail/address.h"

namespace turnaway::smtp {

struct ServerSettings {
    std::string hostname;
    std::uint64_t message_bytes_max;  // 0: no limit, as RFC 1870 section 4 reads `SIZE 0`
    std::size_t recipients_max;       // of one message
    std::size_t messages_max;         // in one session: every MAIL that could begin one
    std::size_t errors_max;           // commands that are not correct SMTP; refusals do not count
    std::size_t commands_max;
    bool is_tls_offered;
    bool is_tls_required;
    bool is_path_strict = false;  // an address in MAIL and RCPT needs its angle brackets
    bool is_nul_refused = true;   // in content
    std::optional<mail::Address> postmaster = {};  // gets the mail for <postmaster>
};

// The judge's answer. 2yz accepts. Without an enhanced code, X.0.0 of the class is sent.
struct ServerAnswer {
    codes::ReplyCode code;
    std::optional<codes::EnhancedCode> enhanced = {};
    std::string text = {};
};

}  // namespace turnaway::smtp
