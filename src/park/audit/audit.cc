#include "park/audit/audit.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "park/audit/audit_context.h"

namespace turnaway::park {
namespace {

constexpr std::array<std::string_view, 4> type_names{"MX", "A", "AAAA", "TXT"};  // as DnsType

void tell_unknown(const Answers& answers, AuditResult& result) {
    for (const auto& [question, failure] : answers.failed()) {
        result.unknown.push_back(
            {.about = question.name.text(),
             .type = std::string(type_names[static_cast<std::size_t>(question.type)]),
             .reason = std::string(route::describe(failure))});
    }
    if (answers.has_asked_too_much()) {
        result.unknown.push_back({.about = result.domain.text(),
                                  .type = "any",
                                  .reason = "there was more to ask than one audit may"});
    }
    std::ranges::sort(result.unknown);
}

bool is_before(const Finding& a, const Finding& b) {
    const auto place = [](const Finding& each) {
        return std::tuple(row_of(each.kind).severity, each.kind, std::string_view(each.about),
                          std::string_view(each.evidence));
    };
    return place(a) < place(b);
}

}  // namespace

std::string_view name(AuditVerdict verdict) {
    switch (verdict) {
        case AuditVerdict::clean:
            return "clean";
        case AuditVerdict::findings:
            return "findings";
        case AuditVerdict::unknown:
            return "unknown";
    }
    return "";
}

AuditVerdict AuditResult::verdict() const {
    const auto worst_found = worst();
    if (worst_found && *worst_found <= Severity::warning) return AuditVerdict::findings;
    return unknown.empty() ? AuditVerdict::clean : AuditVerdict::unknown;
}

std::optional<Severity> AuditResult::worst() const {
    if (findings.empty()) return std::nullopt;
    return row_of(findings.front().kind).severity;
}

std::size_t AuditResult::count(Severity severity) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        findings, [&](const Finding& each) { return row_of(each.kind).severity == severity; }));
}

bool AuditResult::has(FindingKind kind) const {
    return std::ranges::find(findings, kind, &Finding::kind) != findings.end();
}

AuditResult audit(const mail::Domain& domain, const AuditOptions& options, Answers& answers) {
    AuditResult result{.domain = domain, .intent = options.intent};
    AuditContext context(domain, options, answers, result);
    judge_mx(context);
    if (context.exists) {
        judge_spf(context);
        judge_dmarc(context);
        judge_keys(context);
        judge_names(context);
        judge_leftovers(context);
    }
    judge_abuse(context);
    std::ranges::sort(result.findings, is_before);
    tell_unknown(answers, result);
    return result;
}

}  // namespace turnaway::park
