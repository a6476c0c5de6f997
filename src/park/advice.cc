#include "park/advice.h"

#include <string>

#include "codes/constants.h"

namespace turnaway::park {
namespace {

// How a receiver refuses mail from a domain with a null MX: reply code and enhanced code.
std::string refusal_of_sender() {
    return codes::mailbox_unavailable.text() + ' ' +
           codes::EnhancedCode::permanent(codes::sender_null_mx).text();
}

void add_about_mx(std::vector<Advice>& out, const mail::Domain& domain, const Wish& wish) {
    switch (wish.intent) {
        case Intent::none:
            if (wish.is_null_mx_refused()) return;
            out.push_back({"other-mx",
                           "Remove every other MX of " + domain.text() +
                               ": a null MX must stand alone, and with another MX beside it most "
                               "senders do as if it were not there.",
                           "RFC 7505 section 3", true});
            return;
        case Intent::send_only:
            if (wish.wants_null_mx) {
                out.push_back(
                    {"null-mx-of-sender",
                     "You asked for a null MX on a domain that sends: receivers may refuse all its "
                     "mail (" +
                         refusal_of_sender() +
                         "), since no report could reach the sender, and nobody can answer. "
                         "Better: use another domain, which takes mail, in MAIL FROM and From.",
                     "RFC 7505 section 4.2", true});
                return;
            }
            out.push_back(
                {"no-null-mx",
                 "There is no null MX here: receivers may refuse mail from a domain that "
                 "has one (" +
                     refusal_of_sender() +
                     "). Keep an MX that takes the reports on undelivered "
                     "mail, and postmaster and abuse; have it refuse every other recipient "
                     "at RCPT.",
                 "RFC 7505 section 4.2; RFC 5321 section 4.5; RFC 2142", true});
            return;
        case Intent::receive_only:
            out.push_back(
                {"keep-mx",
                 "Keep the MX as it is. An automatic reply sends mail too: its null "
                 "sender passes only by the name in HELO, so give that name an SPF of its "
                 "own, and do not let it be a name below " +
                     domain.text() + '.',
                 "RFC 7208 section 2.4; RFC 3834 section 3.3", true});
            return;
    }
}

void add_about_provider(std::vector<Advice>& out, const mail::Domain& domain, const Wish& wish) {
    if (wish.provider == nullptr || wish.provider->null_mx == NullMxStanding::accepts) return;
    const DnsProvider& provider = *wish.provider;
    const std::string seen = std::string(provider.fact) + " (" + std::string(provider.source) + ")";
    const std::string title(provider.title);
    if (provider.null_mx == NullMxStanding::unknown) {
        out.push_back({"provider",
                       "Whether " + title + " takes `.` as an exchange is not known: " + seen +
                           ". If it does not, an MX to a host that answers 521 does instead.",
                       "data/dns-providers.csv", true});
        return;
    }
    std::string words = title + " refuses `.` as an exchange: " + seen + ". ";
    if (wish.refusing_host) {
        words += "So the MX is " + wish.refusing_host->text() +
                 ", which must answer 521 (turnaway-refuse does).";
    } else {
        words += "So there is no MX below. While " + domain.text() +
                 " has no address either, senders give up at once all the same; when it has one, "
                 "they try that for days. Then name a host that answers 521 with --refusing-host, "
                 "or move the zone to a host of DNS that takes a null MX.";
    }
    out.push_back({"provider", std::move(words), "data/dns-providers.csv", true});
}

void add_about_spf(std::vector<Advice>& out, const Wish& wish) {
    out.push_back({"one-spf",
                   "Where a name has TXT records already, add to them, and remove an SPF that is "
                   "there: two of them are an error and count as none.",
                   "RFC 7208 section 4.5", true});
    if (wish.intent == Intent::send_only) {
        out.push_back({"dkim",
                       "Have the senders sign with DKIM for this domain before p=reject: a "
                       "forwarded message keeps its signature and loses SPF. Start with p=none and "
                       "reports when you do not know all who send.",
                       "RFC 9989; RFC 6376"});
    }
}

void add_about_names(std::vector<Advice>& out, const mail::Domain& domain, const Wish& wish) {
    if (wish.wants_wildcard) {
        out.push_back({"wildcard",
                       "With *." + domain.text() +
                           " every name exists, but a name that has a record of its own gets "
                           "nothing from the wildcard: give each such name its own (--name).",
                       "RFC 4592 section 2.2"});
        return;
    }
    out.push_back({"names",
                   "Each name below " + domain.text() +
                       " with an address takes mail unless it says otherwise: name them with "
                       "--name, or find the usual ones with --look. If there is a wildcard "
                       "address (*." +
                       domain.text() + "), every name has one, and you need --wildcard.",
                   "RFC 5321 section 5.1"});
}

void add_about_dmarc(std::vector<Advice>& out, const Wish& wish) {
    if (wish.wants_np) {
        out.push_back({"np",
                       "np says what sp says, for names that do not exist. Receivers that know "
                       "RFC 7489 only ignore it, and it does nothing where no name is ever "
                       "missing: below a wildcard, and at hosts of DNS that sign with compact "
                       "denial, where a missing name looks like an empty one. sp covers "
                       "all that, so it stays; a checker that does not know np can be pleased with "
                       "--no-np.",
                       "RFC 9989, first RFC 9091; compact denial: RFC 9824"});
    }
    if (wish.report_to.empty()) {
        out.push_back({"rua",
                       "Nobody gets reports. With --rua you would see who sends in the domain's "
                       "name; the address must be at a domain that takes mail.",
                       "RFC 9990"});
    }
}

void add_about_the_rest(std::vector<Advice>& out, const Wish& wish) {
    out.push_back({"ttl",
                   "The TTL is " + std::to_string(wish.ttl_seconds) +
                       " seconds. When other records are replaced, wait out their TTL before "
                       "judging; when all is well for a week, 86400 saves everybody questions.",
                   "RFC 2181 section 8"});
    if (wish.intent != Intent::receive_only) {
        out.push_back({"abuse",
                       "abuse@ and postmaster@ cannot work here: name a contact that does, in the "
                       "registration and in security.txt of the web site.",
                       "RFC 2142; RFC 9116"});
        out.push_back({"not-mta-sts",
                       "No MTA-STS and no TLS-RPT: they are about mail that arrives.",
                       "RFC 8461; RFC 8460"});
    }
    if (wish.intent != Intent::send_only) {
        out.push_back(
            {"not-bimi", "No BIMI: it puts a picture on mail that is sent.", "BIMI draft"});
    }
}

}  // namespace

std::vector<Advice> advice_for(const mail::Domain& domain, const Wish& wish) {
    std::vector<Advice> out;
    if (wish.intent != Intent::receive_only || !wish.names.empty() || wish.wants_wildcard) {
        add_about_provider(out, domain, wish);
    }
    add_about_mx(out, domain, wish);
    add_about_spf(out, wish);
    add_about_names(out, domain, wish);
    add_about_dmarc(out, wish);
    add_about_the_rest(out, wish);
    return out;
}

}  // namespace turnaway::park
