#include "mail/trace_field.h"

#include <algorithm>

#include "base/text.h"
#include "mail/address_syntax.h"
#include "mail/date_time.h"

namespace turnaway::mail {

namespace {

bool can_be_shown(std::string_view name, bool allow_utf8) {
    if (!allow_utf8 && !std::ranges::all_of(name, base::is_ascii)) return false;
    return scan_domain(name).has_value() || scan_address_literal(name).has_value();
}

// In the form of an address literal (RFC 5321 section 4.1.3).
std::string literal_of(std::string_view address) {
    const bool is_ipv6 = address.find(':') != std::string_view::npos;
    return (is_ipv6 ? "[IPv6:" : "[") + std::string(address) + ']';
}

std::string_view protocol_of(const Reception& reception) {
    if (reception.needs_smtputf8) return reception.is_encrypted ? "UTF8SMTPS" : "UTF8SMTP";
    if (!reception.is_esmtp) return "SMTP";
    return reception.is_encrypted ? "ESMTPS" : "ESMTP";
}

}  // namespace

std::string received_field(const Reception& reception) {
    const std::string literal = literal_of(reception.client_address);
    std::string field("Received: from ");
    field +=
        can_be_shown(reception.helo_name, reception.needs_smtputf8) ? reception.helo_name : literal;
    field += " (" + literal + ")\r\n\tby ";
    field += reception.hostname;
    field += " with ";
    field += protocol_of(reception);
    field += " id ";
    field += reception.queue_id;
    return field + ";\r\n\t" + date_time_text(reception.time) + "\r\n";
}

}  // namespace turnaway::mail
