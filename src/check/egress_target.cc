#include "check/egress_target.h"

#include "base/text.h"
#include "mail/domain.h"

namespace turnaway::check {

std::string EgressTarget::text() const {
    if (!address) return name;
    return name + " [" + address->text() + "] port " + std::to_string(port);
}

std::optional<EgressTarget> parse_egress_target(std::string_view text) {
    EgressTarget target;
    std::string_view host = text;
    const auto colon = text.rfind(':');
    const bool is_bare_ipv6 = text.find(':') != colon && !text.starts_with('[');
    if (colon != std::string_view::npos && !is_bare_ipv6 && !text.ends_with(']')) {
        const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) return std::nullopt;
        target.port = *port;
        host = text.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    target.address = route::IpAddress::parse(host);
    if (!target.address && !mail::Domain::parse(host)) return std::nullopt;
    target.name = host;
    return target;
}

}  // namespace turnaway::check
