#include "probe/dns_trial.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace turnaway::probe {
namespace {

// The paths of Debian's dns-root-data and unbound-anchor.
constexpr std::array<const char*, 3> system_anchors{
    "/usr/share/dns/root.key", "/var/lib/unbound/root.key", "/etc/unbound/root.key"};

std::string system_anchor() {
    for (const char* path : system_anchors) {
        if (std::ifstream(path)) return path;
    }
    return {};
}

// A question itself waits for a dead DNS server; the trial need not wait as long.
constexpr std::chrono::milliseconds trial_wait_max{3000};

io::UnboundResolver::Settings resolver_settings(const DnsSettings& settings, std::string anchor) {
    io::UnboundResolver::Settings made;
    made.forward = settings.servers;
    made.trust_anchor_file = std::move(anchor);
    made.deadline = settings.deadline;
    return made;
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

route::DnsAnswer ask_once(boost::asio::io_context& context, route::Resolver& resolver,
                          const mail::Domain& name) {
    std::optional<route::DnsAnswer> got;
    resolver.ask({name, route::DnsType::mx}, [&](const auto& answer) { got = answer; });
    context.restart();
    while (!got && context.run_one() != 0) {
    }
    return got.value_or(route::DnsAnswer{});
}

// The reason why validation is off; empty if it works.
std::string obstacle(const route::DnsAnswer& answer, const mail::Domain& name,
                     const std::string& anchor) {
    if (answer.outcome != route::DnsOutcome::failed) return {};
    if (answer.failure == route::DnsFailure::bogus) {
        return "the DNS server strips DNSSEC signatures, or " + anchor + " is out of date";
    }
    return "DNS does not answer for \"" + name.text() + "\", which " + anchor +
           " is about: " + std::string(route::describe(answer.failure));
}

}  // namespace

std::optional<mail::Domain> anchored_name(std::string_view file_text) {
    while (!file_text.empty()) {
        const auto line = base::trim(file_text.substr(0, file_text.find('\n')));
        file_text.remove_prefix(std::min(file_text.size(), file_text.find('\n')));
        if (!file_text.empty()) file_text.remove_prefix(1);
        if (line.empty() || line.front() == ';') continue;
        const auto name = mail::Domain::parse(line.substr(0, line.find_first_of(" \t")));
        return name ? std::optional(*name) : std::nullopt;
    }
    return std::nullopt;
}

base::Result<TriedResolver> open_tried_resolver(boost::asio::io_context& context,
                                                const DnsSettings& settings) {
    const std::string anchor =
        settings.trust_anchor.empty() ? system_anchor() : settings.trust_anchor;
    std::string why_not = "this system has no trust anchor (--trust-anchor names one)";
    if (!anchor.empty()) {
        auto trial = resolver_settings(settings, anchor);
        trial.deadline = std::min(trial.deadline, trial_wait_max);
        auto validating = io::UnboundResolver::open(context, trial);
        if (!validating) return std::unexpected(validating.error());
        const auto name = anchored_name(text_of(anchor));
        if (!name) {
            return base::fail(base::Fault::data, anchor + " holds no DS or DNSKEY record");
        }
        why_not = obstacle(ask_once(context, **validating, *name), *name, anchor);
        if (why_not.empty()) {
            (*validating)->change_deadline(settings.deadline);
            return TriedResolver{*std::move(validating), true, "validated from " + anchor};
        }
    }
    auto plain = io::UnboundResolver::open(context, resolver_settings(settings, {}));
    if (!plain) return std::unexpected(plain.error());
    return TriedResolver{*std::move(plain), false, "not checked: " + why_not};
}

}  // namespace turnaway::probe
