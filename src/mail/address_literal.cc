#include "mail/address_literal.h"

#include "base/text.h"
#include "mail/ip_text.h"

namespace turnaway::mail {

std::expected<AddressLiteral, AddressError> AddressLiteral::parse(std::string_view text) {
    if (const auto ok = scan_address_literal(text); !ok) return std::unexpected(ok.error());
    const auto inside = text.substr(1, text.size() - 2);
    if (const auto ipv4 = parse_ipv4(inside)) {
        return AddressLiteral(Kind::ipv4, '[' + ipv4_text(*ipv4) + ']');
    }
    const auto colon = inside.find(':');
    const auto content = inside.substr(colon + 1);
    std::string tag(inside.substr(0, colon));
    for (char& c : tag) c = base::to_lower(c);
    if (tag == "ipv6") {
        return AddressLiteral(Kind::ipv6, "[IPv6:" + ipv6_text(*parse_ipv6(content)) + ']');
    }
    return AddressLiteral(Kind::general, '[' + tag + ':' + std::string(content) + ']');
}

std::string_view AddressLiteral::content() const {
    const std::string_view inside = std::string_view(text_).substr(1, text_.size() - 2);
    return kind_ == Kind::ipv4 ? inside : inside.substr(inside.find(':') + 1);
}

}  // namespace turnaway::mail
