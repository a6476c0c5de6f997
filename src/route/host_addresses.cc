#include "route/host_addresses.h"

#include <algorithm>

#include "base/limits.h"

namespace turnaway::route {
namespace {

// One of `first`, one of `second`, and so on; then the rest of the longer one.
std::vector<IpAddress> in_turn(const std::vector<IpAddress>& first,
                               const std::vector<IpAddress>& second) {
    std::vector<IpAddress> all;
    all.reserve(first.size() + second.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) all.push_back(first[i]);
        if (i < second.size()) all.push_back(second[i]);
    }
    return all;
}

struct Sorted {
    std::vector<IpAddress> usable;  // each once, bounded
    bool some_ours = false;
    bool some_undialable = false;
    bool too_many = false;
};

Sorted sort_out(const std::vector<IpAddress>& addresses, const RouteSettings& settings) {
    Sorted sorted;
    for (const IpAddress& address : addresses) {
        const HostState state = state_of(address, settings);
        sorted.some_ours |= state == HostState::ours;
        sorted.some_undialable |= state == HostState::undialable;
        if (state != HostState::usable ||
            std::ranges::find(sorted.usable, address) != sorted.usable.end())
            continue;
        if (sorted.usable.size() == base::limits::host_addresses_max) {
            sorted.too_many = true;
        } else {
            sorted.usable.push_back(address);
        }
    }
    return sorted;
}

const DnsAnswer* first_failed(const DnsAnswer& a, const DnsAnswer& aaaa) {
    if (a.outcome == DnsOutcome::failed) return &a;
    return aaaa.outcome == DnsOutcome::failed ? &aaaa : nullptr;
}

bool is_unvalidated(const DnsAnswer& answer) {
    return answer.outcome == DnsOutcome::answered && !answer.is_secure;
}

}  // namespace

HostState state_of(const IpAddress& address, const RouteSettings& settings) {
    if (settings.is_ours(address)) return HostState::ours;
    return settings.is_dialable(address) ? HostState::usable : HostState::undialable;
}

HostAddresses addresses_of_host(const mail::Domain& name, std::uint16_t preference,
                                const DnsAnswer& a, const DnsAnswer& aaaa,
                                const RouteSettings& settings) {
    HostAddresses look;
    const auto note = [&](NoteKind kind) { look.notes.push_back({kind, name.text()}); };
    auto sorted = sort_out(in_turn(aaaa.addresses, a.addresses), settings);
    const auto& canonical_name = a.canonical_name ? a.canonical_name : aaaa.canonical_name;
    const DnsAnswer* failed = first_failed(a, aaaa);

    if (failed != nullptr) look.failure = failed->failure;
    if (sorted.some_undialable) note(NoteKind::unusable_address);
    if (sorted.too_many) note(NoteKind::too_many_addresses);
    if (sorted.some_ours || (canonical_name && settings.is_ours(*canonical_name))) {
        look.state = HostState::ours;
    } else if (!sorted.usable.empty()) {
        look.state = HostState::usable;
    } else if (failed != nullptr) {
        look.state = HostState::failed;
    } else if (sorted.some_undialable) {
        look.state = HostState::undialable;
    } else if (a.outcome == DnsOutcome::no_such_name || aaaa.outcome == DnsOutcome::no_such_name) {
        look.state = HostState::no_such_name;
    }
    look.host = {.name = name,
                 .canonical_name = canonical_name,
                 .preference = preference,
                 .addresses = std::move(sorted.usable),
                 .is_secure = !is_unvalidated(a) && !is_unvalidated(aaaa)};
    return look;
}

}  // namespace turnaway::route
