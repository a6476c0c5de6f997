#include "check/wording.h"

#include <algorithm>

#include "base/printable.h"
#include "route/route.h"

namespace turnaway::check {
namespace {

using route::NoteKind;

constexpr std::size_t name_bytes_max = 253;
constexpr std::size_t words_bytes_max = 300;
constexpr std::size_t mx_bytes_max = 500;

std::string printable(std::string_view text, std::size_t bytes_max) {
    std::string shown;
    base::append_printable(shown, text, bytes_max);
    return shown;
}

std::string host_of(const ProbeTarget& target) {
    if (!target.host) return target.address.text();
    return target.host->text() + " [" + target.address.text() + ']';
}

std::string said_by(const Assessment& assessment) {
    const ProbeEvidence* probe = assessment.decisive_probe();
    if (probe == nullptr) return {};
    const bool is_quoted =
        probe->result.last_word() != nullptr && probe->result.end != ProbeEnd::garbage;
    if (!is_quoted) return host_of(probe->target) + ": " + outcome_of(probe->result);
    return host_of(probe->target) + " says \"" + outcome_of(probe->result) + '"';
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
    return count == 1 ? std::string(one) : std::to_string(count) + ' ' + std::string(many);
}

std::string accepting(const Assessment& assessment) {
    if (assessment.has_connected) return said_by(assessment) + ": it accepts mail.";
    if (assessment.subject.is_host || assessment.subject.literal() != nullptr) {
        return "It has an address for mail. The host was not contacted (--connect does that).";
    }
    if (assessment.route.has_note(NoteKind::implicit_mx)) {
        return "It has no MX, so mail goes to its own address. The host was not contacted "
               "(--connect does that).";
    }
    return "Mail goes to " + count_of(assessment.route.hosts.size(), "one host", "hosts") +
           ". No host was contacted (--connect does that).";
}

std::string refusing(const Assessment& assessment) {
    const std::string said = said_by(assessment);
    switch (assessment.doubt) {
        case Doubt::about_client:
            return said + ", which is not about the host itself.";
        case Doubt::no_reason:
            return said + ", which does not mean that the host accepts no mail.";
        case Doubt::exchange_failed:
            return said + ", but another MX could not be looked up and may accept mail.";
        case Doubt::left_out:
            return said + ", but not all of its hosts were contacted.";
        default:
            return said + (assessment.probes.size() > 1
                               ? ", and no address of its hosts accepts mail."
                               : ".");
    }
}

std::string unreachable(const Assessment& assessment) {
    if (assessment.doubt == Doubt::some_host_silent) {
        return said_by(assessment) + ", but another of its hosts could not be reached.";
    }
    if (const std::string said = said_by(assessment); !said.empty()) {
        return said + ", which decides nothing.";
    }
    std::string words = "None of its hosts can be reached at the moment";
    if (!assessment.probes.empty()) {
        const ProbeEvidence& first = assessment.probes.front();
        words += ": " + host_of(first.target) + ": " + outcome_of(first.result);
    }
    if (assessment.doubt == Doubt::egress_unknown) {
        words += "; it is not known whether this machine can send mail at all";
    }
    return words + '.';
}

std::string dns_failure(const Assessment& assessment) {
    std::string words = "DNS did not answer";
    if (assessment.route.failure) {
        words += ": ";
        words += route::describe(*assessment.route.failure);
    }
    return words + '.';
}

// The sentence of the answer already includes this note.
bool is_said(const Assessment& assessment, NoteKind note) {
    if (note == NoteKind::malformed_null_mx) {
        return assessment.verdict == Verdict::malformed_null_mx;
    }
    const bool is_about_itself =
        assessment.verdict == Verdict::no_mail_host ||
        (assessment.verdict == Verdict::accepts && !assessment.has_connected);
    return note == NoteKind::implicit_mx && is_about_itself;
}

std::string ended(codes::Stage stage, std::string_view words) {
    return std::string(words) + (stage == codes::Stage::greeting
                                     ? " before its greeting"
                                     : " after " + std::string(title(stage)));
}

}  // namespace

std::string sentence_of(const Assessment& assessment) {
    switch (assessment.verdict) {
        case Verdict::accepts:
            return accepting(assessment);
        case Verdict::malformed_null_mx:
            return accepting(assessment) + " The null MX beside its MX has no effect.";
        case Verdict::no_mail_host:
            if (assessment.subject.is_host) return "It has no address.";
            [[fallthrough]];
        case Verdict::null_mx:
        case Verdict::no_such_domain:
        case Verdict::loopback_mx:
        case Verdict::dangling_mx:
            return "It " + std::string(route::sentence_for(*route_kind_of(assessment.verdict))) +
                   '.';
        case Verdict::private_mx:
            return "Its hosts have only private addresses: it does not accept mail from outside.";
        case Verdict::refuses_521:
        case Verdict::refuses_554:
        case Verdict::refuses_5yz:
            return refusing(assessment);
        case Verdict::unreachable:
            return unreachable(assessment);
        case Verdict::dns_failure:
            return dns_failure(assessment);
        case Verdict::egress_blocked:
            return "Not known, because this machine cannot send mail (" +
                   printable(assessment.egress->words, words_bytes_max) + ").";
    }
    return {};
}

std::string sentence_of(const route::Note& note) {
    const std::string about = printable(note.about, name_bytes_max);
    switch (note.kind) {
        case NoteKind::malformed_null_mx:
            return "The null MX of " + about + " must be the only MX, but it is not.";
        case NoteKind::null_mx_preference:
            return "The null MX of " + about + " has a preference other than 0.";
        case NoteKind::implicit_mx:
            return about + " has no MX: its own address is used.";
        case NoteKind::dangling_exchange:
            return "The MX " + about + " does not exist or has no address.";
        case NoteKind::failed_exchange:
            return "The MX " + about + " could not be looked up.";
        case NoteKind::unreadable_exchange:
            return "The MX \"" + about + "\" is not a domain name.";
        case NoteKind::address_as_exchange:
            return "The MX \"" + about + "\" is an IP address; it must be a name.";
        case NoteKind::alias_as_exchange:
            return "The MX " + about + " is an alias (CNAME); it must not be.";
        case NoteKind::unusable_address:
            return about + " has an address that cannot be reached from outside.";
        case NoteKind::too_many_mx:
            return about + " has more MX records than were looked at.";
        case NoteKind::too_many_addresses:
            return about + " has more addresses than were looked at.";
    }
    return {};
}

std::vector<std::string> remarks_of(const Assessment& assessment) {
    std::vector<std::string> remarks;
    if (!assessment.resembles.empty()) {
        remarks.push_back(assessment.acceptance == Acceptance::no
                              ? "Did you mean " + assessment.resembles + '?'
                              : "Its name is similar to " + assessment.resembles + '.');
    }
    for (const route::Note& note : assessment.route.notes) {
        if (!is_said(assessment, note.kind)) remarks.push_back(sentence_of(note));
    }
    if (assessment.mx_says_521) {
        remarks.emplace_back(
            "A host that answers 521 should not be an MX: publish a null MX instead.");
    }
    if (assessment.subject.needs_smtputf8) {
        remarks.emplace_back("The address is not ASCII: only hosts with SMTPUTF8 can take it.");
    }
    const bool was_doubted = std::ranges::any_of(assessment.dns, &DnsEvidence::is_second_lookup);
    if (was_doubted) {
        remarks.emplace_back(
            "Asked twice, because the negative answer is not protected by DNSSEC.");
    }
    return remarks;
}

std::vector<std::string> tls_hints_of(const Assessment& assessment) {
    std::vector<std::string> hints;
    for (const ProbeEvidence& probe : assessment.probes) {
        std::string hint = tls_hint(probe.result.tls, probe.target.host);
        if (!hint.empty() && std::ranges::find(hints, hint) == hints.end()) {
            hints.push_back(std::move(hint));
        }
    }
    return hints;
}

std::string outcome_of(const ProbeResult& result) {
    switch (result.end) {
        case ProbeEnd::accepts:
        case ProbeEnd::refuses_521:
        case ProbeEnd::refuses:
        case ProbeEnd::temporary:
            return printable(result.steps.back().words, words_bytes_max);
        case ProbeEnd::garbage:
            return "it does not speak SMTP";
        case ProbeEnd::closed:
            return ended(result.stage, "it closed the connection");
        case ProbeEnd::timed_out:
            return ended(result.stage, "it did not answer in time");
        case ProbeEnd::not_reached:
        case ProbeEnd::no_way:
            return printable(result.problem, words_bytes_max);
    }
    return {};
}

std::string code_of(const Assessment& assessment) {
    if (const ProbeEvidence* probe = assessment.decisive_probe()) {
        return probe->result.steps.back().code.text();
    }
    const auto refusal = route::refusal_for(assessment.route.kind);
    return refusal ? refusal->reply.text() + ' ' + refusal->status.text() : std::string();
}

std::string mx_of(const Assessment& assessment) {
    std::vector<route::MxRecord> records;
    for (const DnsEvidence& each : assessment.dns) {
        if (each.question.type == route::DnsType::mx) records = each.answer.mx;
    }
    std::ranges::sort(records);
    std::string text;
    for (const route::MxRecord& record : records) {
        if (!text.empty()) text += ", ";
        text += std::to_string(record.preference) + ' ' + route::exchange_text(record.exchange);
    }
    return printable(text, mx_bytes_max);
}

}  // namespace turnaway::check
