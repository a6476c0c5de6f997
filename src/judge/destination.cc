#include "judge/destination.h"

#include <algorithm>
#include <variant>

namespace turnaway::judge {

const settings::RouteTarget* static_target_of(const mail::Address& recipient, const Rules& rules) {
    const mail::Domain* const domain = recipient.domain();
    if (domain == nullptr) return nullptr;
    const auto& routes = rules.static_routes;
    if (const auto at = routes.by_domain.find(*domain); at != routes.by_domain.end()) {
        return &at->second;
    }
    return routes.smarthost ? &*routes.smarthost : nullptr;
}

Destination destination_of(const mail::Address& recipient, const Rules& rules) {
    Destination destination{.host = recipient.host(), .port = rules.port, .tls = rules.tls};
    const mail::Domain* const domain = recipient.domain();
    if (domain == nullptr) return destination;
    if (const auto* target = static_target_of(recipient, rules)) {
        destination.static_target = *target;
        destination.port = target->port;
    }
    if (std::ranges::find(rules.tls_required, *domain) != rules.tls_required.end()) {
        destination.tls = smtp::TlsPolicy::required;
    }
    return destination;
}

}  // namespace turnaway::judge
