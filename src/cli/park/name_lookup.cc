#include "cli/park/name_lookup.h"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string_view>

#include "io/dns/unbound_resolver.h"

namespace turnaway::cli {
namespace {

constexpr std::array<std::string_view, 26> usual_names{
    "www", "mail",   "smtp", "imap", "pop",    "mx",  "webmail", "autodiscover", "autoconfig",
    "ftp", "cpanel", "ns1",  "ns2",  "web",    "m",   "shop",    "blog",         "app",
    "api", "cdn",    "dev",  "test", "portal", "vpn", "remote",  "server"};

struct NameLook {
    std::set<route::IpAddress> addresses;
    bool is_failed = false;
};

std::string name_by_chance() {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
    constexpr int length = 20;
    std::random_device random;
    std::uniform_int_distribution<std::size_t> pick(0, letters.size() - 1);
    std::string name;
    for (int i = 0; i < length; ++i) name += letters[pick(random)];
    return name;
}

// All queries in parallel; each is answered or timed out when this returns.
base::Result<std::map<std::string, NameLook>> ask(const mail::Domain& domain,
                                                  const std::vector<std::string>& names,
                                                  const NameLookupSettings& settings) {
    boost::asio::io_context context;
    const auto resolver = io::UnboundResolver::open(
        context, {.forward = settings.resolvers, .deadline = settings.timeout});
    if (!resolver) return std::unexpected(resolver.error());
    std::map<std::string, NameLook> looks;
    std::size_t open_count = 0;
    for (const auto& name : names) {
        const auto host = mail::Domain::parse(name + '.' + domain.text());
        if (!host) continue;  // longer than a name may be, so it does not exist
        NameLook& look = looks[name];
        for (const auto type : {route::DnsType::a, route::DnsType::aaaa}) {
            ++open_count;
            (*resolver)->ask({*host, type}, [&look, &open_count](const route::DnsAnswer& answer) {
                --open_count;
                look.is_failed |= answer.outcome == route::DnsOutcome::failed;
                look.addresses.insert(answer.addresses.begin(), answer.addresses.end());
            });
        }
    }
    while (open_count > 0) context.run_one();
    return looks;
}

}  // namespace

base::Result<NamesFound> look_up_names(const mail::Domain& domain,
                                       const NameLookupSettings& settings) {
    std::vector<std::string> names(usual_names.begin(), usual_names.end());
    const std::string chance = name_by_chance();
    names.push_back(chance);
    const auto looks = ask(domain, names, settings);
    if (!looks) return std::unexpected(looks.error());
    const auto wildcard = looks->find(chance);
    NamesFound found;
    found.has_wildcard = wildcard != looks->end() && !wildcard->second.addresses.empty();
    for (const auto& [name, look] : *looks) {
        if (look.addresses.empty()) {
            if (look.is_failed) found.silent.push_back(name == chance ? "*" : name);
            continue;
        }
        const bool is_own = !found.has_wildcard || name == usual_names.front() ||
                            look.addresses != wildcard->second.addresses;
        if (name != chance && is_own) found.names.push_back(name);
    }
    return found;
}

}  // namespace turnaway::cli
