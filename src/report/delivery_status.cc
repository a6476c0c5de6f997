#include "report/delivery_status.h"

#include <algorithm>
#include <variant>

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

// Never folded: a space may be part of the value.
void append_exact(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

// RFC 3461 section 9.2: the line breaks of a reply are kept.
void append_diagnostic(std::string& out, const RemoteReply& reply, bool may_be_utf8) {
    std::string_view first = "Diagnostic-Code: smtp; ";
    for (const std::string& line : reply_lines(reply)) {
        append_folded(out, first, may_be_utf8 ? line : clean_ascii(line), "  ");
        first = "  ";
    }
}

// Then the sender uses SMTPUTF8 and can read message/global-delivery-status (RFC 6533 section 4.1).
bool may_be_utf8(const Report& report) {
    const auto is_beyond_ascii = [&](const RecipientOutcome& outcome) {
        return report.envelope.recipients[outcome.recipient].address.needs_smtputf8();
    };
    return report.envelope.needs_smtputf8 ||
           report.envelope.reverse_path.address()->needs_smtputf8() ||
           std::ranges::any_of(report.outcomes, is_beyond_ascii);
}

// The host whose reply, or whose missing extension, decided. A host that accepted no connection
// does not count.
const Attempt* at_remote_host(const RecipientOutcome& outcome) {
    if (!outcome.decided_by) return nullptr;
    const Attempt& attempt = outcome.attempts[*outcome.decided_by];
    const bool has_spoken = std::holds_alternative<RemoteReply>(attempt.outcome) ||
                            attempt.stage > codes::Stage::greeting;
    return has_spoken && !(attempt.host.empty() && attempt.address.empty()) ? &attempt : nullptr;
}

void append_recipient(std::string& out, const Report& report, const RecipientOutcome& outcome) {
    const mail::Recipient& recipient = report.envelope.recipients[outcome.recipient];
    if (recipient.original) {
        append_exact(out, "Original-Recipient",
                     recipient.original->type() + "; " + recipient.original->address());
    }
    const std::string address = recipient.address.as_written();
    append_exact(out, "Final-Recipient", (is_ascii(address) ? "rfc822; " : "utf-8; ") + address);
    append_exact(out, "Action", name_of(outcome.action));
    append_exact(out, "Status", outcome.status.text());
    if (const Attempt* attempt = at_remote_host(outcome)) {
        const std::string host =
            attempt->host.empty() ? '[' + attempt->address + ']' : attempt->host;
        append_field(out, "Remote-MTA", "dns; " + clean_ascii(host));
    }
    if (const RemoteReply* reply = deciding_reply(outcome)) {
        append_diagnostic(out, *reply, may_be_utf8(report));
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
