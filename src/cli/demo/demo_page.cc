#include "cli/demo/demo_page.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/printable.h"
#include "cli/common/fitted_text.h"
#include "cli/demo/demo_dialogue.h"
#include "cli/demo/demo_peers.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 2000;

std::string printable(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

bool is_narrow(std::size_t columns) {
    return columns < DemoTable::wide_columns;
}

std::string title_of(std::size_t number, const CaseResult& result) {
    return fmt::format("{} bob@{}: {}", number, result.demo_case->domain, result.demo_case->title);
}

}  // namespace

std::string DemoPage::begin(std::size_t columns) {
    return wrapped(
               "Five real messages from ann@sender.example go through turnaway-relay on this "
               "machine, with a DNS and mail hosts of its own.",
               "", columns) +
           '\n';
}

std::string DemoPage::case_in_short(std::size_t number, const CaseResult& result,
                                    std::string_view row, std::size_t columns) const {
    const std::string head =
        row.empty() ? cut_to(title_of(number, result), columns) : std::string(row);
    std::string out = fmt::format("{}{}{}\n", colours_.label, head, colours_.off);
    for (const auto& each : short_dialogue(result, columns)) out += each + '\n';
    if (result.fault) out += wrapped("FAULT: " + printable(*result.fault), "  ", columns);
    return out + '\n';
}

std::string DemoPage::case_as_a_whole(std::size_t number, const CaseResult& result,
                                      std::size_t columns) const {
    const auto& demo_case = *result.demo_case;
    std::string out =
        fmt::format("\n{}{}{}", colours_.answer,
                    wrapped(title_of(number, result), "", "  ", columns), colours_.off);
    out += wrapped(fmt::format("DNS: {}", demo_case.zone), "  ", "    ", columns);
    out += whole_dialogue(result, colours_, columns);
    for (const auto& each : result.facts.reports) out += report(each, columns);
    const auto others = other_servers(demo_case.name);
    if (!others.empty()) {
        out += fmt::format("\n  {}The same message in other servers:{}\n", colours_.label,
                           colours_.off);
    }
    for (const auto& other : others) {
        out += fmt::format("  {:<15} {}\n", other.name, other.does);
    }
    out += '\n' + wrapped(demo_case.remark, "  ", columns);
    if (result.fault) out += wrapped("FAULT: " + printable(*result.fault), "  ", columns);
    return out + '\n';
}

std::string DemoPage::report(const DemoReport& report, std::size_t columns) const {
    return fmt::format("\n  {}The report that the sender got:{}\n{}", colours_.label, colours_.off,
                       report_text(report, columns));
}

std::string DemoPage::summary(const DemoTable& table, std::size_t as_expected,
                              std::size_t columns) {
    std::string text;
    if (as_expected < demo_cases().size()) {
        text =
            fmt::format("{} of {} cases ended as they should.", as_expected, demo_cases().size());
    } else {
        text = "All five ended as they should.";
    }
    if (table.has_shortened()) {
        text += fmt::format("{} {} hours by default.",
                            is_narrow(columns) ? " *" : "   * shortened for the demo;",
                            base::limits::queue_delay_notice / std::chrono::hours(1));
    }
    return '\n' + wrapped(text, "", columns) + wrapped(source_of_other_servers(), "", columns);
}

std::string DemoPage::stay(const DemoEnvironment& environment, std::size_t columns) const {
    const auto relay = environment.relay().place;
    const std::string_view invitation =
        is_narrow(columns)
            ? "Try it in another terminal (Ctrl-C ends the demo):"
            : "Try it yourself in another terminal; this demo stays up until Ctrl-C:";
    std::string out = fmt::format("\n{}{}{}\n", colours_.answer, invitation, colours_.off);
    // One line for the shell, so that it can be copied wherever the terminal breaks it.
    const std::string_view line_break = is_narrow(columns) ? "" : "\\\n  ";
    out += fmt::format(
        "  bash -c '{{ printf \"%s\\r\\n\" \"EHLO me\" \"MAIL FROM:<{}>\" {}"
        "\"RCPT TO:<bob@nomail.example>\" QUIT >&0; cat; }} <>/dev/tcp/{}/{}'\n",
        demo_sender, line_break, relay.address, relay.port);
    if (is_narrow(columns)) return out;
    out += wrapped(fmt::format("Or any mail program: server {}, port {}, to bob at a domain above.",
                               relay.address, relay.port),
                   "", columns);
    return out;
}

std::string DemoPage::next(std::size_t columns) {
    const std::string_view gap = is_narrow(columns) ? "\n      " : "     ";
    return fmt::format("\nNext: turnaway check YOURDOMAIN{}turnaway park audit YOURDOMAIN\n", gap);
}

std::string DemoPage::keys(std::size_t columns) const {
    const std::string_view words =
        is_narrow(columns) ? "1-5 dialogue   r report   q quit"
                           : "1-5 show that dialogue   r the report the sender got   q quit";
    const std::string text = cut_to(words, columns - 1);
    return fmt::format("{}{}{}", colours_.label, text, colours_.off);
}

std::string DemoPage::mail_line(const MailLine& line, std::size_t columns) const {
    // A reply often contains the address.
    std::string text = line.words.find(line.about) == std::string::npos ? line.about + ": " : "";
    text = printable(text + line.words);
    const bool is_refusal = line.what == "refused" || line.what == "returned";
    const auto head = fmt::format("{}{:<10}{}", is_refusal ? colours_.answer : "", line.what,
                                  is_refusal ? colours_.off : "");
    return wrapped(text, head, std::string(columns_of(head), ' '), columns);
}

}  // namespace turnaway::cli
