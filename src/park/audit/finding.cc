#include "park/audit/finding.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace turnaway::park {
namespace {

using enum FindingKind;
using enum Severity;

constexpr std::string_view rfc_dmarc = "RFC 9989";
constexpr std::string_view rfc_reports = "RFC 9990";

constexpr std::array rows{
    FindingRow{no_such_domain, "no-such-domain", warning, "The domain does not exist in DNS.",
               "Register it again and publish its zone, or remove it from your list.",
               "RFC 5321 section 5.1"},
    FindingRow{mx_left_over, "mx-left-over", critical,
               "The domain is not meant to receive mail, but its MX records name mail hosts.",
               "Remove these MX records and publish the null MX.", "RFC 7505 section 3"},
    FindingRow{mx_null_beside_mx, "mx-null-beside-mx", critical,
               "The null MX has no effect, because there is another MX record.",
               "Keep only the null MX, or remove it.", "RFC 7505 section 3"},
    FindingRow{
        mx_zero_name, "mx-zero-name", critical,
        "The MX names a host called 0 or null. It was meant to be a null MX, but it is not one.",
        "Set preference 0 and the exchange to a single dot.", "RFC 7505 section 3"},
    FindingRow{mx_loopback, "mx-loopback", critical,
               "The MX points to the sender's own machine (loopback).",
               "Replace it with the null MX, so that senders give up at once.",
               "RFC 7505 section 1"},
    FindingRow{
        mx_dangling, "mx-dangling", critical,
        "None of the MX hosts has an address: mail bounces, from some senders only after days.",
        "Replace them with the null MX, or with hosts that exist.", "RFC 5321 section 5.1"},
    FindingRow{mx_not_a_name, "mx-not-a-name", critical, "An MX record does not name a valid host.",
               "Name a host, or publish the null MX (preference 0, exchange a single dot).",
               "RFC 5321 section 5.1"},
    FindingRow{mx_implicit, "mx-implicit", critical,
               "There is no MX, so senders try the domain's own address for days.",
               "Publish the null MX.", "RFC 5321 section 5.1, RFC 7505 section 1"},
    FindingRow{mx_null_missing, "mx-null-missing", warning,
               "The domain has no mail host, but it does not publish a null MX.",
               "Publish the null MX.", "RFC 7505 section 1"},
    FindingRow{mx_null_preference, "mx-null-preference", notice,
               "The null MX has a preference other than 0.", "Set the preference to 0.",
               "RFC 7505 section 3"},
    FindingRow{mx_null_repeated, "mx-null-repeated", notice,
               "The null MX is published more than once.", "Keep one, with preference 0.",
               "RFC 7505 section 3"},
    FindingRow{mx_null_with_senders, "mx-null-with-senders", critical,
               "The domain sends mail and publishes a null MX: receivers refuse its mail.",
               "Remove the null MX, or stop sending mail (SPF -all).", "RFC 7505 section 4.2"},
    FindingRow{mx_null_on_receiver, "mx-null-on-receiver", critical,
               "The domain is meant to receive mail, but it publishes a null MX.",
               "Replace the null MX with MX records for its mail hosts.", "RFC 7505 section 3"},
    FindingRow{mx_missing_on_receiver, "mx-missing-on-receiver", critical,
               "The domain is meant to receive mail, but it names no mail host.",
               "Publish MX records for its mail hosts.", "RFC 5321 section 5.1"},
    FindingRow{mx_missing_on_sender, "mx-missing-on-sender", warning,
               "The domain sends mail, but bounces and complaints have nowhere to go.",
               "Publish an MX for a host that accepts them.", "RFC 7505 section 4.2"},
    FindingRow{spf_missing, "spf-missing", warning,
               "There is no SPF record: anyone can send mail in the name of the domain.",
               "Publish an SPF record.", "RFC 7208 section 3"},
    FindingRow{spf_several, "spf-several", critical,
               "There is more than one SPF record, so receivers use none of them.",
               "Keep exactly one.", "RFC 7208 section 4.5"},
    FindingRow{spf_typographic_dash, "spf-typographic-dash", critical,
               "The SPF record has a typographic dash instead of a minus sign, so it is broken.",
               "Type the minus sign on a keyboard; do not paste it from a document.",
               "RFC 7208 section 4.6"},
    FindingRow{
        spf_space_missing, "spf-space-missing", critical,
        "There is no space after the version, so this is not an SPF record. The strings of one "
        "TXT record are joined without one.",
        "Put a space after v=spf1.", "RFC 7208 sections 3.3 and 4.5"},
    FindingRow{spf_not_read, "spf-not-read", critical,
               "A TXT record looks like SPF but is not valid, so receivers ignore it.",
               "Begin the record with v=spf1 and a space, without extra quotes.",
               "RFC 7208 section 4.5"},
    FindingRow{spf_syntax, "spf-syntax", critical,
               "The SPF record has an invalid term, so receivers ignore all of it.",
               "Replace the record.", "RFC 7208 section 4.6"},
    FindingRow{spf_allows_all, "spf-allows-all", critical,
               "The SPF record lets half of the Internet or more send in the name of the domain.",
               "Replace the record.", "RFC 7208 section 5.1"},
    FindingRow{spf_senders_left, "spf-senders-left", warning,
               "The domain is not meant to send mail, but its SPF record authorises senders.",
               "Replace the record.", "RFC 7208 section 3"},
    FindingRow{spf_soft_all, "spf-soft-all", warning,
               "The SPF record does not reject other senders: it ends with ~all or ?all.",
               "End the record with -all.", "RFC 7208 section 5.1"},
    FindingRow{spf_no_all, "spf-no-all", warning,
               "The SPF record does not end with all, so it does not restrict other senders.",
               "End the record with -all.", "RFC 7208 section 4.7"},
    FindingRow{spf_no_senders, "spf-no-senders", critical,
               "The domain is meant to send mail, but its SPF record authorises no sender.",
               "Add the authorised senders before -all.", "RFC 7208 section 5"},
    FindingRow{spf_version_case, "spf-version-case", notice,
               "The SPF version is not in lower case, which some receivers do not accept.",
               "Write v=spf1.", "RFC 7208 section 4.5"},
    FindingRow{spf_terms_after_all, "spf-terms-after-all", notice,
               "The SPF record has terms after all; receivers ignore them.",
               "Remove them, or put them before all.", "RFC 7208 section 5.1"},
    FindingRow{
        spf_target_missing, "spf-target-missing", critical,
        "The SPF record names a domain that has no SPF record, so receivers treat it as broken.",
        "Remove the include or redirect.", "RFC 7208 sections 5.2 and 6.1"},
    FindingRow{spf_target_broken, "spf-target-broken", critical,
               "The SPF record refers to a broken record, so it is broken itself.",
               "Remove the include or redirect, or have the other record repaired.",
               "RFC 7208 section 5.2"},
    FindingRow{spf_too_many_lookups, "spf-too-many-lookups", critical,
               "The SPF record needs more lookups than receivers make, so they treat it as broken.",
               "Reduce the number of hosts and includes.", "RFC 7208 section 4.6.4"},
    FindingRow{dmarc_missing, "dmarc-missing", warning,
               "There is no DMARC record: receivers are not asked to reject forged mail.",
               "Publish a DMARC record.", rfc_dmarc},
    FindingRow{dmarc_several, "dmarc-several", critical,
               "There is more than one DMARC record, so receivers use none of them.",
               "Keep exactly one.", rfc_dmarc},
    FindingRow{dmarc_not_read, "dmarc-not-read", critical,
               "A TXT record looks like DMARC but is not valid, so receivers ignore it.",
               "Begin the record with v=DMARC1; (capital letters, no extra quotes) and "
               "write each tag once.",
               rfc_dmarc},
    FindingRow{dmarc_wrong_name, "dmarc-wrong-name", critical,
               "A DMARC record is at the wrong name, where receivers do not look.",
               "Move it to the name _dmarc below the domain.", rfc_dmarc},
    FindingRow{dmarc_syntax, "dmarc-syntax", warning,
               "A part of the DMARC record is not a tag=value pair, so receivers may ignore it.",
               "Separate the tags with semicolons.", rfc_dmarc},
    FindingRow{dmarc_policy_missing, "dmarc-policy-missing", critical,
               "The DMARC record has no valid policy, so it protects nothing.", "Add p=reject.",
               rfc_dmarc},
    FindingRow{dmarc_policy_none, "dmarc-policy-none", warning,
               "The DMARC policy is none: forged mail is delivered.", "Set p=reject.", rfc_dmarc},
    FindingRow{dmarc_policy_quarantine, "dmarc-policy-quarantine", notice,
               "The DMARC policy is quarantine: forged mail still reaches people's junk folders.",
               "Set p=reject.", rfc_dmarc},
    FindingRow{dmarc_subdomain_weaker, "dmarc-subdomain-weaker", warning,
               "The DMARC policy for names below the domain is weaker than its own.",
               "Set sp and np to the value of p, or remove them.", rfc_dmarc},
    FindingRow{dmarc_percent, "dmarc-percent", warning,
               "The DMARC policy applies only to a part of the mail.",
               "Remove pct, which RFC 9989 no longer has.", "RFC 7489 section 6.3"},
    FindingRow{dmarc_testing, "dmarc-testing", warning,
               "The DMARC record is marked as a test, so its policy is not applied in full.",
               "Remove t=y.", rfc_dmarc},
    FindingRow{dmarc_inherited, "dmarc-inherited", info,
               "The domain has no DMARC record of its own; the record of a parent domain applies.",
               "Nothing to do if you rely on that record.", rfc_dmarc},
    FindingRow{rua_syntax, "rua-syntax", warning,
               "A DMARC report address is not a mailto: address.",
               "Write it as mailto:reports@example.net.", rfc_reports},
    FindingRow{rua_at_parked_domain, "rua-at-parked-domain", warning,
               "DMARC reports go to the domain itself, which does not accept mail.",
               "Use an address at a domain that accepts mail, or remove rua.", rfc_reports},
    FindingRow{rua_takes_no_mail, "rua-takes-no-mail", warning,
               "DMARC reports go to a domain that does not accept mail.",
               "Use an address at a domain that accepts mail, or remove rua.", rfc_reports},
    FindingRow{rua_not_authorised, "rua-not-authorised", warning,
               "DMARC reports go to another domain, which does not publish that it accepts them.",
               "Publish the record in the zone of the other domain.", rfc_reports},
    FindingRow{dkim_key_left, "dkim-key-left", warning,
               "A DKIM key is still published: anyone with its private key can sign as the domain.",
               "Remove the record, or publish it with an empty p= tag.", "RFC 6376 section 3.6.1"},
    FindingRow{dkim_wildcard_key, "dkim-wildcard-key", critical, "Every DKIM selector has a key.",
               "Remove the wildcard record, or publish it with an empty p= tag.",
               "RFC 6376 section 3.6.1"},
    FindingRow{host_takes_mail, "host-takes-mail", notice,
               "A name below the domain has an address but no MX, so senders try that address for "
               "days.",
               "Publish a null MX for it.", "RFC 5321 section 5.1, RFC 7505 section 1"},
    FindingRow{host_mx_left, "host-mx-left", warning,
               "A name below the domain has MX records for mail hosts.",
               "Replace its MX records with the null MX.", "RFC 7505 section 3"},
    FindingRow{mail_host_left, "mail-host-left", info,
               "A host name that mail programs look for still has an address.",
               "Remove it once no mailbox is left.", "RFC 6186"},
    FindingRow{wildcard_mx, "wildcard-mx", warning,
               "A wildcard gives every name below the domain an MX that accepts mail.",
               "Remove the wildcard MX, or make it a null MX.", "RFC 4592 section 2.2"},
    FindingRow{
        wildcard_address, "wildcard-address", notice,
        "A wildcard gives every name below the domain an address, so senders try it for any name.",
        "Publish a null MX at the wildcard as well.", "RFC 4592 section 2.2"},
    FindingRow{mta_sts_left, "mta-sts-left", info,
               "An MTA-STS record is left over; a domain without mail does not need one.",
               "Retire it step by step; turnaway park audit --retire-mta-sts shows the steps.",
               "RFC 8461 section 8.3"},
    FindingRow{tls_rpt_left, "tls-rpt-left", info,
               "A TLS reporting record is left over; a domain without mail does not need one.",
               "Remove it.", "RFC 8460 section 3"},
    FindingRow{bimi_left, "bimi-left", info,
               "A BIMI record is left over; a domain that does not send mail does not need one.",
               "Remove it.", "draft-brand-indicators-for-message-identification"},
    FindingRow{abuse_takes_no_mail, "abuse-takes-no-mail", warning,
               "The address for complaints is at a domain that does not accept mail.",
               "Publish an address that people read, there and in WHOIS.", "RFC 2142 section 4"},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (static_cast<std::size_t>(rows[i].kind) != i) return false;
    }
    return rows.size() == static_cast<std::size_t>(abuse_takes_no_mail) + 1;
}
static_assert(is_in_order());

}  // namespace

std::string_view name(Severity severity) {
    switch (severity) {
        case critical:
            return "critical";
        case warning:
            return "warning";
        case notice:
            return "notice";
        case info:
            return "info";
    }
    return "";
}

std::span<const FindingRow> finding_rows() {
    return rows;
}

const FindingRow& row_of(FindingKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    TURNAWAY_CHECK(index < rows.size());
    return rows[index];
}

const FindingRow* find_finding(std::string_view id) {
    const auto found = std::ranges::find(rows, id, &FindingRow::id);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace turnaway::park
