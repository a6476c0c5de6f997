#include "report/explanation.h"

#include "base/limits.h"
#include "mail/date_time.h"
#include "report/folding.h"
#include "report/foreign_text.h"
#include "report/wording.h"

namespace turnaway::report {
namespace {

std::string_view words_of(codes::Stage stage) {
    switch (stage) {
        case codes::Stage::lookup:
            return "DNS lookup";
        case codes::Stage::connect:
            return "connecting";
        case codes::Stage::greeting:
            return "greeting";
        case codes::Stage::ehlo:
            return "EHLO or HELO";
        case codes::Stage::starttls:
            return "STARTTLS";
        case codes::Stage::mail:
            return "MAIL FROM";
        case codes::Stage::rcpt:
            return "RCPT TO";
        case codes::Stage::data:
            return "DATA";
        case codes::Stage::content:
        case codes::Stage::final_dot:
        case codes::Stage::idle:
            return "end of the message";
        default:
            return title(stage);
    }
}

void append_attempt(std::string& out, const Attempt& attempt) {
    std::string head = mail::date_time_text(attempt.time);
    if (!attempt.host.empty() || !attempt.address.empty()) head += ',';
    if (!attempt.host.empty()) head += ' ' + clean_text(attempt.host);
    if (!attempt.address.empty()) head += " [" + clean_text(attempt.address) + ']';
    head += ", ";
    head += words_of(attempt.stage);
    if (const auto* reply = std::get_if<RemoteReply>(&attempt.outcome)) {
        append_folded(out, "- ", head + ", the host said:", "  ");
        for (const std::string& line : reply_lines(*reply)) {
            append_folded(out, "    ", line, "      ");
        }
        return;
    }
    append_folded(out, "- ", head + ": " + clean_text(std::get<std::string>(attempt.outcome)),
                  "  ");
}

// On a separate line, for copying.
void append_way_out(std::string& out, std::string_view command) {
    if (command.empty()) return;
    append_folded(out, "",
                  "If the host accepts mail now, the administrator of this mail system can end the "
                  "refusal at once with this command:",
                  "");
    out += "    ";
    out += command;
    out += "\r\n";
}

}  // namespace

std::string explanation(const Report& report) {
    std::string out;
    const auto recipient_of = [&](const RecipientOutcome& outcome) -> const mail::Recipient& {
        return report.envelope.recipients[outcome.recipient];
    };
    for (const RecipientOutcome& outcome : report.outcomes) {
        const Wording wording = wording_of(outcome, recipient_of(outcome));
        append_folded(out, "", wording.happened, "");
        append_folded(out, "", "What to do: " + wording.advice, "");
        append_way_out(out, wording.way_out);
        out += "\r\n";
    }
    std::size_t left_out = 0;
    for (const RecipientOutcome& outcome : report.outcomes) {
        if (outcome.attempts.empty()) continue;
        append_folded(out, "", "Tried for " + recipient_of(outcome).address.to_unicode() + ":", "");
        for (const Attempt& attempt : outcome.attempts) {
            if (out.size() < base::limits::explanation_bytes_max) {
                append_attempt(out, attempt);
            } else {
                ++left_out;
            }
        }
        out += "\r\n";
    }
    if (left_out > 0) {
        append_folded(out, "", std::to_string(left_out) + " more attempts are not listed here.",
                      "");
    }
    append_folded(out, "",
                  "This report is from the mail system " + clean_text(report.reporting_mta) +
                      ", which accepted your message on " + mail::date_time_text(report.arrival) +
                      " and knows it as " + report.queue_id + '.',
                  "");
    return out;
}

}  // namespace turnaway::report
