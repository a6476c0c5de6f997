#include "cli/check/check_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "check/wording.h"
#include "cli/bulk/csv.h"
#include "cli/common/json_line.h"
#include "cli/common/monitor_words.h"

namespace turnaway::cli {
namespace {

using check::Acceptance;
using check::Assessment;
using Json = nlohmann::ordered_json;

std::string_view name(route::DnsOutcome outcome) {
    switch (outcome) {
        case route::DnsOutcome::answered:
            return "answered";
        case route::DnsOutcome::no_data:
            return "no-data";
        case route::DnsOutcome::no_such_name:
            return "no-such-name";
        case route::DnsOutcome::failed:
            return "failed";
    }
    return "";
}

std::string_view name(route::DnsFailure failure) {
    switch (failure) {
        case route::DnsFailure::servfail:
            return "servfail";
        case route::DnsFailure::timeout:
            return "timeout";
        case route::DnsFailure::refused:
            return "refused";
        case route::DnsFailure::bogus:
            return "bogus";
    }
    return "";
}

Json or_null(std::string text) {
    return text.empty() ? Json(nullptr) : Json(std::move(text));
}

Json json_of(const check::DnsEvidence& evidence) {
    const route::DnsAnswer& answer = evidence.answer;
    Json records = Json::array();
    for (const auto& mx : answer.mx) {
        records.push_back(std::to_string(mx.preference) + ' ' + route::exchange_text(mx.exchange));
    }
    for (const auto& address : answer.addresses) records.push_back(address.text());
    const bool is_failed = answer.outcome == route::DnsOutcome::failed;
    return {{"name", evidence.question.name.text()},
            {"type", name(evidence.question.type)},
            {"outcome", name(answer.outcome)},
            {"failure", is_failed ? Json(name(answer.failure)) : Json(nullptr)},
            {"records", std::move(records)},
            {"canonical_name",
             answer.canonical_name ? Json(answer.canonical_name->text()) : Json(nullptr)},
            {"ttl", is_failed ? Json(nullptr) : Json(answer.ttl_seconds)},
            {"secure", answer.is_secure},
            {"asked_ms", evidence.asked_after.count()},
            {"answered_ms", evidence.answered_after.count()},
            {"second_look", evidence.is_second_lookup}};
}

Json json_of(const check::TlsFinding& tls, const std::optional<mail::Domain>& host) {
    if (tls.state == check::TlsState::not_asked) return nullptr;
    Json certificate = nullptr;
    if (tls.certificate) {
        const auto& shown = *tls.certificate;
        certificate = {{"names", shown.names},
                       {"issuer", shown.issuer},
                       {"valid_from", check::date_text(shown.valid_from)},
                       {"valid_until", check::date_text(shown.valid_until)},
                       {"days_left", check::days_left(tls)},
                       {"expired", check::is_expired(tls)},
                       {"name_matches", host ? Json(check::is_for(shown, *host)) : Json(nullptr)},
                       {"self_signed", shown.is_self_signed},
                       {"trusted", shown.is_trusted},
                       {"distrust", or_null(shown.distrust)}};
    }
    return {{"state", check::name(tls.state)},       {"problem", or_null(tls.problem)},
            {"version", or_null(tls.version)},       {"cipher", or_null(tls.cipher)},
            {"certificate", std::move(certificate)}, {"words", check::tls_line(tls, host)}};
}

Json json_of(const check::ProbeEvidence& evidence) {
    const auto& [target, result] = evidence;
    Json replies = Json::array();
    for (const check::ProbeStep& step : result.steps) {
        replies.push_back({{"to", codes::title(step.stage)},
                           {"code", step.code.value()},
                           {"words", step.words},
                           {"ms", step.after.count()}});
    }
    return {{"host", target.host ? Json(target.host->text()) : Json(nullptr)},
            {"preference", target.preference},
            {"address", target.address.text()},
            {"port", target.port},
            {"end", check::name(result.end)},
            {"stage", codes::title(result.stage)},
            {"outcome", check::outcome_of(result)},
            {"replies", std::move(replies)},
            {"ended_ms", result.ended_after.count()},
            {"tls", json_of(result.tls, target.host)}};
}

Json notes_of(const Assessment& assessment) {
    Json notes = Json::array();
    for (const route::Note& note : assessment.route.notes) {
        notes.push_back({{"kind", route::name(note.kind)},
                         {"about", note.about},
                         {"words", check::sentence_of(note)}});
    }
    if (assessment.mx_says_521) {
        notes.push_back({{"kind", "mx-says-521"},
                         {"about", assessment.subject.domain()->text()},
                         {"words", "A host that answers 521 should not be an MX."}});
    }
    return notes;
}

std::string dumped(const Json& json) {
    return json_text(json);
}

}  // namespace

std::string check_json(const Assessment& assessment, std::string_view dnssec) {
    const auto* domain = assessment.subject.domain();
    Json json = {
        {"type", "check"},
        {"input", assessment.subject.input},
        {"valid", true},
        {"domain", domain != nullptr ? domain->text() : assessment.subject.literal()->text()},
        {"unicode", domain != nullptr ? Json(domain->to_unicode()) : Json(nullptr)},
        {"accepts_mail", check::name(assessment.acceptance)},
        {"verdict", check::name(assessment.verdict)},
        {"doubt", assessment.doubt == check::Doubt::none ? Json(nullptr)
                                                         : Json(check::name(assessment.doubt))},
        {"detail", check::sentence_of(assessment)},
        {"level", assessment.has_connected ? "connect" : "dns"},
        {"code", or_null(check::code_of(assessment))},
        {"mx", or_null(check::mx_of(assessment))},
        {"resembles", or_null(assessment.resembles)},
        {"secure", assessment.route.is_secure},
        {"dnssec", dnssec},
        {"ttl", assessment.route.ttl.count()},
        {"notes", notes_of(assessment)}};
    for (const auto& each : assessment.dns) json["dns"].push_back(json_of(each));
    if (assessment.dns.empty()) json["dns"] = Json::array();
    json["hosts"] = Json::array();
    for (const auto& each : assessment.probes) json["hosts"].push_back(json_of(each));
    json["egress"] = nullptr;
    if (assessment.egress) {
        json["egress"] = {{"finding", check::name(assessment.egress->finding)},
                          {"words", assessment.egress->words}};
    }
    json["milliseconds"] = assessment.took.count();
    return dumped(json);
}

std::string check_fault_json(std::string_view input, std::string_view error) {
    return dumped({{"type", "check"}, {"input", input}, {"valid", false}, {"error", error}});
}

std::vector<std::string> check_fault_row(const std::string& error) {
    std::vector<std::string> cells(check_columns.size());
    cells[0] = check::name(Acceptance::unknown);
    cells[1] = "invalid-input";
    cells[2] = error;
    return cells;
}

std::vector<std::string> check_row(const Assessment& assessment) {
    const bool is_suggested = assessment.acceptance == Acceptance::no;
    return {std::string(check::name(assessment.acceptance)),
            std::string(check::name(assessment.verdict)),
            check::sentence_of(assessment),
            check::mx_of(assessment),
            check::code_of(assessment),
            is_suggested ? assessment.resembles : std::string()};
}

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
    bool is_first = true;
    for (const std::string& cell : cells) {
        if (!std::exchange(is_first, false)) out += ',';
        append_csv_cell(out, cell);
    }
    out += '\n';
}

std::pair<std::string, int> nagios_line(const std::vector<Assessment>& assessments,
                                        const std::vector<std::string>& faults) {
    Acceptance all = faults.empty() ? Acceptance::yes : Acceptance::unknown;
    check::Milliseconds longest{0};
    std::size_t counts[3] = {};
    for (const Assessment& each : assessments) {
        all = check::worse(all, each.acceptance);
        longest = std::max(longest, each.took);
        ++counts[static_cast<std::size_t>(each.acceptance)];
    }
    counts[static_cast<std::size_t>(Acceptance::unknown)] += faults.size();
    const std::string_view word = all == Acceptance::yes  ? "OK"
                                  : all == Acceptance::no ? "CRITICAL"
                                                          : "UNKNOWN";
    std::vector<std::string> parts;
    for (const Assessment& each : assessments) {
        if (each.acceptance != all) continue;
        parts.push_back(fmt::format("{}: {} - {}", each.subject.shown(), check::name(each.verdict),
                                    check::sentence_of(each)));
    }
    if (all == Acceptance::unknown) parts.insert(parts.end(), faults.begin(), faults.end());
    std::string words;
    for (const std::string& part : parts) words += (words.empty() ? "" : "; ") + part;
    return {fmt::format("MAIL {} - {} | time={:.3f}s;;;0 yes={};;;0 no={};;;0 unknown={};;;0\n",
                        word, monitor_words(words), static_cast<double>(longest.count()) / 1000,
                        counts[0], counts[1], counts[2]),
            all == Acceptance::yes  ? 0
            : all == Acceptance::no ? 2
                                    : nagios_unknown};
}

}  // namespace turnaway::cli
