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
    if (holds_domain_of(policy.mailless, recipient)) return true;
    const mail::Domain* domain = recipient.domain();
    return domain != nullptr &&
           std::ranges::any_of(policy.mailless_suffixes, [&](const auto& suffix) {
               return *domain != suffix && domain->is_subdomain_of(suffix);
           });
}

bool is_null_mx_sender_refused(const Policy& policy, const route::IpAddress& client) {
    if (policy.null_mx_sender == NullMxSender::accept) return false;
    return policy.null_mx_sender == NullMxSender::refuse_all ||
           right_of(policy, client) == Right::outsider;
}

Right right_of(const Policy& policy, const route::IpAddress& client) {
    const auto holds_client = [&](const Network& network) { return network.contains(client); };
    return std::ranges::any_of(policy.networks, holds_client) ? Right::network : Right::outsider;
}

bool is_open_domain(const Policy& policy, const mail::Address& recipient) {
    return holds_domain_of(policy.domains, recipient);
}

bool has_routed_local_part(const mail::Address& recipient) {
    return recipient.local_part_unquoted().find_first_of("@%!") != std::string::npos;
}

}  // namespace turnaway::verdict
