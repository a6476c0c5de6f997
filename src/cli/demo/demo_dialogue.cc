#include "cli/demo/demo_dialogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/printable.h"
#include "base/text.h"
#include "cli/common/fitted_text.h"
#include "cli/demo/demo_table.h"
#include "codes/constants.h"
#include "codes/reply_line.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 2000;
constexpr std::size_t code_columns = 4;  // "250-"
constexpr std::string_view recipient_command = "RCPT TO:";

std::string printable(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

// Each reply of several lines as one line, at the time of its last.
std::vector<WireLine> with_whole_replies(const std::vector<WireLine>& lines) {
    std::vector<WireLine> out;
    std::map<std::size_t, std::string> begun;  // by dialogue
    for (const auto& line : lines) {
        if (line.is_client) {
            out.push_back(line);
            continue;
        }
        std::string& text = begun[line.dialogue->number];
        text += text.empty() ? line.text
                             : ", " + line.text.substr(std::min(code_columns, line.text.size()));
        if (codes::shape_of(line.text) == codes::LineShape::continued) continue;
        out.push_back(line);
        out.back().text = std::move(text);
        begun.erase(line.dialogue->number);
    }
    return out;
}

// The decisive part of one connection.
struct Decision {
    DialoguePtr dialogue;
    std::optional<WireLine> command = {};
    std::optional<WireLine> reply = {};
    bool is_report = false;
};

std::vector<Decision> decisions_of(const CaseResult& result) {
    std::vector<Decision> decisions;
    for (const auto& line : with_whole_replies(result.lines)) {
        auto found = std::ranges::find(decisions, line.dialogue, &Decision::dialogue);
        if (found == decisions.end()) {
            decisions.push_back({.dialogue = line.dialogue});
            found = std::prev(decisions.end());
        }
        if (line.is_client && base::starts_with_no_case(line.text, recipient_command)) {
            found->command = line;
            found->is_report = line.text.find(demo_sender) != std::string::npos;
        } else if (!line.is_client && !line.text.starts_with(codes::closing.text())) {
            found->reply = line;
        }
    }
    return decisions;
}

// One line of the short form: speaker, text and time.
struct ShortLine {
    std::string head, words;
};

ShortLine short_line(const CaseResult& result, const WireLine& line) {
    const auto time = time_text(milliseconds_between(result.begin, line.at));
    return {.head = fmt::format("  {:>6} {:<19} ", time, line.speaker()),
            .words = printable(line.text)};
}

ShortLine short_line(const CaseResult& result, const DemoReport& report) {
    const auto time = time_text(result.milliseconds().value_or(0));
    return {
        .head = fmt::format("  {:>6} {:<19} ", time, "report to ann"),
        .words = printable(fmt::format("{} {}: {}", report.action, report.status, report.subject))};
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// Subject and text, each line after a bar.
std::string with_bars(std::string_view text, std::size_t columns) {
    std::string out;
    for (const auto& each : lines_of(text)) out += wrapped(printable(each), "  | ", columns);
    return out;
}

}  // namespace

std::vector<std::string> short_dialogue(const CaseResult& result, std::size_t columns) {
    std::vector<ShortLine> said;
    for (const auto& each : decisions_of(result)) {
        if (each.is_report) continue;
        if (each.command) said.push_back(short_line(result, *each.command));
        if (each.reply) said.push_back(short_line(result, *each.reply));
    }
    const auto& reports = result.facts.reports;
    said.resize(std::min(said.size(), short_lines_max - std::min(reports.size(), std::size_t{1})));
    if (!reports.empty()) said.push_back(short_line(result, reports.front()));
    std::vector<std::string> lines;
    lines.reserve(short_lines_max);
    for (const auto& each : said) lines.push_back(cut_to(each.head + each.words, columns));
    if (said.empty()) return lines;
    // The last one decided it: in full if there is room.
    const std::string margin(said.back().head.size(), ' ');
    const auto whole = lines_of(wrapped(said.back().words, said.back().head, margin, columns));
    if (lines.size() - 1 + whole.size() <= short_lines_max) {
        lines.pop_back();
        lines.insert(lines.end(), whole.begin(), whole.end());
    }
    return lines;
}

std::string whole_dialogue(const CaseResult& result, const Colours& colours, std::size_t columns) {
    std::string out;
    DialoguePtr shown;
    for (const auto& line : with_whole_replies(result.lines)) {
        if (line.dialogue != shown) {
            shown = line.dialogue;
            out += fmt::format("\n  {}{} (C) to {} (S){}\n", colours.label, shown->client,
                               shown->server, colours.off);
        }
        const auto head =
            fmt::format("  {:8.1f} ms {}: ", milliseconds_between(result.begin, line.at),
                        line.is_client ? 'C' : 'S');
        out += wrapped(printable(line.text), head, std::string(head.size(), ' '), columns);
    }
    return out;
}

std::string report_text(const DemoReport& report, std::size_t columns) {
    return with_bars("Subject: " + report.subject + "\n\n" + report.person, columns) + "  |\n" +
           with_bars(report.delivery_status, columns);
}

}  // namespace turnaway::cli
