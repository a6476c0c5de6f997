#include "cli/park/audit_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "cli/common/monitor_words.h"
#include "cli/common/page_entry.h"
#include "cli/queue/queue_page.h"

namespace turnaway::cli {
namespace {

using park::AuditResult;
using park::AuditVerdict;
using park::Change;
using park::Intent;
using park::Severity;

constexpr std::size_t shown_bytes_max = 100;
constexpr std::array severities{Severity::critical, Severity::warning, Severity::notice,
                                Severity::info};

// "2 critical, 1 notice"; empty if there are none.
std::string counts_of(const AuditResult& result) {
    std::string counts;
    for (const Severity severity : severities) {
        const std::size_t count = result.count(severity);
        if (count == 0) continue;
        if (!counts.empty()) counts += ", ";
        counts += fmt::format("{} {}", count, name(severity));
    }
    return counts;
}

std::string domains_text(std::size_t count) {
    return count == 1 ? "1 domain" : fmt::format("{} domains", count);
}

std::string_view meant_of(Intent intent) {
    switch (intent) {
        case Intent::none:
            return "to have no mail";
        case Intent::send_only:
            return "to send mail only";
        case Intent::receive_only:
            return "to receive mail only";
    }
    return "";
}

std::string verdict_line(const AuditResult& result) {
    std::string counts = counts_of(result);
    switch (result.verdict()) {
        case AuditVerdict::clean:
            return counts.empty() ? "as it should be" : fmt::format("as it should be ({})", counts);
        case AuditVerdict::findings:
            return counts;
        case AuditVerdict::unknown:
            return counts.empty() ? "not known" : fmt::format("not known ({})", counts);
    }
    return "";
}

void append_finding(std::string& out, const park::Finding& finding, const Colours& colours) {
    const park::FindingRow& row = park::row_of(finding.kind);
    out += fmt::format("\n{}{}{} {} at {}\n", colours.answer, name(row.severity), colours.off,
                       row.id, finding.about);
    append_entry(out, colours, "Meaning", row.meaning);
    append_entry(out, colours, "Found", finding.evidence);
    append_entry(out, colours, "To do", row.fix);
    for (const auto& record : finding.records) {
        out += fmt::format("  {:<12}{}\n", "", record);  // to be copied, so never wrapped
    }
    append_entry(out, colours, "Source", row.source);
}

std::string drift_text(const park::Drift& drift) {
    switch (drift.change) {
        case Change::appeared:
            return drift.now.evidence;
        case Change::changed:
            return fmt::format("{} Before: {}", drift.now.evidence, drift.before.evidence);
        case Change::gone:
            return fmt::format("Before: {}", drift.before.evidence);
        case Change::unknown:
            return fmt::format("Lookup failed. Before: {}", drift.before.evidence);
    }
    return "";
}

}  // namespace

void append_audit_page(std::string& out, const AuditedDomain& audited, bool asks_for_abuse,
                       const Colours& colours) {
    const AuditResult& result = audited.result;
    out += fmt::format("{}{}: {}{}\n", colours.answer, result.domain.to_unicode(),
                       verdict_line(result), colours.off);
    append_entry(out, colours, "Meant", meant_of(result.intent));
    for (const auto& finding : result.findings) append_finding(out, finding, colours);
    if (!result.unknown.empty())
        out += fmt::format("\n{}not known{}\n", colours.answer, colours.off);
    for (const auto& thing : result.unknown) {
        append_entry(out, colours, thing.type, fmt::format("{}: {}.", thing.about, thing.reason));
    }
    if (!result.right.empty()) out += fmt::format("\n{}right{}\n", colours.answer, colours.off);
    for (const auto& sentence : result.right) append_entry(out, colours, "", sentence);
    if (!result.retirement.empty()) {
        out += fmt::format("\n{}to retire MTA-STS, in this order (RFC 8461 section 8.3){}\n",
                           colours.answer, colours.off);
    }
    for (std::size_t i = 0; i < result.retirement.size(); ++i) {
        append_entry(out, colours, fmt::format("{}.", i + 1), result.retirement[i]);
    }
    if (!asks_for_abuse || result.has(park::FindingKind::no_such_domain) ||
        !result.unknown.empty()) {
        return;
    }
    out += fmt::format("\n{}to answer{}\n", colours.answer, colours.off);
    const bool is_receiver = result.intent == Intent::receive_only;
    const bool is_refused = !is_receiver && result.findings.empty();
    append_entry(
        out, colours, "Complaints",
        fmt::format("{}Which address receives complaints about the domain? Publish it in WHOIS, "
                    "and name it here with --abuse ADDRESS (RFC 2142 section 4).",
                    is_receiver  ? "Mail to abuse@" + result.domain.text() + " must be read. "
                    : is_refused ? "Mail to abuse@" + result.domain.text() + " is refused. "
                                 : ""));
}

void append_audit_table(std::string& out, std::span<const AuditedDomain> all,
                        const Colours& colours) {
    Table table({"domain", "verdict", "findings"});
    std::array<std::size_t, 3> verdicts{};
    for (const AuditedDomain& each : all) {
        if (!each.is_domain()) {
            ++verdicts[static_cast<std::size_t>(AuditVerdict::unknown)];
            std::string shown;
            base::append_printable(shown, each.input, shown_bytes_max);
            table.add({shown, std::string(name(AuditVerdict::unknown)), "not a domain"});
            continue;
        }
        const AuditResult& result = each.result;
        ++verdicts[static_cast<std::size_t>(result.verdict())];
        std::string words = counts_of(result);
        if (!result.findings.empty()) {
            words += ": ";
            words += park::row_of(result.findings.front().kind).id;
            if (result.findings.size() > 1) words += " ...";
        }
        table.add({result.domain.to_unicode(), std::string(name(result.verdict())), words});
    }
    table.write(out, colours);
    out += fmt::format("\n{}: {} clean, {} with findings, {} not known\n", domains_text(all.size()),
                       verdicts[0], verdicts[1], verdicts[2]);
}

void append_drift_page(std::string& out, std::span<const AuditedDomain> all,
                       const Colours& colours) {
    std::array<std::size_t, 4> changes{};
    for (const AuditedDomain& each : all) {
        if (!each.is_domain()) {
            out += fmt::format("{}\n\n", each.fault);
            ++changes[static_cast<std::size_t>(Change::unknown)];
            continue;
        }
        if (!each.since || each.since->empty()) continue;
        out +=
            fmt::format("{}{}{}\n", colours.answer, each.result.domain.to_unicode(), colours.off);
        for (const park::Drift& drift : *each.since) {
            ++changes[static_cast<std::size_t>(drift.change)];
            append_entry(out, colours, name(drift.change),
                         fmt::format("{} at {}: {}", drift.either().id, drift.either().about,
                                     drift_text(drift)));
        }
        out += '\n';
    }
    out +=
        fmt::format("{}: {} new, {} changed, {} gone, {} not known\n", domains_text(all.size()),
                    changes[0] == 1 ? "1 finding is" : fmt::format("{} findings are", changes[0]),
                    changes[1], changes[2], changes[3]);
}

MonitorLine monitor_line(std::span<const AuditedDomain> all) {
    std::array<std::size_t, 4> counts{};
    std::size_t unknown = 0;
    std::string worst;
    std::string fault;
    Severity worst_severity = Severity::info;
    for (const AuditedDomain& each : all) {
        if (!each.is_domain()) {
            ++unknown;
            if (fault.empty()) fault = ", " + monitor_words(each.fault);
            continue;
        }
        for (const Severity severity : severities) {
            counts[static_cast<std::size_t>(severity)] += each.result.count(severity);
        }
        if (each.result.verdict() == AuditVerdict::unknown) ++unknown;
        if (each.result.findings.empty()) continue;
        const auto& row = park::row_of(each.result.findings.front().kind);
        if (row.severity > Severity::warning ||
            (!worst.empty() && row.severity >= worst_severity)) {
            continue;
        }
        worst_severity = row.severity;
        worst = fmt::format(", {} {}", each.result.domain.text(), row.id);
    }
    const int code = counts[0] > 0 ? 2 : counts[1] > 0 ? 1 : unknown > 0 ? 3 : 0;
    constexpr std::array<std::string_view, 4> words{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return {.exit_code = code,
            .text = fmt::format("PARK {}: {}, {} critical, {} warning, {} not known{} | domains={} "
                                "critical={};;0 warning={};0 unknown={}\n",
                                words[static_cast<std::size_t>(code)], domains_text(all.size()),
                                counts[0], counts[1], unknown, worst.empty() ? fault : worst,
                                all.size(), counts[0], counts[1], unknown)};
}

}  // namespace turnaway::cli
