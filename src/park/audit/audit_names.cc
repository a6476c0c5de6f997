// Names below an audited domain: a name with an address and no MX accepts mail too (RFC 5321
// section 5.1); checks the common names and wildcards (RFC 4592).
#include <algorithm>
#include <array>

#include "park/audit/audit_context.h"
#include "park/audit/fix.h"

namespace turnaway::park {
namespace {

using enum FindingKind;
using route::DnsAnswer;
using route::DnsOutcome;
using route::DnsType;

struct CommonName {
    std::string_view label;
    bool is_for_mail;  // mail programs look it up
};
constexpr std::array<CommonName, 15> common_names{{{"www", false},
                                                   {"web", false},
                                                   {"ftp", false},
                                                   {"cpanel", false},
                                                   {"ns1", false},
                                                   {"mail", true},
                                                   {"smtp", true},
                                                   {"mx", true},
                                                   {"imap", true},
                                                   {"pop", true},
                                                   {"pop3", true},
                                                   {"webmail", true},
                                                   {"autodiscover", true},
                                                   {"autoconfig", true},
                                                   {"exchange", true}}};

using Addresses = std::vector<route::IpAddress>;

bool is_null_mx(const DnsAnswer& answer) {
    return std::ranges::all_of(answer.mx, [](const route::MxRecord& record) {
        const auto* name = std::get_if<mail::Domain>(&record.exchange);
        return name != nullptr && name->is_root();
    });
}

std::string mx_text(const DnsAnswer& answer) {
    std::vector<std::string> texts;
    std::ranges::transform(answer.mx, std::back_inserter(texts), [](const auto& record) {
        return std::to_string(record.preference) + ' ' + route::exchange_text(record.exchange);
    });
    std::ranges::sort(texts);
    return "MX " + evidence_text(texts);
}

std::string address_text(const Addresses& addresses) {
    std::vector<std::string> texts;
    std::ranges::transform(addresses, std::back_inserter(texts), &route::IpAddress::text);
    std::ranges::sort(texts);
    return "The address is " + evidence_text(texts);
}

// A and AAAA of a name, sorted; nothing while unknown. AAAA is not asked if the answer for A is
// that the name does not exist.
std::optional<Addresses> addresses_of(AuditContext& context, const mail::Domain& name) {
    const auto* ipv4 = context.look(name, DnsType::a);
    if (ipv4 == nullptr) return std::nullopt;
    if (ipv4->outcome == DnsOutcome::no_such_name) return Addresses{};
    const auto* ipv6 = context.look(name, DnsType::aaaa);
    if (ipv6 == nullptr) return std::nullopt;
    Addresses all = ipv4->addresses;
    all.insert(all.end(), ipv6->addresses.begin(), ipv6->addresses.end());
    std::ranges::sort(all);
    return all;
}

// The wildcard's addresses; nothing while unknown.
std::optional<Addresses> judge_wildcard(AuditContext& context) {
    const auto probe = context.probe();
    if (!probe) return Addresses{};
    auto addresses = addresses_of(context, *probe);
    const auto* mx = context.look(*probe, DnsType::mx);
    if (!addresses || mx == nullptr) return std::nullopt;
    const std::string about = "*." + context.domain().text();
    if (mx->outcome == DnsOutcome::answered) {
        if (is_null_mx(*mx)) {
            context.praise("Names that do not exist have a null MX as well.");
        } else {
            context.find_at(wildcard_mx, about, "Any name answers " + mx_text(*mx) + '.',
                            wildcard_lines(context.domain()));
        }
    } else if (!addresses->empty()) {
        context.find_at(wildcard_address, about, address_text(*addresses) + " for any name.",
                        wildcard_lines(context.domain()));
    }
    return addresses;
}

void judge_name(AuditContext& context, const CommonName& common, const Addresses& wildcard) {
    const auto name = context.below(common.label);
    if (!name) return;
    const auto addresses = addresses_of(context, *name);
    if (!addresses || addresses->empty() || *addresses == wildcard) return;
    if (common.is_for_mail && !context.sends()) {
        context.find(mail_host_left, *name, address_text(*addresses) + '.');
    }
    const auto* mx = context.look(*name, DnsType::mx);
    if (mx == nullptr) return;
    if (mx->outcome == DnsOutcome::answered) {
        if (!is_null_mx(*mx)) {
            context.find(host_mx_left, *name, mx_text(*mx) + '.', null_mx_lines(*name));
        }
        return;
    }
    if (mx->canonical_name) {  // an alias has no MX of its own (RFC 1034 section 3.6.2)
        return context.find(host_takes_mail, *name,
                            address_text(*addresses) + " by the alias " +
                                evidence_text(mx->canonical_name->text()) +
                                "; replace the alias by addresses first.");
    }
    context.find(host_takes_mail, *name, address_text(*addresses) + "; there is no MX.",
                 null_mx_lines(*name));
}

}  // namespace

void judge_names(AuditContext& context) {
    if (context.receives()) return;  // its hosts accept mail
    const auto wildcard = judge_wildcard(context);
    if (!wildcard) return;
    for (const CommonName& common : common_names) judge_name(context, common, *wildcard);
}

}  // namespace turnaway::park
