#include "park/records/plan.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/printable.h"
#include "base/text.h"
#include "mail/ip_text.h"
#include "park/records/advice.h"

namespace turnaway::park {
namespace {

constexpr std::size_t label_bytes_max = 63;
constexpr std::uint16_t refusing_host_preference = 10;
constexpr std::size_t spf_lookups_max = 10;  // RFC 7208 section 4.6.4

std::string joined(std::string_view left, std::string_view right) {
    if (left.empty()) return std::string(right);
    if (right.empty()) return std::string(left);
    return std::string(left) + '.' + std::string(right);
}

bool is_same_organisation(const mail::Domain& a, const mail::Domain& b) {
    return a.is_subdomain_of(b) || b.is_subdomain_of(a);
}

// The data of one plan; each function adds the records of one kind.
class Planner {
  public:
    Planner(const mail::Domain& domain, const ParkOptions& options)
        : options_(options), zone_(options.zone.value_or(domain)) {
        plan_.domain = domain;
        plan_.intent = options.intent;
        if (zone_ != domain) {
            const std::size_t below = domain.text().size() - zone_.text().size() - 1;
            base_ = domain.text().substr(0, below);
        }
    }

    Plan make() {
        add_apex();
        add_dmarc();
        for (const auto& name : options_.names) {
            add_no_mail(
                name, "The name has an address, and without an MX senders would try that address");
        }
        if (options_.wants_wildcard) {
            add_no_mail("*", "The records above do not cover names that do not exist");
        }
        for (const auto& name : options_.helo_names) add_helo(name);
        if (options_.wants_dkim_wildcard) add_dkim_wildcard();
        add_report_authorisations();
        plan_.advice = advice_for(plan_.domain, options_);
        return std::move(plan_);
    }

  private:
    Record& add(RecordType type, std::string_view name, std::string data, std::string reason,
                std::string source) {
        plan_.records.push_back({.zone = zone_,
                                 .relative = joined(name, base_),
                                 .type = type,
                                 .ttl_seconds = options_.ttl_seconds,
                                 .data = std::move(data),
                                 .reason = std::move(reason),
                                 .source = std::move(source)});
        return plan_.records.back();
    }

    void add_null_mx(std::string_view name, std::string reason) {
        if (options_.is_null_mx_refused()) return add_refusing_host(name);
        add(RecordType::mx, name, ".", std::move(reason), "RFC 7505 section 3").is_alone = true;
    }

    // Second best: senders connect, and are refused at once.
    void add_refusing_host(std::string_view name) {
        if (!options_.refusing_host) return;
        Record& record = add(RecordType::mx, name, options_.refusing_host->text(),
                             "Instead of the null MX: this host answers 521", "RFC 7504 section 3");
        record.preference = refusing_host_preference;
        record.is_alone = true;
    }

    void add_no_mail(std::string_view name, const std::string& reason) {
        add_null_mx(name, reason);
        add(RecordType::txt, name, "v=spf1 -all",
            "SPF is not inherited: receivers look up each name separately", "RFC 7208 section 3");
    }

    void add_apex() {
        if (options_.intent == Intent::none) {
            add_null_mx("", "The domain does not accept mail; senders give up at once");
        } else if (options_.wants_null_mx) {
            add_null_mx("", "As requested; the advice explains the risk");
        }
        if (options_.intent == Intent::send_only) {
            add(RecordType::txt, "", spf_of_senders(), "Only these may send mail for the domain",
                "RFC 7208 section 5");
        } else {
            add(RecordType::txt, "", "v=spf1 -all", "No host may send mail for the domain",
                "RFC 7208 section 5.1; RFC 7505 section 4.2");
        }
    }

    std::string spf_of_senders() const {
        std::string out = "v=spf1";
        for (const auto& mechanism : options_.spf_networks) out += ' ' + mechanism;
        for (const auto& domain : options_.spf_includes) out += " include:" + domain;
        return out + " -all";
    }

    void add_dmarc() {
        std::string policy = "v=DMARC1; p=reject; sp=reject";
        if (options_.wants_np) policy += "; np=reject";
        // Mail sent through a provider is seldom strictly aligned; a domain that does not send
        // loses nothing.
        if (options_.intent != Intent::send_only) policy += "; adkim=s; aspf=s";
        for (std::size_t i = 0; i < options_.report_to.size(); ++i) {
            policy += (i == 0 ? "; rua=mailto:" : ",mailto:") + uri_text(options_.report_to[i]);
        }
        add(RecordType::txt, "_dmarc", std::move(policy),
            "Asks receivers to reject forged mail from the domain and from names below it",
            "RFC 9989; before: RFC 7489 section 6.3")
            .is_alone = true;
    }

    // In a DMARC record `,` and `!` separate addresses and `;` ends the tag; a URI escapes them.
    static std::string uri_text(const mail::Address& address) {
        constexpr std::string_view hex = "0123456789ABCDEF";
        std::string out;
        for (const char octet : address.text()) {
            const bool is_plain =
                base::is_alnum(octet) || std::string_view("@.-_~+").find(octet) != octet_missing;
            if (is_plain) {
                out += octet;
                continue;
            }
            const auto value = static_cast<unsigned char>(octet);
            out += '%';
            out += hex[value / 16];
            out += hex[value % 16];
        }
        return out;
    }

    void add_helo(std::string_view name) {
        add(RecordType::txt, name, "v=spf1 a -all",
            "A report has no sender, so SPF checks the name in HELO: its own addresses may send",
            "RFC 7208 sections 2.3 and 2.4");
    }

    void add_dkim_wildcard() {
        add(RecordType::txt, "*._domainkey",
            "v=DKIM1; p=", "An empty key revokes every signature of the domain",
            "RFC 6376 section 3.6.1");
    }

    void add_report_authorisations() {
        std::vector<mail::Domain> done;
        for (const auto& address : options_.report_to) {
            const mail::Domain& host = *address.domain();
            if (is_same_organisation(plan_.domain, host) || is_same_organisation(zone_, host) ||
                std::ranges::find(done, host) != done.end()) {
                continue;
            }
            done.push_back(host);
            plan_.records.push_back(
                {.zone = host,
                 .relative = plan_.domain.text() + "._report._dmarc",
                 .type = RecordType::txt,
                 .ttl_seconds = options_.ttl_seconds,
                 .data = "v=DMARC1;",
                 .reason = "Allows the receiver of the reports to get those about " +
                           plan_.domain.text() + "; without it, none are sent",
                 .source = "RFC 9990; before: RFC 7489 section 7.1",
                 .is_alone = true});
        }
    }

    static constexpr auto octet_missing = std::string_view::npos;
    const ParkOptions& options_;
    mail::Domain zone_;
    std::string base_;  // the domain relative to the zone
    Plan plan_{.domain = mail::Domain::root()};
};

std::string fault_of_names(const mail::Domain& domain, const ParkOptions& options) {
    for (const auto* names : {&options.names, &options.helo_names}) {
        for (const auto& name : *names) {
            if (!mail::Domain::parse(joined(name, domain.text()))) {
                return name + '.' + domain.text() + " is longer than a DNS name may be";
            }
        }
    }
    const bool is_too_long = !mail::Domain::parse("_domainkey." + domain.text()).has_value();
    if (is_too_long) return domain.text() + " is too long to have records below it";
    return {};
}

std::string fault_of_reports(const mail::Domain& domain, const ParkOptions& options) {
    for (const auto& address : options.report_to) {
        if (address.domain() == nullptr || address.needs_smtputf8()) {
            return "reports need an ASCII address at a domain; " + address.to_unicode() +
                   " is none";
        }
        const bool takes_no_mail = options.intent != Intent::receive_only;
        if (takes_no_mail && *address.domain() == domain) {
            return "reports to " + address.to_unicode() +
                   " would go to a domain that does not accept mail";
        }
        const auto& host = address.domain()->text();
        for (const auto& name : options.names) {
            if (host == joined(name, domain.text())) {
                return "reports to " + address.to_unicode() +
                       " would go to a name that does not accept mail";
            }
        }
        if (!mail::Domain::parse(domain.text() + "._report._dmarc." + host)) {
            return domain.text() + " is too long for reports to " + host + " to be authorised";
        }
    }
    return {};
}

}  // namespace

std::string fault_of(const mail::Domain& domain, const ParkOptions& options) {
    if (domain.is_root()) return "the root is not a domain to park";
    if (options.zone && (options.zone->is_root() || !domain.is_subdomain_of(*options.zone))) {
        return domain.text() + " is not in the zone " + options.zone->text();
    }
    const bool has_senders = !options.spf_includes.empty() || !options.spf_networks.empty();
    if (options.intent == Intent::send_only && !has_senders) {
        return "a domain that sends mail must name its senders: --spf-include or --spf-ip";
    }
    if (options.intent != Intent::send_only && (has_senders || !options.helo_names.empty())) {
        return "senders and HELO names need --intent send-only";
    }
    if (options.intent != Intent::send_only && options.wants_null_mx) {
        return "--null-mx needs --intent send-only: a domain without mail has one anyway, and a "
               "receive-only domain accepts mail";
    }
    if (options.spf_includes.size() > spf_lookups_max) {
        return "SPF allows 10 lookups, and each --spf-include needs at least one";
    }
    if (options.refusing_host && !options.is_null_mx_refused()) {
        return "--refusing-host needs a --provider that refuses a null MX";
    }
    if (auto fault = fault_of_names(domain, options); !fault.empty()) return fault;
    return fault_of_reports(domain, options);
}

Plan plan(const mail::Domain& domain, const ParkOptions& options) {
    TURNAWAY_CHECK(fault_of(domain, options).empty());
    return Planner(domain, options).make();
}

std::optional<std::string> read_relative_name(std::string_view text) {
    std::string out;
    std::size_t label_bytes = 0;
    for (const char octet : text) {
        if (octet == '.') {
            if (label_bytes == 0) return std::nullopt;
            label_bytes = 0;
        } else if (base::is_alnum(octet) || octet == '-' || octet == '_') {
            if (++label_bytes > label_bytes_max) return std::nullopt;
        } else {
            return std::nullopt;
        }
        out += base::to_lower(octet);
    }
    if (label_bytes == 0) return std::nullopt;
    return out;
}

std::optional<std::string> spf_mechanism_of_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = text.substr(0, slash);
    const bool is_ipv4 = mail::parse_ipv4(address).has_value();
    const auto ipv6 = mail::parse_ipv6(address);
    if (!is_ipv4 && !ipv6) return std::nullopt;
    std::string out = is_ipv4 ? "ip4:" + std::string(address) : "ip6:" + mail::ipv6_text(*ipv6);
    if (slash == std::string_view::npos) return out;
    const auto bits =
        base::parse_unsigned<std::uint8_t>(text.substr(slash + 1), is_ipv4 ? 32 : 128);
    if (!bits) return std::nullopt;
    return out + '/' + std::to_string(*bits);
}

}  // namespace turnaway::park
