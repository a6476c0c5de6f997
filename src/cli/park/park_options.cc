#include "cli/park/park_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 80;
constexpr std::uint32_t ttl_seconds_max = 2'147'483'647;  // RFC 2181 section 8

std::unexpected<base::Error> fault(std::string_view option, std::string_view value,
                                   std::string_view wanted) {
    std::string words(option);
    words += " \"";
    base::append_printable(words, value, shown_bytes_max);
    words += "\" is not ";
    words += wanted;
    return base::fail(base::Fault::usage, std::move(words));
}

base::Result<mail::Domain> read_domain(std::string_view option, std::string_view text) {
    const auto domain = mail::Domain::parse(text);
    if (!domain || domain->is_root()) return fault(option, text, "a domain");
    return *domain;
}

base::Result<std::vector<std::string>> read_names(std::string_view option,
                                                  const std::vector<std::string>& texts) {
    std::vector<std::string> names;
    for (const auto& text : texts) {
        auto name = park::read_relative_name(
            text.ends_with('.') && text.size() > 1 ? text.substr(0, text.size() - 1) : text);
        if (!name) return fault(option, text, "a name below the domain, such as www");
        names.push_back(std::move(*name));
    }
    return names;
}

base::Result<std::vector<mail::Address>> read_addresses(const std::vector<std::string>& texts) {
    constexpr std::string_view scheme = "mailto:";
    std::vector<mail::Address> addresses;
    for (const std::string_view text : texts) {
        const bool has_scheme = base::starts_with_no_case(text, scheme);
        const auto address = mail::Address::parse(has_scheme ? text.substr(scheme.size()) : text);
        if (!address) return fault("--rua", text, "a mail address");
        addresses.push_back(*address);
    }
    return addresses;
}

base::Result<void> read_senders(const IntentOptions& options, park::ParkOptions& park_options) {
    for (const auto& text : options.spf_includes) {
        const auto domain = read_domain("--spf-include", text);
        if (!domain) return std::unexpected(domain.error());
        park_options.spf_includes.push_back(domain->text());
    }
    for (const auto& text : options.spf_networks) {
        const auto mechanism = park::spf_mechanism_of_network(text);
        if (!mechanism) return fault("--spf-ip", text, "an address or a network, 192.0.2.0/24");
        park_options.spf_networks.push_back(*mechanism);
    }
    return {};
}

base::Result<void> read_provider(const IntentOptions& options, park::ParkOptions& park_options) {
    if (!options.refusing_host.empty()) {
        const auto host = read_domain("--refusing-host", options.refusing_host);
        if (!host) return std::unexpected(host.error());
        park_options.refusing_host = *host;
    }
    if (options.provider.empty()) return {};
    park_options.provider = park::find_dns_provider(options.provider);
    if (park_options.provider != nullptr) return {};
    std::string list = "one of";
    for (const auto& row : park::dns_providers()) {
        list += list == "one of" ? " " : ", ";
        list += row.name;
    }
    return fault("--provider", options.provider, list);
}

}  // namespace

void add_park_options(CLI::App& command, IntentOptions& options) {
    command
        .add_option("--intent", options.intent,
                    "What mail the domain is meant to have: none, send-only or receive-only")
        ->check(CLI::IsMember({"none", "send-only", "receive-only"}))
        ->capture_default_str()
        ->type_name("WHICH");
    command
        .add_option("--zone", options.zone, "The zone of the domain, if that is a parent domain")
        ->type_name("ZONE");
    command.add_option("--ttl", options.ttl_seconds, "The TTL of the records")
        ->check(CLI::Range(std::uint32_t{0}, ttl_seconds_max))
        ->capture_default_str()
        ->type_name("SECONDS");
    command
        .add_option("--name", options.names,
                    "A name below the domain that has an address; can be repeated")
        ->allow_extra_args(false);
    command.add_flag("--wildcard", options.wants_wildcard,
                     "Add records for all names below the domain");
    command.add_flag("--dkim-wildcard", options.wants_dkim_wildcard,
                     "Add an empty DKIM key for every selector");
    command.add_flag("--no-np", options.wants_no_np, "Leave np= out of the DMARC record");
    command
        .add_option("--rua", options.report_to, "The address for DMARC reports; can be repeated")
        ->allow_extra_args(false)
        ->type_name("ADDRESS");
    command
        .add_option("--spf-include", options.spf_includes,
                    "With send-only: a sender, by the domain of its SPF record")
        ->allow_extra_args(false)
        ->type_name("DOMAIN");
    command
        .add_option("--spf-ip", options.spf_networks,
                    "With send-only: a sender, by address or network")
        ->allow_extra_args(false)
        ->type_name("NETWORK");
    command
        .add_option("--helo", options.helo_names,
                    "With send-only: a name below the domain that a sending host uses in HELO")
        ->allow_extra_args(false)
        ->type_name("NAME");
    command.add_flag("--null-mx", options.wants_null_mx,
                     "With send-only: publish a null MX anyway");
    command.add_option("--provider", options.provider, "The DNS provider, such as route53")
        ->type_name("NAME");
    command
        .add_option("--refusing-host", options.refusing_host,
                    "If the provider refuses a null MX: a host that answers 521")
        ->type_name("HOST");
}

base::Result<park::ParkOptions> read_park_options(const IntentOptions& options) {
    park::ParkOptions park_options;
    const auto intent = park::find_intent(options.intent);
    if (!intent) return fault("--intent", options.intent, "none, send-only or receive-only");
    park_options.intent = *intent;
    park_options.ttl_seconds = options.ttl_seconds;
    park_options.wants_wildcard = options.wants_wildcard;
    park_options.wants_dkim_wildcard = options.wants_dkim_wildcard;
    park_options.wants_np = !options.wants_no_np;
    park_options.wants_null_mx = options.wants_null_mx;
    if (!options.zone.empty()) {
        const auto zone = read_domain("--zone", options.zone);
        if (!zone) return std::unexpected(zone.error());
        park_options.zone = *zone;
    }
    auto names = read_names("--name", options.names);
    if (!names) return std::unexpected(names.error());
    park_options.names = std::move(*names);
    auto helo_names = read_names("--helo", options.helo_names);
    if (!helo_names) return std::unexpected(helo_names.error());
    park_options.helo_names = std::move(*helo_names);
    auto report_to = read_addresses(options.report_to);
    if (!report_to) return std::unexpected(report_to.error());
    park_options.report_to = std::move(*report_to);
    if (auto senders = read_senders(options, park_options); !senders) {
        return std::unexpected(senders.error());
    }
    if (auto provider = read_provider(options, park_options); !provider) {
        return std::unexpected(provider.error());
    }
    return park_options;
}

}  // namespace turnaway::cli
