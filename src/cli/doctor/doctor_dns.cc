// The resolver as the relay uses it, and the DNS records of the relay's own name.
#include <arpa/nameser.h>
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "cli/doctor/doctor_context.h"
#include "cli/doctor/doctor_lookup.h"

namespace turnaway::cli {
namespace {

std::string servers_of(const relay::Config& config) {
    if (config.dns.forward.empty()) return "the name servers of /etc/resolv.conf";
    std::string text = "the name servers of [dns] forward (";
    for (const auto& each : config.dns.forward) {
        if (!text.ends_with('(')) text += ", ";
        text += each.text();
    }
    return text + ')';
}

bool asks_only_loopback(const relay::Config& config) {
    return !config.dns.forward.empty() &&
           std::ranges::all_of(config.dns.forward,
                               [](const auto& each) { return each.address.is_loopback(); });
}

// `4.3.2.1.in-addr.arpa`, `f.e...ip6.arpa`.
std::string reverse_name(const route::IpAddress& address) {
    std::string name;
    if (const auto* four = address.ipv4()) {
        for (const auto byte : *four | std::views::reverse) name += fmt::format("{}.", byte);
        return name + "in-addr.arpa";
    }
    for (const auto byte : *address.ipv6() | std::views::reverse) {
        name += fmt::format("{:x}.{:x}.", byte & 0xf, byte >> 4);
    }
    return name + "ip6.arpa";
}

void check_validation(const DoctorContext& context, const LookupAnswer& answer,
                      DoctorFindings& findings) {
    const auto& anchor = context.config.dns.trust_anchor;
    if (anchor.empty()) {
        findings.ok("DNSSEC is not validated: no [dns] trust_anchor is set.");
    } else if (answer.is_secure) {
        findings.ok("DNSSEC is validated: the answer for " + context.dns_name + " is secure.");
    } else {
        findings.warning("DNSSEC is not validated: a trust anchor is set, and the answer for " +
                             context.dns_name + " came without a proof.",
                         "Use name servers that return signatures ([dns] forward), or name a host "
                         "in a signed zone with --dns-name.");
    }
}

void check_reverse(DoctorLookup& lookup, const std::string& hostname,
                   const route::IpAddress& address, DoctorFindings& findings) {
    const auto answer = lookup.ask(reverse_name(address), ns_t_ptr);
    if (!answer.has_come()) {
        findings.unknown(
            fmt::format("The name of {} is not known: {}.", address.text(), answer.failure),
            "Try again when DNS answers.");
        return;
    }
    const auto names = answer.names();
    if (std::ranges::any_of(
            names, [&](const auto& each) { return base::equal_no_case(each, hostname); })) {
        findings.ok(fmt::format("{} and {} name each other in DNS.", hostname, address.text()));
        return;
    }
    findings.warning(
        fmt::format(
            "{} has the address {}, {}: many hosts refuse mail from such an address.", hostname,
            address.text(),
            names.empty() ? "which has no PTR record" : "whose PTR record is " + names.front()),
        fmt::format("Ask the owner of the address to set its PTR record to {}.", hostname));
}

}  // namespace

void check_resolver(const DoctorContext& context, DoctorFindings& findings) {
    auto lookup = DoctorLookup::open(context.config);
    if (!lookup) {
        findings.problem(lookup.error().message + '.', "Correct [dns] in the configuration.");
        return;
    }
    const std::string servers = servers_of(context.config);
    const auto answer = lookup->ask(context.dns_name, ns_t_a);
    if (answer.has_come()) {
        findings.ok(fmt::format("DNS answers ({}, from {}).", context.dns_name, servers));
        check_validation(context, answer, findings);
    } else if (answer.is_bogus) {
        findings.problem(
            fmt::format("The DNS answer for {} does not validate against {}.", context.dns_name,
                        context.config.dns.trust_anchor),
            "Check the clock, renew the anchor (unbound-anchor), or ask other name servers.");
    } else if (!has_network() && !asks_only_loopback(context.config)) {
        findings.unknown("It is not known whether DNS answers: this machine has no network.",
                         "Try again with a network.");
    } else {
        findings.problem(fmt::format("DNS does not answer ({}, from {}): {}.", context.dns_name,
                                     servers, answer.failure),
                         "Set [dns] forward to name servers that answer this machine.");
    }
}

void check_hostname(const DoctorContext& context, DoctorFindings& findings) {
    const std::string& hostname = context.config.hostname().text();
    if (context.config.hostname().labels().size() < 2) {
        findings.problem("The hostname \"" + hostname + "\" is not fully qualified.",
                         "Set hostname to a name that DNS knows, such as mail.example.org.");
        return;
    }
    auto lookup = DoctorLookup::open(context.config);
    if (!lookup) {
        findings.unknown("The DNS records of " + hostname + " is not known.",
                         "Correct [dns] first.");
        return;
    }
    std::vector<route::IpAddress> addresses;
    const auto answer = lookup->ask_addresses(hostname, &addresses);
    if (!answer.has_come()) {
        findings.unknown(
            "The DNS records of " + hostname + " is not known: " + answer.failure + '.',
            "Try again when DNS answers.");
        return;
    }
    if (addresses.empty()) {
        findings.problem(
            "DNS has no address for the hostname " + hostname +
                ": many hosts refuse mail from such a name.",
            "Publish its A and AAAA records, or set hostname to a name that has them.");
        return;
    }
    for (const auto& address : addresses) check_reverse(*lookup, hostname, address, findings);
}

}  // namespace turnaway::cli
