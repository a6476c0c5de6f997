#include "judge/destination.h"

#include <algorithm>
#include <variant>

namespace turnaway::judge {

Destination destination_of(const mail::Address& recipient, const Rules& rules) {
    Destination destination{.host = recipient.host(), .port = rules.port, .tls = rules.tls};
    const mail::Domain* const domain = recipient.domain();
    if (domain == nullptr) return destination;
    const auto& routes = rules.static_routes;
    if (const auto at = routes.by_domain.find(*domain); at != routes.by_domain.end()) {
        destination.static_target = at->second;
    } else {
        destination.static_target = routes.smarthost;
    }
    if (destination.static_target) destination.port = destination.static_target->port;
    if (std::ranges::find(rules.tls_required, *domain) != rules.tls_required.end()) {
        destination.tls = smtp::TlsPolicy::required;
    }
    return destination;
}

}  // namespace turnaway::judge
