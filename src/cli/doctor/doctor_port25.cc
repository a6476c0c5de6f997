// Whether mail can leave this machine: many networks block outgoing port 25.
//
// A host that answers proves it; that none does is only a sign, so it is never a problem, and
// without a network or DNS it is unknown.
#include <arpa/nameser.h>
#include <fmt/format.h>

#include <cstring>

#include "check/egress_target.h"
#include "cli/doctor/doctor_context.h"
#include "cli/doctor/doctor_dial.h"
#include "cli/doctor/doctor_lookup.h"
#include "codes/reply_line.h"
#include "io/dns/dns_rdata.h"

namespace turnaway::cli {
namespace {

using Target = check::EgressTarget;

Target of_route(const settings::RouteTarget& route) {
    Target target{.name = route.text(), .address = {}, .port = route.port};
    if (const auto* address = std::get_if<route::IpAddress>(&route.host)) {
        target.address = *address;
    } else {
        target.name = std::get<mail::Domain>(route.host).text();
    }
    return target;
}

// The first MX host in the answer for each well-known domain.
std::vector<Target> well_known_targets(DoctorLookup& lookup) {
    std::vector<Target> targets;
    for (const auto domain : check::well_known_mail_domains) {
        const auto exchanges = lookup.ask(std::string(domain), ns_t_mx);
        for (const auto& rdata : exchanges.rdata) {
            // After the preference, two octets (RFC 1035 section 3.3.9).
            const auto exchange = rdata.size() > 2 ? io::name_text(rdata.substr(2)) : std::nullopt;
            if (!exchange) continue;
            targets.push_back({.name = *exchange, .address = {}});
            break;
        }
    }
    return targets;
}

void add_address(DoctorLookup& lookup, Target& target) {
    if (target.address) return;
    std::vector<route::IpAddress> found;
    lookup.ask_addresses(target.name, &found);
    if (!found.empty()) target.address = found.front();
}

void try_all(const std::vector<Target>& targets, DoctorFindings& findings) {
    std::string failures;
    int tried = 0;
    for (const auto& target : targets) {
        if (!target.address) continue;
        if (!has_network() && !target.address->is_loopback()) continue;
        ++tried;
        const auto result = dial(*target.address, target.port);
        const bool is_mail_host =
            result.greeting && codes::shape_of(*result.greeting) != codes::LineShape::no_code;
        if (is_mail_host) {
            findings.ok(
                fmt::format("This machine can send mail: {} answered \"{}\" after {:.0f} ms.",
                            target.text(), *result.greeting, result.milliseconds));
            return;
        }
        if (!failures.empty()) failures += "; ";
        failures += target.text() + ": " +
                    (result.error != 0 ? std::strerror(result.error)
                     : result.greeting ? "it does not speak SMTP: " + *result.greeting
                                       : "it accepted the connection but sent no greeting");
    }
    if (tried == 0) {
        findings.unknown(
            "It is not known whether this machine can send mail: there is no network, or DNS does "
            "not name a host to try.",
            "Try again with a network, or name a host: --port25-target HOST");
        return;
    }
    findings.warning(
        "No mail host answers, so outgoing port 25 seems to be blocked: " + failures + '.',
        "Have outgoing port 25 opened, or send all mail through one host: [route] \"*\" = "
        "\"smarthost.example.net:587\"");
}

}  // namespace

void check_port25(const DoctorContext& context, DoctorFindings& findings) {
    const auto& config = context.config;
    std::vector<Target> targets;
    if (!context.port25_target.empty()) {
        const auto target = check::parse_egress_target(context.port25_target);
        if (!target) {
            findings.unknown("\"" + context.port25_target + "\" is not a host name.",
                             "Name it as HOST or HOST:PORT.");
            return;
        }
        targets.push_back(*target);
    } else if (config.route.smarthost) {
        targets.push_back(of_route(*config.route.smarthost));
    } else if (config.delivery.port != check::smtp_port) {
        findings.unknown(fmt::format("It was not tested whether this machine can send mail: the "
                                     "relay delivers to port {}, where no well-known host listens.",
                                     config.delivery.port),
                         "Name a host to try: --port25-target HOST:PORT");
        return;
    }
    auto lookup = DoctorLookup::open(config);
    if (lookup) {
        if (targets.empty()) targets = well_known_targets(*lookup);
        for (auto& target : targets) add_address(*lookup, target);
    }
    try_all(targets, findings);
}

}  // namespace turnaway::cli
