#include "verdict/refusing_hosts.h"

#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "codes/constants.h"
#include "verdict/wording.h"

namespace turnaway::verdict {
namespace {

constexpr std::size_t named_hosts_max = 2;

// Since when the whole host is known to refuse everywhere: its oldest evidence.
std::optional<std::chrono::sys_seconds> refused_since(const route::MailHost& host,
                                                      const HostMemory& memory,
                                                      std::chrono::sys_seconds now) {
    auto since = now;
    for (const route::IpAddress& address : host.addresses) {
        const HostMemory::Entry* entry = memory.find(address, now);
        if (entry == nullptr) return std::nullopt;
        since = std::min(since, entry->seen);
    }
    return since;
}

bool is_whole(const route::Route& route) {
    return !route.has_failed_exchange && !route.has_note(route::NoteKind::too_many_mx) &&
           !route.has_note(route::NoteKind::too_many_addresses);
}

}  // namespace

std::optional<std::string> refusing_hosts(const route::Route& route, const HostMemory& memory,
                                          std::chrono::sys_seconds now) {
    TURNAWAY_CHECK(!route.hosts.empty());
    if (!is_whole(route)) return std::nullopt;
    std::string words = "no host for it takes mail: ";
    std::size_t count = 0;
    for (const route::MailHost& host : route.hosts) {
        TURNAWAY_CHECK(!host.addresses.empty());
        const auto since = refused_since(host, memory, now);
        if (!since) return std::nullopt;
        if (++count > named_hosts_max) continue;
        if (count > 1) words += ", ";
        words += said(host.name ? host.name->text() : host.addresses.front().text());
        words += " said " + codes::host_takes_no_mail.text() + ' ' + said_ago(now - *since);
    }
    if (count > named_hosts_max) words += ", and so did " + std::to_string(count - named_hosts_max);
    if (count > named_hosts_max) words += " more";
    return words;
}

}  // namespace turnaway::verdict
