#include "relay/config/weaknesses.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "spool/postgres/address.h"
#include "verdict/openness.h"

namespace turnaway::relay {
namespace {

void add_open_relay(const Config& config, std::vector<Weakness>* out) {
    const auto& networks = config.relay.networks;
    struct Row {
        std::string_view family;
        double share;
        double share_min;
    };
    for (const Row& row :
         {Row{"IPv4", verdict::public_ipv4_share(networks), verdict::open_ipv4_share_min},
          Row{"IPv6", verdict::public_ipv6_share(networks), verdict::open_ipv6_share_min}}) {
        if (row.share < row.share_min) continue;
        const int percent = static_cast<int>(row.share * 100);
        std::string who = row.share >= 1 ? "everybody on the "
                          : percent < 1  ? "a large part of the "
                                         : std::to_string(percent) + " percent of the ";
        who += row.family;
        who += " Internet";
        out->push_back({.words = "[relay] networks lets " + who +
                                 " send to every domain, which is an open relay",
                        .fix = "list only your own networks there",
                        .is_grave = true});
    }
}

// Replies to a report that are addressed to this host must be accepted and forwarded.
void add_report_sender(const Config& config, std::vector<Weakness>* out) {
    const mail::Address from = config.report_from();
    const mail::Domain* domain = from.domain();
    if (domain == nullptr) return;
    const auto holds = [&](const std::vector<mail::Domain>& domains) {
        return std::ranges::find(domains, *domain) != domains.end();
    };
    const bool is_here = *domain == config.hostname() || holds(config.relay.own_names);
    const bool is_postmaster = base::equal_no_case(from.local_part_unquoted(), "postmaster") &&
                               *domain == config.hostname() && config.relay.postmaster;
    const bool is_handed_on =
        holds(config.relay.domains) && (config.route.by_domain.contains(*domain) || !is_here);
    const bool is_mailless = holds(config.relay.mailless.names);
    if (!is_mailless && (!is_here || is_postmaster || is_handed_on)) return;
    out->push_back({.words = "reports to senders come from " + from.text() +
                             ", an address that this relay does not accept mail for, so answers to "
                             "reports are refused",
                    .fix =
                        "set [relay] postmaster to the address of a person, or [report] from to an "
                        "address that a person reads"});
}

}  // namespace

std::vector<Weakness> weaknesses_of_file(const Config& config, const std::string& path) {
    struct stat status = {};
    const std::string& address = config.spool.path;
    if (!spool::postgres::is_address(address) || !spool::postgres::has_password(address)) return {};
    if (stat(path.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return {};
    return {{.words = "every user of this machine may read " + path +
                      ", which has the password of the database in [spool] path",
             .fix = "let only root and the group of the relay read it, with chmod 640 and chgrp"}};
}

std::vector<Weakness> weaknesses_of(const Config& config) {
    std::vector<Weakness> weaknesses;
    add_open_relay(config, &weaknesses);
    const std::string& hostname = config.hostname().text();
    if (hostname.find('.') == std::string::npos) {
        weaknesses.push_back(
            {.words = "hostname is \"" + hostname +
                      "\", a name without a domain: many hosts refuse mail from such a name",
             .fix = "set it to the full name that DNS has for this host, such as "
                    "\"relay.example.org\""});
    }
    if (!config.relay.domains.empty() && config.relay.recipients.empty()) {
        weaknesses.push_back(
            {.words = "[relay] domains is set without [relay] recipients, so mail for unknown "
                      "users is accepted and bounces later, often to a forged sender",
             .fix = "list the users in a file, or set recipients = \"verify\""});
    }
    add_report_sender(config, &weaknesses);
    return weaknesses;
}

}  // namespace turnaway::relay
