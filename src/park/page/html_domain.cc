#include "park/page/html_domain.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "park/page/html_text.h"

namespace turnaway::park {
namespace {

using ZoneBlock = std::pair<std::string, std::vector<std::string>>;  // a zone and its lines

// The zone for a line of a zone file: a permission to receive DMARC reports (RFC 9990 section 4)
// belongs to the zone of the address, everything else to the zone of the domain.
std::string zone_of_line(std::string_view line, const mail::Domain& domain) {
    constexpr std::string_view permission = "._report._dmarc.";
    std::string_view owner = line.substr(0, line.find(' '));
    if (owner.ends_with('.')) owner.remove_suffix(1);
    const auto at = owner.find(permission);
    return at == std::string_view::npos ? domain.text()
                                        : std::string(owner.substr(at + permission.size()));
}

// In order of first use, without duplicate lines.
std::vector<ZoneBlock> blocks_of(const AuditResult& result) {
    std::vector<ZoneBlock> blocks;
    for (const auto& finding : result.findings) {
        for (const auto& line : finding.records) {
            std::string zone = zone_of_line(line, result.domain);
            auto block = std::ranges::find(blocks, zone, &ZoneBlock::first);
            if (block == blocks.end()) {
                blocks.emplace_back(std::move(zone), std::vector<std::string>{});
                block = std::prev(blocks.end());
            }
            auto& known = block->second;
            if (std::ranges::find(known, line) == known.end()) known.push_back(line);
        }
    }
    return blocks;
}

void append_finding(std::string& out, const Finding& finding) {
    const FindingRow& row = row_of(finding.kind);
    out += "<h4>" + badge(name(row.severity)) + "<a href=\"#" + meaning_anchor(row) + "\">";
    out += html(row.id) + "</a> " + html(finding.about) + "</h4>\n<p>" + html(finding.evidence);
    out += "</p>\n<p class=\"fix\">" + html(row.fix) + "</p>\n";
}

void append_records(std::string& out, const AuditResult& result) {
    for (const auto& [zone, lines] : blocks_of(result)) {
        out += "<h4>Records for the zone " + html(zone) + "</h4>\n<pre>";
        for (const auto& line : lines) out += html(line) + '\n';
        out += "</pre>\n";
    }
}

void append_list(std::string& out, std::string_view element, std::string_view heading,
                 const std::vector<std::string>& items) {
    if (items.empty()) return;
    out += "<h4>" + std::string(heading) + "</h4>\n<" + std::string(element) + ">\n";
    for (const auto& item : items) out += "<li>" + html(item) + "</li>\n";
    out += "</" + std::string(element) + ">\n";
}

}  // namespace

std::string badge(std::string_view name) {
    std::string out = "<span class=\"badge ";
    out += name;
    out += "\">";
    out += name;
    return out += "</span>";
}

std::string domain_words(const mail::Domain& domain) {
    const std::string words = domain.to_unicode();
    if (words == domain.text()) return html(words);
    return html(words) + " <span class=\"soft\">(" + html(domain.text()) + ")</span>";
}

std::string_view intent_words(Intent intent) {
    switch (intent) {
        case Intent::none:
            return "meant to have no mail";
        case Intent::send_only:
            return "meant to send mail only";
        case Intent::receive_only:
            return "meant to receive mail only";
    }
    return "";
}

std::string domain_body(const AuditResult& result) {
    std::string out;
    for (const auto& finding : result.findings) append_finding(out, finding);
    append_records(out, result);
    std::vector<std::string> unknown;
    unknown.reserve(result.unknown.size());
    for (const auto& thing : result.unknown) {
        unknown.push_back(thing.type + " of " + thing.about + ": " + thing.reason);
    }
    append_list(out, "ul", "Lookups that failed", unknown);
    append_list(out, "ol", "How to retire MTA-STS", result.retirement);
    append_list(out, "ul", "In order", result.right);
    return out;
}

std::string meaning_anchor(const FindingRow& row) {
    return "f-" + std::string(row.id);
}

}  // namespace turnaway::park
