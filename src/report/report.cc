#include "report/report.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/text.h"
#include "mail/date_time.h"
#include "mail/header_fields.h"
#include "report/delivery_status.h"
#include "report/explanation.h"
#include "report/folding.h"
#include "report/foreign_text.h"
#include "report/quoted_printable.h"
#include "report/returned_content.h"

namespace turnaway::report {
namespace {

constexpr std::size_t queue_id_bytes_max = 40;
constexpr std::size_t from_name_bytes_max = 100;

struct Part {
    std::string_view media_type;  // with its parameters
    std::string_view description;
    std::string_view encoding;
    std::string text;
};

bool is_8bit(const Part& part) {
    return part.encoding == "8bit";
}

Part make_part(std::string_view media_type, std::string_view description, std::string text,
               bool may_be_8bit) {
    const bool is_fit = is_in_good_lines(text);
    if (is_fit && is_ascii(text)) return {media_type, description, "7bit", std::move(text)};
    if (is_fit && may_be_8bit) return {media_type, description, "8bit", std::move(text)};
    return {media_type, description, "quoted-printable", quoted_printable(text)};
}

using Parts = std::array<Part, 3>;

Parts make_parts(const Report& report, bool needs_smtputf8) {
    std::string status = delivery_status(report);
    const std::string_view status_type =
        is_ascii(status) ? "message/delivery-status" : "message/global-delivery-status";
    const bool has_failure = std::ranges::any_of(
        report.outcomes,
        [](const RecipientOutcome& outcome) { return outcome.action == Action::failed; });
    const auto returned =
        returned_content(report.envelope, report.original, has_failure && report.original_is_whole);
    return {make_part("text/plain; charset=utf-8", "What happened", explanation(report),
                      needs_smtputf8),
            make_part(status_type, "Delivery status", std::move(status), needs_smtputf8),
            make_part(returned.media_type, "Your message", std::string(returned.text),
                      needs_smtputf8 || !returned.is_encodable)};
}

// A boundary that occurs in no part. A part contains fewer candidates than it has octets.
std::string make_boundary(const Parts& parts, std::string_view queue_id) {
    for (std::size_t number = 1;; ++number) {
        const std::string boundary =
            "=_" + std::string(queue_id) + '_' + std::to_string(number) + "_=";
        const auto has_it = [&](const Part& part) { return part.text.contains(boundary); };
        if (std::ranges::none_of(parts, has_it)) return boundary;
    }
}

// The most serious disposition, and its recipients.
std::string subject_of(const Report& report) {
    struct Words {
        Action action;
        std::string_view text;
    };
    constexpr std::array<Words, 5> by_gravity{
        {{Action::failed, "Not delivered: your message to "},
         {Action::delayed, "Not delivered yet: your message to "},
         {Action::relayed, "Handed on: your message to "},
         {Action::expanded, "Delivered to a list: your message to "},
         {Action::delivered, "Delivered: your message to "}}};
    for (const Words& words : by_gravity) {
        const auto is_it = [&](const RecipientOutcome& o) { return o.action == words.action; };
        const auto first = std::ranges::find_if(report.outcomes, is_it);
        if (first == report.outcomes.end()) continue;
        const auto count = std::ranges::count_if(report.outcomes, is_it);
        return std::string(words.text) +
               report.envelope.recipients[first->recipient].address.text() +
               (count > 1 ? " and " + std::to_string(count - 1) + " more" : "");
    }
    return {};
}

// A display name: a quoted string (RFC 5322 section 3.2.4), or encoded words if it is not ASCII.
std::string display_name(std::string_view name) {
    const std::string clean = clean_text(name);
    if (!is_ascii(clean)) return encoded_words(clean);
    std::string out = "\"";
    for (const char c : clean) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void append_header(std::string& out, const Report& report, bool needs_smtputf8) {
    append_field(out, "Date", mail::date_time_text(report.date));
    append_field(out, "From", display_name(report.from_name) + " <" + report.from.text() + '>');
    // An address is never folded: a space inside its quotes is part of it.
    out += "To: <" + report.envelope.reverse_path.address()->text() + ">\r\n";
    append_field(out, "Subject", subject_of(report), needs_smtputf8);
    append_field(out, "Message-ID", report.message_id);
    const auto original = mail::split_message(report.original);
    if (const auto message_id = mail::message_id_of(original.header)) {
        append_field(out, "In-Reply-To", *message_id);
        append_field(out, "References", *message_id);
    }
    append_field(out, "Auto-Submitted", "auto-replied");  // RFC 3834 section 3.1.7
    append_field(out, "MIME-Version", "1.0");
}

bool is_fit(const RecipientOutcome& outcome, const Report& report) {
    const int digit = outcome.status.class_digit();
    const bool agrees = outcome.action == Action::failed    ? digit == 4 || digit == 5
                        : outcome.action == Action::delayed ? digit == 4
                                                            : digit == 2;
    return agrees && outcome.recipient < report.envelope.recipients.size() &&
           (!outcome.decided_by || *outcome.decided_by < outcome.attempts.size());
}

void check(const Report& report) {
    TURNAWAY_CHECK(!report.envelope.reverse_path.is_null());
    TURNAWAY_CHECK(report.from_name.size() <= from_name_bytes_max);
    TURNAWAY_CHECK(!report.from.needs_smtputf8());
    TURNAWAY_CHECK(mail::message_id_of("Message-ID: " + report.message_id).has_value());
    TURNAWAY_CHECK(report.queue_id.size() <= queue_id_bytes_max);
    TURNAWAY_CHECK(std::ranges::all_of(report.queue_id, base::is_alnum));
    TURNAWAY_CHECK(!report.outcomes.empty());
    for (const auto& outcome : report.outcomes) TURNAWAY_CHECK(is_fit(outcome, report));
}

}  // namespace

ReportMessage write_report(const Report& report) {
    check(report);
    ReportMessage message;
    message.needs_smtputf8 = report.envelope.reverse_path.address()->needs_smtputf8();
    const Parts parts = make_parts(report, message.needs_smtputf8);
    const bool has_8bit = std::ranges::any_of(parts, is_8bit);
    const std::string boundary = make_boundary(parts, report.queue_id);

    std::string& out = message.content;
    append_header(out, report, message.needs_smtputf8);
    out += "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" +
           boundary + "\"\r\n";
    if (has_8bit) append_field(out, "Content-Transfer-Encoding", "8bit");
    out += "\r\nThis is a report about a message you sent, in MIME format.\r\n";
    for (const Part& part : parts) {
        out += "\r\n--" + boundary + "\r\n";
        append_field(out, "Content-Type", part.media_type);
        append_field(out, "Content-Description", part.description);
        append_field(out, "Content-Transfer-Encoding", part.encoding);
        out += "\r\n" + part.text;
    }
    out += "\r\n--" + boundary + "--\r\n";
    if (!is_ascii(out)) message.body = mail::Body::eight_bit_mime;
    return message;
}

}  // namespace turnaway::report
