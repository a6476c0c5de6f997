#include "unit/report/examples.h"

#include <utility>

#include "codes/constants.h"
#include "mail/original_recipient.h"

namespace turnaway::report::testing {
namespace {

using codes::EnhancedCode;
using codes::ReplyCode;

Attempt said(Attempt attempt, ReplyCode code, std::vector<std::string> lines) {
    attempt.outcome = RemoteReply{.code = code, .lines = std::move(lines)};
    return attempt;
}

Attempt silent(Attempt attempt, std::string why) {
    attempt.outcome = std::move(why);
    return attempt;
}

Report null_mx() {
    Report report = report_to({"bob@nomail.example"});
    report.outcomes = {
        {.status = EnhancedCode::permanent(codes::recipient_null_mx),
         .attempts = {silent({.time = at(9, 0)},
                             "nomail.example has a null MX, so no host was dialled")},
         .decided_by = 0}};
    return report;
}

Report hosts_say_521() {
    Report report = report_to({"bob@nomail.example"});
    report.envelope.envid = "letter 7";
    report.envelope.ret = mail::Return::full;
    report.envelope.recipients[0].original =
        mail::OriginalRecipient::parse("rfc822;Bob+2BLunch@nomail.example");
    report.outcomes = {{.status = EnhancedCode::permanent(codes::system_takes_no_mail),
                        .attempts = {silent({.time = at(9, 0),
                                             .host = "mx1.nomail.example",
                                             .address = "192.0.2.1",
                                             .stage = codes::Stage::connect},
                                            "no answer within 30 s"),
                                     said({.time = at(9, 1),
                                           .host = "mx2.nomail.example",
                                           .address = "192.0.2.2",
                                           .stage = codes::Stage::greeting},
                                          codes::host_takes_no_mail,
                                          {"mx2.nomail.example Host does not accept mail"}),
                                     said({.time = at(9, 31),
                                           .host = "mx1.nomail.example",
                                           .address = "192.0.2.1",
                                           .stage = codes::Stage::greeting},
                                          codes::host_takes_no_mail,
                                          {"mx1.nomail.example Host does not accept mail"})},
                        .decided_by = 2}};
    return report;
}

Report delayed() {
    Report report = report_to({"bob@slow.example"});
    report.outcomes = {{.action = Action::delayed,
                        .status = EnhancedCode::temporary(codes::no_answer),
                        .attempts = {silent({.time = at(12, 59),
                                             .host = "mx.slow.example",
                                             .address = "2001:db8::25",
                                             .stage = codes::Stage::connect},
                                            "connection refused")},
                        .decided_by = 0,
                        .retry_until = at(24 * 5 + 9, 0)}};
    return report;
}

Report relayed_and_delivered() {
    Report report = report_to({"bob@old.example", "cy@sender.example"});
    report.envelope.ret = mail::Return::full;  // only for failures
    report.outcomes = {{.action = Action::relayed,
                        .status = EnhancedCode::success(codes::recipient_valid),
                        .attempts = {said({.time = at(9, 2),
                                           .host = "mx.old.example",
                                           .address = "192.0.2.3",
                                           .stage = codes::Stage::content},
                                          codes::ReplyCode(250), {"queued"})},
                        .decided_by = 0},
                       {.recipient = 1,
                        .action = Action::delivered,
                        .status = EnhancedCode::success(codes::recipient_valid)}};
    return report;
}

// Two recipients, and a host that tries to write into the report.
Report hostile_host() {
    Report report = report_to({"bob@example.org", "cy@example.org"});
    const Attempt rcpt{.time = at(9, 1),
                       .host = "mx.example.org",
                       .address = "192.0.2.4",
                       .stage = codes::Stage::rcpt};
    report.outcomes = {
        {.status = EnhancedCode::permanent(codes::no_such_mailbox),
         .attempts = {said(rcpt, ReplyCode(550), {"5.1.1 No such user here", "5.1.1 Good bye"})},
         .decided_by = 0},
        {.recipient = 1,
         .status = EnhancedCode::permanent(codes::other_status),
         .attempts = {said(
             rcpt, ReplyCode(554),
             {"\x1b[2Jno\r\nAction: delivered\r\n\r\n--=_4QzX7_1_=\r\n", "\xff caf\u00e9"})},
         .decided_by = 0}};
    return report;
}

Report expired() {
    Report report = report_to({"bob@slow.example"});
    report.outcomes = {{.status = EnhancedCode::temporary(codes::delivery_expired),
                        .attempts = {said({.time = at(9, 0),
                                           .host = "mx.slow.example",
                                           .address = "192.0.2.5",
                                           .stage = codes::Stage::mail},
                                          ReplyCode(451), {"4.3.0 Try later"}),
                                     silent({.time = at(12, 30),
                                             .host = "mx.slow.example",
                                             .address = "192.0.2.5",
                                             .stage = codes::Stage::data},
                                            "the connection broke")},
                        .decided_by = 1}};
    return report;
}

constexpr std::string_view utf8_original =
    "From: Ann <ann@sender.example>\r\n"
    "To: j\u00f6rg@example.org\r\n"
    "Subject: Gr\u00fc\u00dfe\r\n"
    "\r\n"
    "Bis sp\u00e4ter\r\n";

// The reverse-path is ASCII, so the way back need not know SMTPUTF8.
Report utf8_recipient() {
    Report report = report_to({"j\u00f6rg@example.org"});
    report.original = utf8_original;
    report.envelope.needs_smtputf8 = true;
    report.envelope.recipients[0].original =
        mail::OriginalRecipient::parse("utf-8;j\\x{F6}rg@example.org");
    report.outcomes = {{.status = EnhancedCode::permanent(codes::non_ascii_address_refused),
                        .attempts = {silent({.time = at(9, 1),
                                             .host = "mx.example.org",
                                             .address = "192.0.2.4",
                                             .stage = codes::Stage::ehlo},
                                            "the host does not offer SMTPUTF8")},
                        .decided_by = 0}};
    return report;
}

Report utf8_sender() {
    Report report = utf8_recipient();
    report.envelope.reverse_path = mail::ReversePath(address("\u00e5sa@sender.example"));
    report.envelope.ret = mail::Return::full;
    return report;
}

}  // namespace

mail::Address address(std::string_view text) {
    return *mail::Address::parse(text);
}

std::chrono::sys_seconds at(int hours, int minutes) {
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(hours) +
           std::chrono::minutes(minutes);
}

Report report_to(const std::vector<std::string_view>& recipients) {
    Report report{.reporting_mta = "relay.example.net",
                  .from_name = "Mail Delivery System",
                  .from = address("postmaster@relay.example.net"),
                  .message_id = "<report.1@relay.example.net>",
                  .date = at(13, 0),
                  .queue_id = "4QzX7",
                  .arrival = at(9, 0),
                  .envelope = {.reverse_path = mail::ReversePath(address("ann@sender.example"))},
                  .outcomes = {},
                  .original = original,
                  .original_is_whole = true};
    for (const auto recipient : recipients) {
        report.envelope.recipients.push_back({.address = address(recipient)});
    }
    return report;
}

std::vector<Example> examples() {
    return {{"null_mx", null_mx()},
            {"hosts_say_521", hosts_say_521()},
            {"delayed", delayed()},
            {"relayed_and_delivered", relayed_and_delivered()},
            {"hostile_host", hostile_host()},
            {"expired", expired()},
            {"utf8_recipient", utf8_recipient()},
            {"utf8_sender", utf8_sender()}};
}

}  // namespace turnaway::report::testing
