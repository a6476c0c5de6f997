// Answer: the reply to a client about one sender or one recipient, with a reason for logs and
// metrics.
//
// The text is one line that fits into a reply with its codes and has no control characters,
// whatever the addresses and DNS contained (requirement 56). The code is the result, `reason` the
// rule that led to it: two answers with one code can have different reasons.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codes/code.h"

namespace turnaway::verdict {

// All reasons. Their names are stable, since dashboards count them.
namespace reason {
inline constexpr std::string_view accepted = "accepted";
inline constexpr std::string_view null_mx = "null_mx";
inline constexpr std::string_view refusing_hosts = "refusing_hosts";
inline constexpr std::string_view no_such_domain = "no_such_domain";
inline constexpr std::string_view no_mail_host = "no_mail_host";
inline constexpr std::string_view loopback_mx = "loopback_mx";
inline constexpr std::string_view dangling_mx = "dangling_mx";
inline constexpr std::string_view ourselves = "ourselves";
inline constexpr std::string_view sender_null_mx = "sender_null_mx";
inline constexpr std::string_view mailless = "mailless";
inline constexpr std::string_view relay_closed = "relay_closed";
inline constexpr std::string_view unknown_user = "unknown_user";
inline constexpr std::string_view dns_trouble = "dns_trouble";  // deferred because of it
inline constexpr std::string_view accepted_in_dns_trouble = "accepted_in_dns_trouble";
}  // namespace reason

struct Answer {
    codes::ReplyCode code;
    std::optional<codes::EnhancedCode> enhanced;
    std::string text;
    std::string_view reason;  // one of reason::, so always valid

    bool is_accepted() const { return code.is_positive(); }
};

}  // namespace turnaway::verdict
