#include "park/records/advice.h"

#include <string>

#include "codes/constants.h"

namespace turnaway::park {
namespace {

// The refusal of mail from a domain with a null MX: reply code and enhanced code.
std::string refusal_of_sender() {
    return codes::mailbox_unavailable.text() + ' ' +
           codes::EnhancedCode::permanent(codes::sender_null_mx).text();
}

void add_about_mx(std::vector<Advice>& out, const mail::Domain& domain,
                  const ParkOptions& options) {
    switch (options.intent) {
        case Intent::none:
            if (options.is_null_mx_refused()) return;
            out.push_back({"other-mx",
                           "Remove every other MX of " + domain.text() +
                               ": a null MX must be the only MX. If there is another one, most "
                               "senders ignore the null MX.",
                           "RFC 7505 section 3", true});
            return;
        case Intent::send_only:
            if (options.wants_null_mx) {
                out.push_back({"null-mx-of-sender",
                               "A null MX on a domain that sends mail is a risk: receivers may "
                               "refuse all its mail (" +
                                   refusal_of_sender() +
                                   "), since bounces and answers cannot reach it. Better: use "
                                   "another domain, one that accepts mail, in MAIL FROM and From.",
                               "RFC 7505 section 4.2", true});
                return;
            }
            out.push_back(
                {"no-null-mx",
                 "No null MX is published: receivers may refuse mail from a domain that has one (" +
                     refusal_of_sender() +
                     "). Keep an MX that accepts bounces and mail for postmaster and abuse, and "
                     "that refuses every other recipient at RCPT.",
                 "RFC 7505 section 4.2; RFC 5321 section 4.5; RFC 2142", true});
            return;
        case Intent::receive_only:
            out.push_back({"keep-mx",
                           "Keep the MX as it is. An automatic reply is outgoing mail too. Its "
                           "null sender passes SPF only by the name in HELO, so give that name its "
                           "own SPF record, and do not use a name below " +
                               domain.text() + '.',
                           "RFC 7208 section 2.4; RFC 3834 section 3.3", true});
            return;
    }
}

void add_about_provider(std::vector<Advice>& out, const mail::Domain& domain,
                        const ParkOptions& options) {
    if (options.provider == nullptr || options.provider->null_mx == NullMxStanding::accepts) return;
    const DnsProvider& provider = *options.provider;
    const std::string seen = std::string(provider.fact) + " (" + std::string(provider.source) + ")";
    const std::string title(provider.title);
    if (provider.null_mx == NullMxStanding::unknown) {
        out.push_back({"provider",
                       "Whether " + title + " accepts `.` as an exchange is not known: " + seen +
                           ". If it does not, use an MX to a host that answers 521.",
                       "/usr/share/doc/turnaway/data/dns-providers.csv", true});
        return;
    }
    std::string words = title + " refuses `.` as an exchange: " + seen + ". ";
    if (options.refusing_host) {
        words += "For that reason the MX is " + options.refusing_host->text() +
                 ", which must answer 521 (turnaway-refuse does).";
    } else {
        words += "For that reason there is no MX below. As long as " + domain.text() +
                 " has no address either, senders still give up at once. If it has one, they try "
                 "it for days: then name a host that answers 521 with --refusing-host, or move the "
                 "zone to a DNS provider that accepts a null MX.";
    }
    out.push_back(
        {"provider", std::move(words), "/usr/share/doc/turnaway/data/dns-providers.csv", true});
}

void add_about_spf(std::vector<Advice>& out, const ParkOptions& options) {
    out.push_back({"one-spf",
                   "If a name already has TXT records, keep them, but remove an old SPF record: "
                   "with two SPF records, receivers use neither.",
                   "RFC 7208 section 4.5", true});
    if (options.intent == Intent::send_only) {
        out.push_back(
            {"dkim",
             "Set up DKIM for all senders before p=reject: a forwarded message keeps its signature "
             "but fails SPF. If you do not know all senders, start with p=none and reports.",
             "RFC 9989; RFC 6376"});
    }
}

void add_about_names(std::vector<Advice>& out, const mail::Domain& domain,
                     const ParkOptions& options) {
    if (options.wants_wildcard) {
        out.push_back({"wildcard",
                       "With *." + domain.text() +
                           " every name exists. A name with a record of its own gets nothing from "
                           "the wildcard, so it needs its own records (--name).",
                       "RFC 4592 section 2.2"});
        return;
    }
    out.push_back(
        {"names",
         "Each name below " + domain.text() +
             " with an address is a mail destination unless its MX says otherwise. Name them with "
             "--name, or find the usual ones with --look. If there is a wildcard address (*." +
             domain.text() + "), every name has one, and you need --wildcard.",
         "RFC 5321 section 5.1"});
}

void add_about_dmarc(std::vector<Advice>& out, const ParkOptions& options) {
    if (options.wants_np) {
        out.push_back({"np",
                       "np is the policy for names that do not exist. Receivers that only know RFC "
                       "7489 ignore it. It also has no effect below a wildcard, or where the DNS "
                       "provider signs with compact denial, because no name is missing there. sp "
                       "covers those cases, so it stays. If a checker rejects np, use --no-np.",
                       "RFC 9989, first RFC 9091; compact denial: RFC 9824"});
    }
    if (options.report_to.empty()) {
        out.push_back({"rua",
                       "No reports are requested. With --rua you can see who sends in the domain's "
                       "name; the address must be at a domain that accepts mail.",
                       "RFC 9990"});
    }
}

void add_about_the_rest(std::vector<Advice>& out, const ParkOptions& options) {
    out.push_back({"ttl",
                   "The TTL is " + std::to_string(options.ttl_seconds) +
                       " seconds. When you replace records, wait for the old TTL to pass before "
                       "you check. After a week without problems, 86400 saves queries.",
                   "RFC 2181 section 8"});
    if (options.intent != Intent::receive_only) {
        out.push_back({"abuse",
                       "abuse@ and postmaster@ cannot work here: publish another contact, in the "
                       "registration data and in security.txt of the web site.",
                       "RFC 2142; RFC 9116"});
        out.push_back({"not-mta-sts", "No MTA-STS and no TLS-RPT: they are for incoming mail.",
                       "RFC 8461; RFC 8460"});
    }
    if (options.intent != Intent::send_only) {
        out.push_back({"not-bimi", "No BIMI: it is for outgoing mail.", "BIMI draft"});
    }
}

}  // namespace

std::vector<Advice> advice_for(const mail::Domain& domain, const ParkOptions& options) {
    std::vector<Advice> out;
    if (options.intent != Intent::receive_only || !options.names.empty() ||
        options.wants_wildcard) {
        add_about_provider(out, domain, options);
    }
    add_about_mx(out, domain, options);
    add_about_spf(out, options);
    add_about_names(out, domain, options);
    add_about_dmarc(out, options);
    add_about_the_rest(out, options);
    return out;
}

}  // namespace turnaway::park
