#include "cli/check/check_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/printable.h"
#include "check/wording.h"

namespace turnaway::cli {
namespace {

using check::Acceptance;
using check::Assessment;
using check::Milliseconds;
using route::DnsOutcome;

constexpr std::size_t shown_bytes_max = 253;
// The maximum of addresses of one answer, or of MX records, that are shown on separate lines.
constexpr std::size_t lines_of_answer_max = 30;

std::string printable(std::string_view text) {
    std::string shown;
    base::append_printable(shown, text, shown_bytes_max);
    return shown;
}

// A line of the trace, with the time since the check began.
void step(std::string& out, Milliseconds at, std::string_view what, std::string_view words) {
    fmt::format_to(std::back_inserter(out), "{:>7} ms  {:<10} {}\n", at.count(), what, words);
}

std::string absence_of(const route::DnsAnswer& answer) {
    switch (answer.outcome) {
        case DnsOutcome::no_such_name:
            return "the name does not exist";
        case DnsOutcome::no_data:
            return "none";
        case DnsOutcome::failed:
            return std::string(route::describe(answer.failure));
        case DnsOutcome::answered:
            break;
    }
    return {};
}

std::vector<std::string> records_of(const route::DnsAnswer& answer) {
    std::vector<std::string> records;
    std::vector<route::MxRecord> sorted = answer.mx;
    std::ranges::sort(sorted);
    records.reserve(sorted.size() + answer.addresses.size());
    for (const route::MxRecord& record : sorted) {
        records.push_back(fmt::format("{} {}", record.preference,
                                      printable(route::exchange_text(record.exchange))));
    }
    for (const route::IpAddress& address : answer.addresses) records.push_back(address.text());
    return records;
}

void append_dns(std::string& out, const check::DnsEvidence& evidence) {
    const route::DnsAnswer& answer = evidence.answer;
    const std::string type(name(evidence.question.type));
    std::string about = evidence.question.name.text();
    if (answer.canonical_name) about += " -> " + answer.canonical_name->text();
    std::string foot;
    if (answer.outcome != DnsOutcome::failed) {
        foot = fmt::format("  TTL {} s{}", answer.ttl_seconds,
                           answer.is_secure ? ", DNSSEC validated" : "");
    }
    if (evidence.is_second_lookup) foot += "  (asked again)";
    const auto records = records_of(answer);
    if (records.empty()) {
        step(out, evidence.answered_after, type,
             fmt::format("{}: {}{}", about, absence_of(answer), foot));
        return;
    }
    for (std::size_t i = 0; i < std::min(records.size(), lines_of_answer_max); ++i) {
        step(out, evidence.answered_after, type, fmt::format("{}: {}{}", about, records[i], foot));
    }
    if (records.size() > lines_of_answer_max) {
        step(out, evidence.answered_after, type,
             fmt::format("{}: and {} more", about, records.size() - lines_of_answer_max));
    }
}

// The essential line about TLS; all lines if the reasons are requested too.
void append_tls(std::string& out, const check::ProbeEvidence& evidence, bool is_whole) {
    const check::TlsFinding& tls = evidence.result.tls;
    const std::string line = check::tls_line(tls, evidence.target.host);
    if (line.empty()) return;
    step(out, evidence.result.ended_after, "STARTTLS", line);
    if (!is_whole) return;
    for (const std::string& each : check::tls_details(tls)) {
        fmt::format_to(std::back_inserter(out), "{:>10}  {:<10} {}\n", "", "", each);
    }
}

void append_probe(std::string& out, const check::ProbeEvidence& evidence, bool is_whole) {
    const check::ProbeResult& result = evidence.result;
    const std::string place = fmt::format(
        "{}[{}] port {}", evidence.target.host ? evidence.target.host->text() + ' ' : "",
        evidence.target.address.text(), evidence.target.port);
    const bool is_connected = result.stage != codes::Stage::connect;
    if (!is_connected) {
        step(out, result.ended_after, "connect", place + ": " + check::outcome_of(result));
        return;
    }
    step(out, result.connected_after, "connect", place + ": connected");
    for (const check::ProbeStep& each : result.steps) {
        step(out, each.after, codes::title(each.stage), printable(each.words));
    }
    if (result.last_word() == nullptr) {
        step(out, result.ended_after, codes::title(result.stage), check::outcome_of(result));
    }
    append_tls(out, evidence, is_whole);
}

void append_why(std::string& out, const Assessment& assessment) {
    out += "\nWhy\n";
    for (const check::Reason& reason : check::reasons_of(assessment)) {
        fmt::format_to(std::back_inserter(out), "  {} [{}]\n", reason.words, reason.source);
    }
}

std::string_view no_fix(const Assessment& assessment) {
    if (assessment.verdict == check::Verdict::no_such_domain) {
        return "Nothing to publish: the name does not exist. Correct it, or register the domain.";
    }
    const bool is_settled = assessment.verdict == check::Verdict::accepts ||
                            assessment.verdict == check::Verdict::null_mx;
    const bool goes_by_dns = assessment.subject.domain() != nullptr && !assessment.subject.is_host;
    if (is_settled && goes_by_dns && assessment.route.notes.empty()) {
        return "Nothing to change: the records are as they should be.";
    }
    return "Nothing to change: no DNS record would alter this result.";
}

void append_fixes(std::string& out, const Assessment& assessment) {
    out += "\nWhat to publish\n";
    const auto fixes = check::fixes_of(assessment);
    if (fixes.empty()) fmt::format_to(std::back_inserter(out), "  {}\n", no_fix(assessment));
    for (const check::Fix& fix : fixes) {
        if (!fix.when.empty()) out += "  " + fix.when + '\n';
        out += "    " + fix.record + '\n';
    }
    for (const std::string& hint : check::tls_hints_of(assessment)) out += "  " + hint + '\n';
}

}  // namespace

std::string_view colour_of(const Colours& colours, Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::yes:
            return colours.good;
        case Acceptance::no:
            return colours.bad;
        case Acceptance::unknown:
            return colours.warning;
    }
    return "";
}

std::string_view answer_word(Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::yes:
            return "yes";
        case Acceptance::no:
            return "no";
        case Acceptance::unknown:
            return "not known";
    }
    return "";
}

void append_check_page(std::string& out, const Assessment& assessment,
                       const CheckPageStyle& style) {
    const std::string answer =
        fmt::format("{} ({})", answer_word(assessment.acceptance), check::name(assessment.verdict));
    const std::string_view colour = colour_of(style.colours, assessment.acceptance);
    fmt::format_to(std::back_inserter(out), "{}: {}{}{}\n{}\n", assessment.subject.shown(), colour,
                   answer, style.colours.off, check::sentence_of(assessment));
    for (const std::string& remark : check::remarks_of(assessment)) out += remark + '\n';
    if (!assessment.dns.empty() || !assessment.probes.empty()) out += '\n';
    for (const check::DnsEvidence& each : assessment.dns) append_dns(out, each);
    for (const check::ProbeEvidence& each : assessment.probes) {
        append_probe(out, each, style.cites_sources);
    }
    if (assessment.egress) {
        fmt::format_to(std::back_inserter(out), "{:>10}  {:<10} outgoing port 25: {} ({})\n", "",
                       "egress", check::name(assessment.egress->finding),
                       printable(assessment.egress->words));
    }
    if (!assessment.dns.empty() && !style.dnssec.empty()) {
        fmt::format_to(std::back_inserter(out), "{:>10}  {:<10} {}\n", "", "DNSSEC", style.dnssec);
    }
    if (style.cites_sources) append_why(out, assessment);
    if (style.shows_fix) append_fixes(out, assessment);
}

}  // namespace turnaway::cli
