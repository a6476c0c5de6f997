#include "verdict/policy.h"

#include <algorithm>

namespace turnaway::verdict {
namespace {

bool holds_domain_of(const std::vector<mail::Domain>& domains, const mail::Address& address) {
    const mail::Domain* domain = address.domain();
    return domain != nullptr && std::ranges::find(domains, *domain) != domains.end();
}

}  // namespace

bool is_mailless(const Policy& policy, const mail::Address& recipient) {
    return holds_domain_of(policy.mailless, recipient);
}

bool may_relay(const Policy& policy, const route::IpAddress& client,
               const mail::Address& recipient) {
    const auto holds_client = [&](const Network& network) { return network.contains(client); };
    return std::ranges::any_of(policy.networks, holds_client) ||
           holds_domain_of(policy.domains, recipient);
}

}  // namespace turnaway::verdict
