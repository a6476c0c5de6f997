#include "cli/demo/demo_case.h"

#include <array>

#include "codes/constants.h"

namespace turnaway::cli {
namespace {

using codes::EnhancedCode;

constexpr std::array<DemoCase, 5> cases{{
    {.name = "null-mx",
     .title = "a domain that says in DNS that it does not accept mail",
     .domain = "nomail.example",
     .zone = "nomail.example. MX 0 .",
     .ending = Ending::refused,
     .code = EnhancedCode::permanent(codes::recipient_null_mx),
     .meets_refusing_host = false,
     .remark = "Refused before the message is sent: the sender's mail program shows it at once."},
    {.name = "host-521",
     .title = "a host that does not accept mail",
     .domain = "refusing.example",
     .zone = "refusing.example. MX 10 mx.refusing.example. (turnaway-refuse, 521 in its greeting)",
     .ending = Ending::reported,
     .code = EnhancedCode::permanent(codes::system_takes_no_mail),
     .meets_refusing_host = true,
     .remark = "Accepted, tried once, and the sender has the report within milliseconds."},
    {.name = "two-mx",
     .title = "two hosts, of which the better one does not accept mail",
     .domain = "mixed.example",
     .zone = "mixed.example. MX 10 mx.mixed.example. (521), MX 20 mx.healthy.example.",
     .ending = Ending::delivered,
     .code = std::nullopt,
     .meets_refusing_host = true,
     .remark =
         "A 521 from one host does not decide for the domain: the next host gets the message."},
    {.name = "unreachable",
     .title = "no MX, and nothing listens at the address",
     .domain = "silent.example",
     .zone = "silent.example. A only, its port closed",
     .ending = Ending::delayed,
     .code = EnhancedCode::temporary(codes::no_answer),
     .meets_refusing_host = false,
     .remark = "The host may come back, so the message is queued, for hours rather than days (in "
               "this demo for a minute), and the sender is notified."},
    {.name = "healthy",
     .title = "a domain that accepts mail",
     .domain = "healthy.example",
     .zone = "healthy.example. MX 10 mx.healthy.example.",
     .ending = Ending::delivered,
     .code = std::nullopt,
     .meets_refusing_host = false,
     .remark = "Ordinary mail goes through."},
}};

constexpr std::array<DemoCase, 2> gate_cases{{
    {.name = "gate-null-mx",
     .title = "a domain that says in DNS that it does not accept mail",
     .domain = "nomail.example",
     .zone = "nomail.example. MX 0 .",
     .ending = Ending::refused,
     // Postfix has this one for a detail of a policy service that it does not know.
     .code = EnhancedCode::permanent(codes::other_address_status),
     .meets_refusing_host = false,
     .remark = "Postfix asks the gate at RCPT and passes its answer on: the sender's mail program "
               "shows it at once, and nothing enters the queue."},
    {.name = "gate-healthy",
     .title = "a domain that accepts mail",
     .domain = "healthy.example",
     .zone = "healthy.example. MX 10 mx.healthy.example.",
     .ending = Ending::delivered,
     .code = std::nullopt,
     .meets_refusing_host = false,
     .remark =
         "The gate has nothing against it. Here Postfix passes the message on at once; usually "
         "it goes through the queue."},
}};

std::string seen(const CaseFacts& facts) {
    std::string text = facts.reply ? "the server said " + facts.reply->text() : "no reply";
    if (facts.reply_enhanced) text += ' ' + facts.reply_enhanced->text();
    text += facts.is_delivered ? ", delivered" : ", not delivered";
    for (const auto& report : facts.reports) {
        text += ", a report of \"" + report.action + "\" with " + report.status;
    }
    return text;
}

bool has_one_report(const CaseFacts& facts, std::string_view action,
                    const std::optional<EnhancedCode>& code) {
    return facts.reports.size() == 1 && facts.reports.front().action == action && code &&
           facts.reports.front().status == code->text() && !facts.reports.front().person.empty();
}

bool is_as_expected(const DemoCase& expected, const CaseFacts& facts) {
    if (!facts.reply || expected.meets_refusing_host != facts.has_met_refusing_host) return false;
    const bool is_taken = facts.reply->is_positive();
    switch (expected.ending) {
        case Ending::refused:
            return *facts.reply == codes::domain_takes_no_mail &&
                   facts.reply_enhanced == expected.code && !facts.is_delivered &&
                   facts.reports.empty();
        case Ending::reported:
            return is_taken && !facts.is_delivered &&
                   has_one_report(facts, "failed", expected.code);
        case Ending::delayed:
            return is_taken && !facts.is_delivered &&
                   has_one_report(facts, "delayed", expected.code);
        case Ending::delivered:
            return is_taken && facts.is_delivered && facts.reports.empty();
    }
    return false;
}

}  // namespace

std::string_view name(Ending ending) {
    switch (ending) {
        case Ending::refused:
            return "refused";
        case Ending::reported:
            return "reported";
        case Ending::delayed:
            return "delayed";
        case Ending::delivered:
            return "delivered";
    }
    return "";
}

std::span<const DemoCase> demo_cases() {
    return cases;
}

std::span<const DemoCase> gate_demo_cases() {
    return gate_cases;
}

std::optional<std::string> fault_of(const DemoCase& expected, const CaseFacts& facts) {
    if (is_as_expected(expected, facts)) return std::nullopt;
    std::string text = "should end as \"" + std::string(name(expected.ending)) + '"';
    if (expected.code) text += " with " + expected.code->text();
    text += ", but: " + seen(facts);
    if (expected.meets_refusing_host != facts.has_met_refusing_host) {
        text += expected.meets_refusing_host ? ", no host said 521" : ", a host said 521";
    }
    return text;
}

std::optional<Ending> ending_of(const CaseFacts& facts) {
    if (facts.is_delivered) return Ending::delivered;
    if (facts.reply && !facts.reply->is_positive()) return Ending::refused;
    if (facts.reports.empty()) return std::nullopt;
    return facts.reports.front().action == "failed" ? Ending::reported : Ending::delayed;
}

}  // namespace turnaway::cli
