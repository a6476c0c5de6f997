#include "park/html_report.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include "park/html_text.h"

namespace turnaway::park {
namespace {

#include "park/html_report_assets.inc"

constexpr std::size_t common_findings_most = 8;

std::string badge(std::string_view state) {
    return "<span class=\"badge " + std::string(state) + "\">" + std::string(state) + "</span>";
}

void append_pair(std::string& out, std::string_view term, std::string_view words) {
    out += "<dt>" + std::string(term) + "</dt><dd>" + html(words) + "</dd>\n";
}

void append_list(std::string& out, std::string_view element, std::string_view heading,
                 const std::vector<std::string>& items) {
    if (items.empty()) return;
    out += "<h4>" + std::string(heading) + "</h4>\n<" + std::string(element) + ">\n";
    for (const auto& item : items) out += "<li>" + html(item) + "</li>\n";
    out += "</" + std::string(element) + ">\n";
}

void append_finding(std::string& out, const Finding& finding) {
    const FindingRow& row = row_of(finding.kind);
    out += "<article class=\"finding\">\n<h4>" + badge(name(row.severity)) + "<code>" +
           html(row.id) + "</code><span class=\"soft\">at " + html(finding.about) +
           "</span></h4>\n";
    out += "<p>" + html(finding.evidence) + "</p>\n<dl>\n";
    append_pair(out, "Meaning", row.meaning);
    append_pair(out, "What to do", row.fix);
    if (!finding.records.empty()) {
        out += "<dt>Publish</dt><dd><pre>";
        for (const auto& record : finding.records) out += html(record) + '\n';
        out += "</pre></dd>\n";
    }
    append_pair(out, "Source", row.source);
    out += "</dl>\n</article>\n";
}

std::string detail_of(const AuditResult& result) {
    std::string out;
    for (const auto& finding : result.findings) append_finding(out, finding);
    std::vector<std::string> unknown;
    unknown.reserve(result.unknown.size());
    for (const auto& thing : result.unknown) {
        unknown.push_back(thing.type + " of " + thing.about + ": " + thing.reason);
    }
    append_list(out, "ul", "Could not be found out", unknown);
    append_list(out, "ol", "To retire MTA-STS", result.retirement);
    append_list(out, "ul", "As it should be", result.right);
    return out;
}

std::string cell(std::size_t count, std::string_view classes) {
    return "<td class=\"" + std::string(classes) + "\">" + std::to_string(count) + "</td>";
}

// As people read it; the form of DNS beside it where that differs.
std::string domain_words(const mail::Domain& domain) {
    const std::string words = domain.to_unicode();
    if (words == domain.text()) return html(words);
    return html(words) + " <span class=\"soft\">(" + html(domain.text()) + ")</span>";
}

}  // namespace

std::string_view HtmlReport::name(State state) {
    constexpr std::array<std::string_view, state_count> names{"critical", "warning", "unknown",
                                                              "notice",   "info",    "clean"};
    return names[static_cast<std::size_t>(state)];
}

HtmlReport::State HtmlReport::state_of(const AuditResult& result) {
    const auto worst = result.worst();
    if (worst == Severity::critical) return State::critical;
    if (worst == Severity::warning) return State::warning;
    if (!result.unknown.empty()) return State::unknown;
    if (worst == Severity::notice) return State::notice;
    if (worst == Severity::info) return State::info;
    return State::clean;
}

void HtmlReport::add(const AuditResult& result) {
    const State state = state_of(result);
    ++counts_[static_cast<std::size_t>(state)];
    std::vector<FindingKind> kinds;
    kinds.reserve(result.findings.size());
    for (const auto& finding : result.findings) kinds.push_back(finding.kind);
    std::ranges::sort(kinds);
    const auto repeated = std::ranges::unique(kinds);
    kinds.erase(repeated.begin(), repeated.end());
    for (const auto kind : kinds) ++domains_by_finding_[kind];

    std::string row = "<td data-key=\"" + std::to_string(static_cast<int>(state)) + "\">" +
                      badge(name(state)) + "</td>";
    for (const auto severity : {Severity::critical, Severity::warning, Severity::notice}) {
        row += cell(result.count(severity), "number wide");
    }
    row += "<td class=\"wide\">";
    if (!result.findings.empty()) {
        row += "<code>" + html(row_of(result.findings.front().kind).id) + "</code>";
    }
    row += "</td>";
    // What is open for everybody to see: the domain, its state and how many findings.
    std::string detail =
        "<summary><h3>" + domain_words(result.domain) + "</h3>" + badge(name(state)) +
        "<span class=\"soft\">meant to have: " + std::string(park::name(result.intent)) +
        "; findings: " + std::to_string(result.findings.size()) +
        "</span></summary>\n<div class=\"body\">\n" + detail_of(result) + "</div>\n";
    entries_.push_back({.state = state,
                        .finding_count = result.findings.size(),
                        .words = domain_words(result.domain),
                        .sorted_by = result.domain.text(),
                        .row = std::move(row),
                        .detail = std::move(detail)});
}

void HtmlReport::add_fault(std::string_view input, std::string_view error) {
    const State state = State::unknown;
    ++counts_[static_cast<std::size_t>(state)];
    const std::string words = html(input);
    std::string row = "<td data-key=\"" + std::to_string(static_cast<int>(state)) + "\">" +
                      badge(name(state)) + "</td>";
    for (int i = 0; i < 3; ++i) row += cell(0, "number wide");
    row += "<td class=\"wide\">not a domain</td>";
    entries_.push_back({.state = state,
                        .finding_count = 0,
                        .words = words,
                        .sorted_by = std::string(input),
                        .row = std::move(row),
                        .detail = "<summary><h3>" + words + "</h3>" + badge(name(state)) +
                                  "</summary>\n<div class=\"body\">\n<p>" + html(error) +
                                  "</p>\n</div>\n"});
}

std::string HtmlReport::finish() {
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
        return std::tie(a.state, b.finding_count, a.sorted_by) <
               std::tie(b.state, a.finding_count, b.sorted_by);
    });
    std::string out;
    append_head(out);
    append_figures(out);
    out += "<main>\n";
    append_common(out);
    append_table(out);
    append_details(out);
    out += "</main>\n<footer><p>Made by " + html(head_.made_by) + " on " + html(head_.made) +
           ". What each finding means: <code>man turnaway-park</code>.</p></footer>\n<script>";
    out += page_script;
    out += "</script>\n</body>\n</html>\n";
    return out;
}

void HtmlReport::append_head(std::string& out) const {
    out +=
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "base-uri 'none'; form-action 'none'; style-src '";
    out += page_style_hash;
    out += "'; script-src '";
    out += page_script_hash;
    out +=
        "'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n<title>" +
        html(head_.title) + "</title>\n<style>";
    out += page_style;
    out +=
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#domains\">To the domains</a>\n"
        "<header>\n<h1>" +
        html(head_.title) + "</h1>\n<p class=\"soft\">What DNS says of each, as of " +
        html(head_.made) + ", held against what mail it is meant to have.</p>\n";
}

void HtmlReport::append_figures(std::string& out) const {
    const auto choice = [&](std::string_view state, std::size_t count, std::string_view checked) {
        const std::string name(state);
        out += "<div><input type=\"radio\" name=\"show\" id=\"show-" + name + "\"" +
               std::string(checked) + "><label class=\"" + name + "\" for=\"show-" + name +
               "\"><b>" + std::to_string(count) + "</b>" + name + "</label></div>\n";
    };
    out +=
        "<fieldset>\n<legend>Domains by their worst finding; choose one to see only those."
        "</legend>\n";
    choice("all", entries_.size(), " checked");
    for (std::size_t i = 0; i < state_count; ++i)
        choice(name(static_cast<State>(i)), counts_[i], "");
    out += "</fieldset>\n</header>\n";
}

void HtmlReport::append_common(std::string& out) const {
    if (domains_by_finding_.empty()) return;
    std::vector<std::pair<FindingKind, std::size_t>> common(domains_by_finding_.begin(),
                                                            domains_by_finding_.end());
    std::ranges::sort(common, [](const auto& a, const auto& b) {
        return std::tuple(b.second, row_of(a.first).severity, a.first) <
               std::tuple(a.second, row_of(b.first).severity, b.first);
    });
    out +=
        "<h2>What is wrong most</h2>\n<table>\n<caption>Each finding and how many domains have "
        "it, the most frequent first.</caption>\n<thead><tr><th scope=\"col\">Finding</th>"
        "<th scope=\"col\" class=\"number\">Domains</th><th scope=\"col\" class=\"wide\">What to "
        "do</th></tr></thead>\n<tbody>\n";
    for (const auto& [kind, count] : common | std::views::take(common_findings_most)) {
        const FindingRow& row = row_of(kind);
        out += "<tr><th scope=\"row\">" + badge(park::name(row.severity)) + " <code>" +
               html(row.id) + "</code></th>" + cell(count, "number") + "<td class=\"wide\">" +
               html(row.fix) + "</td></tr>\n";
    }
    out += "</tbody>\n</table>\n";
    if (common.size() > common_findings_most) {
        out += "<p class=\"soft\">And " + std::to_string(common.size() - common_findings_most) +
               " more, which the domains below show.</p>\n";
    }
}

void HtmlReport::append_table(std::string& out) const {
    constexpr std::array<std::array<std::string_view, 3>, 6> columns{
        {{"domain", "Domain", ""},
         {"state", "Worst", ""},
         {"critical", "Critical", "number wide"},
         {"warning", "Warnings", "number wide"},
         {"notice", "Notices", "number wide"},
         {"finding", "Worst finding", "wide"}}};
    out +=
        "<h2>Domains</h2>\n<table id=\"domains\">\n<caption>The worst first. Each name leads to "
        "its findings.</caption>\n<thead><tr>";
    for (const auto& [name, title, classes] : columns) {
        out += "<th scope=\"col\" data-name=\"" + std::string(name) + "\" class=\"" +
               std::string(classes) + "\">" + std::string(title) + "</th>";
    }
    out += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const std::string detail = "d" + std::to_string(i);
        out += "<tr data-state=\"" + std::string(name(entry.state)) + "\" data-detail=\"" + detail;
        out += "\"><th scope=\"row\"><a href=\"#" + detail;
        out += "\">" + entry.words;
        out += "</a></th>" + entry.row;
        out += "</tr>\n";
    }
    out += "</tbody>\n</table>\n";
}

void HtmlReport::append_details(std::string& out) const {
    out += "<h2>Findings of each domain</h2>\n";
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        const std::string state(name(entry.state));
        out += "<details id=\"d" + std::to_string(i);
        out += "\" class=\"" + state;
        out += "\" data-state=\"" + state;
        out += "\">\n" + entry.detail;
        out += "</details>\n";
    }
}

}  // namespace turnaway::park
