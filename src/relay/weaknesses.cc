#include "relay/weaknesses.h"

#include <string_view>

#include "base/check.h"
#include "verdict/network.h"
#include "verdict/openness.h"

namespace turnaway::relay {
namespace {

void add_open_relay(const Config& config, std::vector<Weakness>* out) {
    std::vector<verdict::Network> networks;
    for (const auto& text : config.relay.networks) {
        const auto network = verdict::Network::parse(text);
        TURNAWAY_CHECK(network.has_value());  // the configuration checked it
        networks.push_back(*network);
    }
    struct Row {
        std::string_view family;
        double share;
        double share_least;
    };
    for (const Row& row :
         {Row{"IPv4", verdict::public_ipv4_share(networks), verdict::open_ipv4_share_least},
          Row{"IPv6", verdict::public_ipv6_share(networks), verdict::open_ipv6_share_least}}) {
        if (row.share < row.share_least) continue;
        const int percent = static_cast<int>(row.share * 100);
        std::string who = row.share >= 1 ? "everybody on the "
                          : percent < 1  ? "a large part of the "
                                         : std::to_string(percent) + " percent of the ";
        who += row.family;
        who += " Internet";
        out->push_back({.words = "[relay] networks lets " + who +
                                 " send to every domain, which is an open relay",
                        .fix = "name only networks of your own there",
                        .is_grave = true});
    }
}

}  // namespace

std::vector<Weakness> weaknesses_of(const Config& config) {
    std::vector<Weakness> weaknesses;
    add_open_relay(config, &weaknesses);
    const std::string& hostname = config.hostname().text();
    if (hostname.find('.') == std::string::npos) {
        weaknesses.push_back(
            {.words = "hostname is \"" + hostname +
                      "\", a name without a domain, from which many hosts take no mail",
             .fix = "set it to the full name that DNS has for this host, such as "
                    "\"relay.example.org\""});
    }
    if (!config.relay.domains.empty() && config.relay.recipients.empty()) {
        weaknesses.push_back(
            {.words = "[relay] domains is set without [relay] recipients, so mail for users that "
                      "do not exist is taken and bounces later, often to a forged sender",
             .fix = "name the users in a file, or set recipients = \"verify\""});
    }
    return weaknesses;
}

}  // namespace turnaway::relay
