#include "cli/demo_page.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/demo_peers.h"
#include "codes/reply_line.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_most = 2000;
constexpr std::size_t code_columns = 4;  // "250-"
constexpr std::string_view indent = "    ";

std::string printable(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_most);
    return out;
}

// Words in lines of page_columns, each behind `margin`.
std::string wrapped(std::string_view text, std::string_view margin) {
    std::string out(margin);
    std::size_t column = margin.size();
    bool is_at_start = true;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        if (!is_at_start && column + 1 + word.size() > page_columns) {
            out += fmt::format("\n{}", margin);
            column = margin.size();
            is_at_start = true;
        }
        if (!is_at_start) out += ' ';
        out += word;
        column += word.size() + (is_at_start ? 0 : 1);
        is_at_start = false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out + '\n';
}

std::string with_bars(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += fmt::format("{}| {}\n", indent, printable(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string ending_words(const CaseResult& result) {
    const auto ending = ending_of(result.facts);
    if (!ending) return "no end in sight";
    switch (*ending) {
        case Ending::refused: {
            std::string words = "refused with " + result.facts.reply->text();
            if (result.facts.reply_enhanced) words += ' ' + result.facts.reply_enhanced->text();
            return words;
        }
        case Ending::reported:
            return "the sender has a report of failure, " + result.facts.reports.front().status;
        case Ending::delayed:
            return "still queued, and the sender knows: " + result.facts.reports.front().status;
        case Ending::delivered:
            return "delivered";
    }
    return {};
}

}  // namespace

std::string DemoPage::begin() const {
    return wrapped(
        "turnaway-relay on loopback, with a DNS of its own, hosts that take no mail "
        "(turnaway-refuse) and one that takes it. Five real messages go in; each line "
        "is shown when it is said, in milliseconds since the case began.",
        "");
}

std::string DemoPage::begin_case(std::size_t number, std::size_t count,
                                 const DemoCase& demo_case) const {
    return fmt::format("\n{}{}/{}  {}: {}{}\n{}{}\n\n", colours_.answer, number, count,
                       demo_case.domain, demo_case.title, colours_.off, indent, demo_case.zone);
}

std::string DemoPage::line(const WireLine& line, Steady::time_point since) {
    std::string text = line.text;
    if (!line.is_client) {
        std::string& begun = begun_replies_[line.dialogue->number];
        if (codes::shape_of(text) == codes::LineShape::continued) {
            begun += (begun.empty() ? "" : ", ") + text.substr(begun.empty() ? 0 : code_columns);
            return {};
        }
        if (!begun.empty()) text = begun + ", " + text.substr(std::min(code_columns, text.size()));
        begun_replies_.erase(line.dialogue->number);
    }
    const auto who = fmt::format("{} > {}", line.speaker(), line.listener());
    return fmt::format("{:9.1f} ms  {}{:<38}{} {}\n", milliseconds_between(since, line.at),
                       colours_.label, who, colours_.off, printable(text));
}

std::string DemoPage::report(const DemoReport& report) const {
    return fmt::format("\n{}What the sender reads:\n{}{}|\n{}", indent,
                       with_bars("Subject: " + report.subject + "\n\n" + report.person), indent,
                       with_bars(report.delivery_status));
}

std::string DemoPage::end_case(const CaseResult& result) const {
    std::string out;
    for (const auto& each : result.facts.reports) out += report(each);
    const auto milliseconds = result.milliseconds();
    const std::string time = milliseconds ? fmt::format("{:.1f} ms", *milliseconds) : "no end";
    out += fmt::format("\n{}{}turnaway-relay    {}: {}{}\n", indent, colours_.answer, time,
                       ending_words(result), colours_.off);
    for (const auto& other : other_servers(result.demo_case->name)) {
        out += fmt::format("{}{:<17} {}\n", indent, other.name, other.does);
    }
    if (result.fault) {
        out += '\n' + wrapped("FAULT: " + printable(*result.fault), indent);
    } else {
        out += '\n' + wrapped(result.demo_case->remark, indent);
    }
    return out;
}

std::string DemoPage::arrival(const Arrival& arrival, Steady::time_point since) const {
    std::string to;
    for (const auto& each : arrival.recipients) to += ' ' + printable(each);
    std::string out = fmt::format("{:9.1f} ms  a message of {} octets from <{}> for{}\n",
                                  milliseconds_between(since, arrival.at), arrival.content.size(),
                                  printable(arrival.reverse_path), to);
    if (const auto told = read_report(arrival.content)) out += report(*told) + '\n';
    return out;
}

std::string DemoPage::end(std::size_t as_expected) const {
    return '\n' + wrapped(fmt::format("{} of {} cases ended as they should. {}", as_expected,
                                      demo_cases().size(), source_of_other_servers()),
                          "");
}

std::string DemoPage::stay(const DemoScene& scene) const {
    const auto& relay = scene.relay();
    std::string out =
        fmt::format("\n{}The demo stays up until Ctrl-C. The relay listens on {}:{}\n",
                    colours_.answer, relay.text(), colours_.off);
    out += fmt::format("{}swaks --server {} --port {} --from {} --to bob@refusing.example\n",
                       indent, relay.address, relay.port, demo_sender);
    out += wrapped("Recipients at", "");
    for (const auto& each : demo_cases()) {
        out += fmt::format("{}{:<18} {}\n", indent, each.domain, each.title);
    }
    out +=
        wrapped("Mail for " + std::string(demo_sender) +
                    ", so every report, is shown here. A host "
                    "that has said 521 is remembered: the next message to it is refused at RCPT.",
                "");
    out += "Settings, queue and logs: " + scene.folder() + "\n\n";
    return out;
}

}  // namespace turnaway::cli
