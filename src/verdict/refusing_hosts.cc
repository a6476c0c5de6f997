#include "verdict/refusing_hosts.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "codes/constants.h"
#include "verdict/wording.h"

namespace turnaway::verdict {
namespace {

constexpr std::size_t named_hosts_max = 2;

// The oldest evidence about the host, which is known to refuse at all of its addresses.
const HostMemory::Entry* oldest_refusal(const route::MailHost& host, const HostEvidence& evidence) {
    const HostMemory::Entry* oldest = nullptr;
    for (const route::IpAddress& address : host.addresses) {
        const auto* entry = evidence.memory.find({address, evidence.port}, evidence.now);
        if (entry == nullptr) return nullptr;
        if (oldest == nullptr || entry->seen < oldest->seen) oldest = entry;
    }
    return oldest;
}

bool is_whole(const route::Route& route) {
    return !route.has_failed_exchange && !route.has_note(route::NoteKind::too_many_mx) &&
           !route.has_note(route::NoteKind::too_many_addresses);
}

// The name under which the host was asked. If the route has the same address under another name,
// the address shows the connection.
std::string name_of(const route::MailHost& host, const HostMemory::Entry& entry, bool has_room) {
    std::string address = entry.at.address.text();
    if (entry.host.empty()) return address;
    const bool is_other = !host.name || host.name->text() != entry.host;
    return said(entry.host) + (is_other && has_room ? " [" + address + ']' : "");
}

}  // namespace

std::optional<std::string> refusing_hosts(const route::Route& route, const HostEvidence& evidence) {
    TURNAWAY_CHECK(!route.hosts.empty());
    if (!is_whole(route)) return std::nullopt;
    std::string words;
    std::size_t count = 0;
    for (const route::MailHost& host : route.hosts) {
        TURNAWAY_CHECK(!host.addresses.empty());
        const auto* refusal = oldest_refusal(host, evidence);
        if (refusal == nullptr) return std::nullopt;
        if (++count > named_hosts_max) continue;
        if (count > 1) words += ", ";
        words += name_of(host, *refusal, count == 1) + " said " + codes::host_takes_no_mail.text() +
                 ' ' + said_ago(evidence.now - refusal->seen);
    }
    if (count > named_hosts_max) words += ", as did " + std::to_string(count - named_hosts_max);
    if (count > named_hosts_max) words += " more";
    return "none of its hosts accepts mail: " + words;
}

}  // namespace turnaway::verdict
