#include "relay/config/mailless_exchangers.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <set>
#include <string>
#include <utility>

#include "check/subject.h"
#include "io/dns/unbound_resolver.h"
#include "io/own_addresses.h"
#include "judge/routing.h"
#include "probe/domain_checker.h"

namespace turnaway::relay {
namespace {

// A user is waiting at a terminal.
constexpr std::chrono::seconds look_max{10};
constexpr std::size_t names_max = 100;

using Addresses = io::OwnAddresses::Addresses;

bool is_ourselves(const Config& config, const Addresses& interfaces,
                  const check::ProbeTarget& target) {
    const auto holds = [](const auto& list, const auto& item) {
        return std::ranges::find(list, item) != list.end();
    };
    if (target.host &&
        (*target.host == config.hostname() || holds(config.relay.own_names, *target.host))) {
        return true;
    }
    return holds(config.relay.own_addresses, target.address) ||
           (!target.address.is_loopback() && holds(interfaces, target.address));
}

// One weakness per host that accepts mail, whatever the number of its addresses.
void add_those_that_accept(const Config& config, const Addresses& interfaces,
                           const std::string& name, const check::Assessment& assessment,
                           std::vector<Weakness>* out) {
    std::set<std::string> told;
    for (const check::ProbeEvidence& probe : assessment.probes) {
        const bool accepts = probe.result.end == check::ProbeEnd::accepts;
        if (!accepts || !probe.target.host || is_ourselves(config, interfaces, probe.target))
            continue;
        const std::string& host = probe.target.host->text();
        if (!told.insert(host).second) continue;
        out->push_back(
            {.words = fmt::format("[relay] mailless has {}, but its MX {} accepts mail, so "
                                  "that senders may go there",
                                  name, host),
             .fix = fmt::format("make {} refuse that mail too, or remove the MX records of {} (RFC "
                                "1846 section 3)",
                                host, name)});
    }
}

probe::DomainChecker::Settings checker_settings(const Config& config) {
    probe::DomainChecker::Settings settings;
    settings.check = {.loopback_allowed = config.delivery.is_loopback_allowed(),
                      .private_refused = config.delivery.private_hosts == PrivateHosts::refuse,
                      .connects = true,
                      .port = config.delivery.port};
    settings.probe.hello_name = config.hostname().text();
    settings.probe.step_wait = look_max;
    settings.give_up = look_max;
    return settings;
}

}  // namespace

std::vector<Weakness> weaknesses_of_mailless(const Config& config) {
    std::vector<Weakness> weaknesses;
    const auto& names = config.relay.mailless.names;
    if (names.empty()) return weaknesses;
    boost::asio::io_context loop;
    auto resolver = io::UnboundResolver::open(loop, judge::resolver_settings(config.dns));
    if (!resolver) return weaknesses;
    const auto own = io::OwnAddresses::open(loop);
    const Addresses interfaces = own ? (*own)->now() : Addresses();
    probe::DomainChecker checker(loop, **resolver, checker_settings(config));
    const std::size_t count = std::min(names.size(), names_max);
    std::size_t left = count;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string& name = names[i].text();
        auto subject = check::parse_subject(name, false);
        if (!subject) {
            --left;
            continue;
        }
        checker.start(*std::move(subject), [&, i](const check::Assessment& assessment) {
            add_those_that_accept(config, interfaces, names[i].text(), assessment, &weaknesses);
            if (--left == 0) loop.stop();
        });
    }
    if (left > 0) loop.run_for(look_max);
    const std::size_t unknown = names.size() - count + left;
    if (unknown > 0) {
        weaknesses.push_back(
            {.words =
                 fmt::format("the MX of {} of the {} names in [relay] mailless were not looked up: "
                             "at most {} names in {} seconds",
                             unknown, names.size(), names_max, look_max.count()),
             .fix = "check them with `turnaway check --connect`"});
    }
    return weaknesses;
}

}  // namespace turnaway::relay
