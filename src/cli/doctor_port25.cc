// Whether mail leaves this machine: many networks let nobody out at port 25.
//
// A host that answers is a proof; that none does is only a sign, so it is never a problem, and
// without a network or without DNS it is unknown.
#include <arpa/nameser.h>
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/text.h"
#include "cli/doctor_dial.h"
#include "cli/doctor_lookup.h"
#include "cli/doctor_patient.h"
#include "codes/reply_line.h"
#include "io/dns_rdata.h"

namespace turnaway::cli {
namespace {

constexpr std::uint16_t smtp_port = 25;
// Domains of many people, each with its own network: that all are down at once is unlikely.
constexpr std::array<std::string_view, 3> well_known{"gmail.com", "outlook.com", "yahoo.com"};

struct Target {
    std::string name;
    std::optional<route::IpAddress> address;
    std::uint16_t port = smtp_port;
    std::string text() const {
        return address ? fmt::format("{} [{}] port {}", name, address->text(), port) : name;
    }
};

// `host`, `host:25`, `192.0.2.1:25`, `[2001:db8::1]:25`.
std::optional<Target> read_target(std::string_view text) {
    Target target;
    std::string_view host = text;
    const auto colon = text.rfind(':');
    const bool is_bare_ipv6 = text.find(':') != colon && !text.starts_with('[');
    if (colon != std::string_view::npos && !is_bare_ipv6 && !text.ends_with(']')) {
        const auto port = base::parse_unsigned<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) return std::nullopt;
        target.port = *port;
        host = text.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    target.address = route::IpAddress::parse(host);
    if (!target.address && !mail::Domain::parse(host)) return std::nullopt;
    target.name = host;
    return target;
}

Target of_route(const relay::RouteTarget& route) {
    Target target{.name = route.text(), .address = {}, .port = route.port};
    if (const auto* address = std::get_if<route::IpAddress>(&route.host)) {
        target.address = *address;
    } else {
        target.name = std::get<mail::Domain>(route.host).text();
    }
    return target;
}

// The address of each where DNS knows one.
std::vector<Target> well_known_targets(DoctorLookup& lookup) {
    std::vector<Target> targets;
    for (const auto domain : well_known) {
        const auto exchanges = lookup.ask(std::string(domain), ns_t_mx);
        for (const auto& rdata : exchanges.rdata) {
            // Behind the preference, two octets (RFC 1035 section 3.3.9).
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
            findings.ok(fmt::format("Mail leaves this machine: {} said \"{}\" after {:.0f} ms.",
                                    target.text(), *result.greeting, result.milliseconds));
            return;
        }
        if (!failures.empty()) failures += "; ";
        failures += target.text() + ": " +
                    (result.error != 0 ? std::strerror(result.error)
                     : result.greeting ? "it does not speak SMTP: " + *result.greeting
                                       : "it took the connection and said nothing");
    }
    if (tried == 0) {
        findings.unknown(
            "Whether mail leaves this machine is not known: there is no network, or "
            "DNS does not name a host to try.",
            "Try again with a network, or name a host: --port25-target HOST");
        return;
    }
    findings.warning("No mail host answers, so mail seems to be kept in: " + failures + '.',
                     "Let the network pass port 25 outwards, or send everything through one host: "
                     "[route] \"*\" = \"smarthost.example.net:587\"");
}

}  // namespace

void check_port25(const DoctorPatient& patient, DoctorFindings& findings) {
    const auto& config = patient.config;
    std::vector<Target> targets;
    if (!patient.port25_target.empty()) {
        const auto target = read_target(patient.port25_target);
        if (!target) {
            findings.unknown("\"" + patient.port25_target + "\" is no host to try.",
                             "Name it as HOST or HOST:PORT.");
            return;
        }
        targets.push_back(*target);
    } else if (config.route.smarthost) {
        targets.push_back(of_route(*config.route.smarthost));
    } else if (config.delivery.port != smtp_port) {
        findings.unknown(fmt::format("Whether mail leaves this machine was not tried: it is "
                                     "delivered to port {}, where no well-known host listens.",
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
