#include "report/delivery_status.h"

#include "mail/date_time.h"
#include "report/folding.h"
#include "report/foreign_text.h"

namespace turnaway::report {
namespace {

std::string_view name_of(Action action) {
    switch (action) {
        case Action::failed:
            return "failed";
        case Action::delayed:
            return "delayed";
        case Action::delivered:
            return "delivered";
        case Action::relayed:
            return "relayed";
        case Action::expanded:
            return "expanded";
    }
    return "";
}

// Never folded: a blank may belong to the value.
void append_exact(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

// RFC 3461 section 9.2: the lines of a reply stay lines.
void append_diagnostic(std::string& out, const RemoteReply& reply) {
    std::string_view first = "Diagnostic-Code: smtp; ";
    for (const std::string& line : reply_lines(reply)) {
        append_folded(out, first, clean_ascii(line), "  ");
        first = "  ";
    }
}

void append_recipient(std::string& out, const Report& report, const RecipientOutcome& outcome) {
    const mail::Recipient& recipient = report.envelope.recipients[outcome.recipient];
    if (recipient.original) {
        append_exact(out, "Original-Recipient",
                     recipient.original->type() + "; " + recipient.original->address());
    }
    const auto& address = recipient.address;
    append_exact(out, "Final-Recipient",
                 (address.needs_smtputf8() ? "utf-8; " : "rfc822; ") + address.text());
    append_exact(out, "Action", name_of(outcome.action));
    append_exact(out, "Status", outcome.status.text());
    if (const RemoteReply* reply = deciding_reply(outcome)) {
        const Attempt& attempt = outcome.attempts[*outcome.decided_by];
        const std::string host = attempt.host.empty() ? '[' + attempt.address + ']' : attempt.host;
        append_field(out, "Remote-MTA", "dns; " + clean_ascii(host));
        append_diagnostic(out, *reply);
    }
    if (!outcome.attempts.empty()) {
        append_exact(out, "Last-Attempt-Date", mail::date_time_text(outcome.attempts.back().time));
    }
    append_exact(out, "Final-Log-ID", report.queue_id);
    if (outcome.action == Action::delayed && outcome.retry_until) {
        append_exact(out, "Will-Retry-Until", mail::date_time_text(*outcome.retry_until));
    }
}

}  // namespace

std::string delivery_status(const Report& report) {
    std::string out;
    if (!report.envelope.envid.empty()) {
        append_exact(out, "Original-Envelope-Id", report.envelope.envid);
    }
    append_field(out, "Reporting-MTA", "dns; " + clean_ascii(report.reporting_mta));
    append_exact(out, "Arrival-Date", mail::date_time_text(report.arrival));
    for (const RecipientOutcome& outcome : report.outcomes) {
        out += "\r\n";
        append_recipient(out, report, outcome);
    }
    return out;
}

}  // namespace turnaway::report
