#include "park/page/html_report.h"

#include <algorithm>
#include <ranges>
#include <tuple>
#include <utility>

#include "park/page/html_domain.h"
#include "park/page/html_text.h"

namespace turnaway::park {
namespace {

#include "park/html_report_assets.inc"

constexpr std::size_t common_findings_max = 10;

std::string number_cell(std::size_t count) {
    return "<td class=\"number wide\">" + std::to_string(count) + "</td>";
}

// "1 domain", "3 domains".
std::string counted(std::size_t count, std::string_view one, std::string_view several) {
    return std::to_string(count) + ' ' + std::string(count == 1 ? one : several);
}

}  // namespace

std::string_view HtmlReport::name(State state) {
    constexpr std::array<std::string_view, state_count> names{
        "critical", "warning", "invalid", "unknown", "notice", "info", "clean"};
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

    const std::string state_name(name(state));
    const std::string worst =
        result.findings.empty() ? "" : std::string(row_of(result.findings.front().kind).id);
    std::string cells = "<td class=\"worst " + state_name + "\" data-key=\"" +
                        std::to_string(static_cast<int>(state)) + ' ' + worst + "\">" +
                        badge(state_name);
    if (!worst.empty()) cells += "<code>" + worst + "</code>";
    cells += "</td>";
    for (const auto severity : {Severity::critical, Severity::warning, Severity::notice}) {
        cells += number_cell(result.count(severity));
    }
    std::string ids;
    for (const auto kind : kinds) {
        if (!ids.empty()) ids += ' ';
        ids += row_of(kind).id;
    }
    std::string summary(intent_words(result.intent));
    if (!result.findings.empty()) {
        summary += "; " + counted(result.findings.size(), "finding", "findings");
    }
    entries_.push_back({.state = state,
                        .finding_count = result.findings.size(),
                        .words = domain_words(result.domain),
                        .sorted_by = result.domain.text(),
                        .ids = std::move(ids),
                        .cells = std::move(cells),
                        .summary = std::move(summary),
                        .body = domain_body(result)});
}

void HtmlReport::add_fault(std::string_view input, std::string_view error) {
    constexpr State state = State::invalid;
    ++counts_[static_cast<std::size_t>(state)];
    std::string cells = "<td class=\"worst invalid\" data-key=\"" +
                        std::to_string(static_cast<int>(state)) + "\">" + badge(name(state)) +
                        "</td>";
    for (int i = 0; i < 3; ++i) cells += number_cell(0);
    entries_.push_back({.state = state,
                        .finding_count = 0,
                        .words = html(input),
                        .sorted_by = std::string(input),
                        .ids = "",
                        .cells = std::move(cells),
                        .summary = "not a domain",
                        .body = "<p>" + html(error) + "</p>\n"});
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
    append_meanings(out);
    out += "</main>\n<footer><p>Made by " + html(head_.made_by) + " on " + html(head_.made) +
           ". Every finding there is: <code>man 7 turnaway-findings</code>.</p></footer>\n<script>";
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
        html(head_.title) + "</h1>\n";
    append_first_sentence(out);
    out += "<p class=\"soft\">DNS as of " + html(head_.made) +
           ", compared with what each domain should publish.</p>\n";
}

void HtmlReport::append_first_sentence(std::string& out) const {
    const std::size_t domains = entries_.size() - count(State::invalid);
    const std::size_t bad = count(State::critical) + count(State::warning);
    const std::size_t clean = count(State::clean);
    const std::size_t better = count(State::notice) + count(State::info);
    out += "<p class=\"first\">" + std::to_string(bad) + " of " +
           counted(domains, "domain", "domains") + (bad == 1 ? " loses" : " lose") +
           " mail or can be forged; " + std::to_string(clean) + (clean == 1 ? " is" : " are") +
           " in order.";
    if (better > 0) out += ' ' + std::to_string(better) + " could be better.";
    if (const auto unknown = count(State::unknown); unknown > 0) {
        out += " Lookups failed for " + std::to_string(unknown) + '.';
    }
    if (const auto invalid = count(State::invalid); invalid > 0) {
        out += ' ' + counted(invalid, "row of the list is not a domain.",
                             "rows of the list are not domains.");
    }
    out += "</p>\n";
}

void HtmlReport::append_figures(std::string& out) const {
    const auto choice = [&](std::string_view state, std::size_t count, std::string_view checked) {
        const std::string name(state);
        out += "<div><input type=\"radio\" name=\"show\" id=\"show-" + name + "\"" +
               std::string(checked) + "><label class=\"" + name + "\" for=\"show-" + name +
               "\"><b>" + std::to_string(count) + "</b>" + name + "</label></div>\n";
    };
    out +=
        "<fieldset>\n<legend>Domains by their worst finding. Choose one to see only those."
        "</legend>\n";
    choice("all", entries_.size(), " checked");
    for (std::size_t i = 0; i < state_count; ++i) {
        const auto state = static_cast<State>(i);
        if (state == State::invalid && count(state) == 0) continue;  // most lists have none
        choice(name(state), count(state), "");
    }
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
        "<h2>Most common findings</h2>\n<table>\n<caption>The findings that most domains have. "
        "Choose a number to see its domains.</caption>\n<thead><tr><th "
        "scope=\"col\">Finding</th><th scope=\"col\" class=\"number\">Domains</th><th "
        "scope=\"col\" class=\"wide\">What to do</th></tr></thead>\n<tbody>\n";
    for (const auto& [kind, count] : common | std::views::take(common_findings_max)) {
        const FindingRow& row = row_of(kind);
        // The script turns the link into a filter that shows only these domains.
        out += "<tr><th scope=\"row\">" + badge(park::name(row.severity)) + " <a href=\"#" +
               meaning_anchor(row) + "\">" + html(row.id) +
               "</a></th><td class=\"number\"><a href=\"#domains\" data-finding=\"" + html(row.id) +
               "\">" + std::to_string(count) + "</a></td><td class=\"wide\">" + html(row.fix) +
               "</td></tr>\n";
    }
    out += "</tbody>\n</table>\n";
    if (common.size() > common_findings_max) {
        out += "<p class=\"soft\">And " +
               counted(common.size() - common_findings_max, "other finding", "other findings") +
               ".</p>\n";
    }
}

void HtmlReport::append_table(std::string& out) const {
    constexpr std::array<std::array<std::string_view, 3>, 5> columns{
        {{"domain", "Domain", "name"},
         {"state", "Worst finding", "worst"},
         {"critical", "Critical", "number wide"},
         {"warning", "Warnings", "number wide"},
         {"notice", "Notices", "number wide"}}};
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
        out += "<tr data-state=\"" + std::string(name(entry.state)) + "\" data-ids=\"" + entry.ids;
        out += "\"><th scope=\"row\"><a href=\"#" + detail;
        out += "\">" + entry.words;
        out += "</a></th>" + entry.cells;
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
        out += "\"><summary><h3>" + entry.words + "</h3>" + badge(state) + "<span class=\"soft\">";
        out += entry.summary;
        out += "</span></summary><noscript><div class=\"body\">\n" + entry.body;
        out += "</div></noscript></details>\n";
    }
}

void HtmlReport::append_meanings(std::string& out) const {
    if (domains_by_finding_.empty()) return;
    out += "<h2>What the findings mean</h2>\n<dl class=\"meanings\">\n";
    for (const auto& [kind, count] : domains_by_finding_) {
        const FindingRow& row = row_of(kind);
        out += "<dt id=\"" + meaning_anchor(row) + "\"><code>" + html(row.id) + "</code>" +
               badge(park::name(row.severity)) + "</dt>\n<dd>" + html(row.meaning) + ' ' +
               html(row.fix) + " <span class=\"soft\">" + html(row.source) + "</span></dd>\n";
    }
    out += "</dl>\n";
}

}  // namespace turnaway::park
