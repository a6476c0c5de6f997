#include "cli/park/audit_record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace turnaway::cli {
namespace {

using park::Change;
using park::Severity;

constexpr Severity severities[] = {Severity::critical, Severity::warning, Severity::notice,
                                   Severity::info};

int code_of(park::AuditVerdict verdict) {
    switch (verdict) {
        case park::AuditVerdict::clean:
            return 0;
        case park::AuditVerdict::findings:
            return 1;
        case park::AuditVerdict::unknown:
            return 2;
    }
    return 2;
}

Json finding_json(const park::Finding& finding) {
    const park::FindingRow& row = park::row_of(finding.kind);
    return {{"id", row.id},
            {"severity", name(row.severity)},
            {"name", finding.about},
            {"meaning", row.meaning},
            {"evidence", finding.evidence},
            {"fix", row.fix},
            {"records", finding.records},
            {"source", row.source}};
}

Json drift_json(const park::Drift& drift) {
    const auto evidence = [](const park::FormerFinding& finding) {
        return finding.id.empty() ? Json(nullptr) : Json(finding.evidence);
    };
    return {{"change", name(drift.change)},
            {"id", drift.either().id},
            {"name", drift.either().about},
            {"before", evidence(drift.before)},
            {"now", evidence(drift.now)}};
}

// Words separated by blanks.
void append_word(std::string& words, std::string_view word) {
    if (!words.empty()) words += ' ';
    words += word;
}

}  // namespace

int worse_exit_code(int a, int b) {
    constexpr int order[] = {0, 2, 1};  // the rank of 0, 1 and 2
    return order[a] >= order[b] ? a : b;
}

int exit_code_of(const park::AuditResult& result, const Since& since) {
    if (!since) return code_of(result.verdict());
    int code = 0;
    for (const park::Drift& drift : *since) {
        if (drift.change == Change::appeared || drift.change == Change::changed) return 1;
        if (drift.change == Change::unknown) code = 2;
    }
    return result.unknown.empty() ? code : 2;
}

Json audit_json(const park::AuditResult& result, const Since& since) {
    Json findings = Json::array();
    for (const auto& finding : result.findings) findings.push_back(finding_json(finding));
    Json unknown = Json::array();
    for (const auto& thing : result.unknown) {
        unknown.push_back({{"name", thing.about}, {"type", thing.type}, {"reason", thing.reason}});
    }
    Json json = {{"type", "audit"},
                 {"domain", result.domain.text()},
                 {"intent", name(result.intent)},
                 {"verdict", name(result.verdict())},
                 {"findings", std::move(findings)},
                 {"unknown", std::move(unknown)},
                 {"right", result.right}};
    if (!result.retirement.empty()) json["retirement"] = result.retirement;
    if (since) {
        Json drift = Json::array();
        for (const auto& each : *since) drift.push_back(drift_json(each));
        json["drift"] = std::move(drift);
    }
    return json;
}

Json audit_fault_json(std::string_view input, std::string_view error) {
    return {{"type", "audit"}, {"domain", input}, {"verdict", "unknown"}, {"error", error}};
}

std::vector<std::string> audit_column_names() {
    std::vector<std::string> names{"verdict"};
    std::ranges::transform(severities, std::back_inserter(names),
                           [](Severity severity) { return std::string(name(severity)); });
    names.insert(names.end(), {"findings", "unknown"});
    return names;
}

std::vector<std::string> audit_fault_columns(const std::string& error) {
    std::vector<std::string> columns(audit_column_names().size());
    columns.front() = "unknown";
    columns.back() = error;
    return columns;
}

std::vector<std::string> audit_columns(const park::AuditResult& result) {
    std::vector<std::string> columns{std::string(name(result.verdict()))};
    std::ranges::transform(severities, std::back_inserter(columns), [&](Severity severity) {
        return std::to_string(result.count(severity));
    });
    std::string ids;
    for (const auto& finding : result.findings) append_word(ids, park::row_of(finding.kind).id);
    std::string unknown;
    for (const auto& thing : result.unknown) append_word(unknown, thing.about + '/' + thing.type);
    columns.insert(columns.end(), {std::move(ids), std::move(unknown)});
    return columns;
}

}  // namespace turnaway::cli
