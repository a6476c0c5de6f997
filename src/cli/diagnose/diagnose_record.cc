#include "cli/diagnose/diagnose_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/printable.h"
#include "bounce/compatible_names.h"
#include "bounce/named_fields.h"
#include "bounce/reason.h"
#include "cli/bulk/csv.h"
#include "cli/common/fitted_text.h"
#include "cli/common/json_writer.h"
#include "codes/cause.h"
#include "codes/stage.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t shown_bytes_max = 300;

std::string enhanced_of(const bounce::Judgement& judgement) {
    return judgement.enhanced ? judgement.enhanced->text() : std::string();
}
std::string_view rule_of(const bounce::Judgement& judgement) {
    return judgement.cause ? codes::row_of(*judgement.cause).name : std::string_view();
}

struct FieldWriter {
    JsonWriter& json;

    void operator()(std::string_view name, std::string_view text) const {
        json.text_or_null(name, text);
    }
    void operator()(std::string_view name, const std::optional<codes::ReplyCode>& code) const {
        if (!code) return json.null(name);
        json.number(name, code->value());
    }
};

void write_evidence(JsonWriter& json, const bounce::Judgement& judgement) {
    if (judgement.basis.empty()) return json.null("evidence");
    json.begin_object("evidence");
    json.text("basis", judgement.basis);
    json.text("rule", rule_of(judgement));
    json.text("text", judgement.evidence);
    json.end_object();
}
void write_original(JsonWriter& json, const bounce::Original& original) {
    json.begin_object("original");
    bounce::for_each_field(original, FieldWriter{json});
    json.begin_object("headers");
    // A field that was asked for twice is written once.
    for (auto field = original.others.begin(); field != original.others.end(); ++field) {
        const auto same = [&](const auto& other) { return other.first == field->first; };
        if (!std::none_of(original.others.begin(), field, same)) continue;
        std::string name;
        base::append_json_text(name, field->first);
        json.text(name, field->second);
    }
    json.end_object();
    json.end_object();
}
void write_compatible(JsonWriter& json, const bounce::RecipientDiagnosis& recipient) {
    const bounce::ReasonRow& row = bounce::row_of(recipient.judgement.reason);
    json.begin_object("compat");
    json.begin_object("sisimai");
    json.text("reason", bounce::sisimai_reason(recipient));
    json.boolean("hardbounce", bounce::is_sisimai_hard(recipient));
    json.end_object();
    json.text("kumomta", row.kumomta);
    json.text("sparkpost", row.sparkpost);
    json.text("sendgrid", row.sendgrid);
    json.end_object();
}
void write_recipient(JsonWriter& json, const bounce::RecipientDiagnosis& recipient) {
    const bounce::Judgement& judgement = recipient.judgement;
    bounce::for_each_field(recipient, FieldWriter{json});
    write_evidence(json, judgement);
    json.text("confidence", bounce::name_of(judgement.confidence));
    write_compatible(json, recipient);
}

// What only a log knows.
void write_attempts(JsonWriter& json, const bounce::RecipientDiagnosis& recipient) {
    if (recipient.delay) {
        json.seconds("delay", *recipient.delay);
    } else {
        json.null("delay");
    }
    json.begin_array("attempts");
    for (const bounce::Attempt& attempt : recipient.attempts) {
        json.begin_element();
        json.text_or_null("time", attempt.time);
        json.text("kind", bounce::name_of(attempt.kind));
        json.text_or_null("remote", attempt.remote);
        json.text_or_null("enhanced", attempt.enhanced);
        json.text("text", attempt.text);
        json.end_object();
    }
    json.end_array();
    json.number("attempts_left_out", static_cast<int>(recipient.attempts_left_out));
}
std::string attempts_words(const bounce::RecipientDiagnosis& recipient) {
    const std::size_t count = recipient.attempts.size() + recipient.attempts_left_out;
    if (count == 0) return {};
    std::string words = std::to_string(count);
    const std::string& time = recipient.attempts.back().time;
    if (time.empty()) return words;
    words += count == 1 ? ", at " : ", the last at ";
    return words += time;
}

// A line of the page: its name in a column, its text wrapped beside it.
void append_line(std::string& out, std::string_view name, std::string_view text,
                 const Colours& colours) {
    constexpr std::size_t name_columns = 12;
    if (text.empty()) return;
    // A reply of several lines is shown as one text, which is wrapped anew.
    std::string one_line(text.substr(0, shown_bytes_max + 4));  // what is cut is marked below
    std::ranges::replace_if(one_line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    std::string shown;
    base::append_printable(shown, one_line, shown_bytes_max);
    out += "  ";
    out += colours.label;
    out += name;
    out += colours.off;
    const std::string first(name_columns - std::min(name.size(), name_columns), ' ');
    out += wrapped(shown, first, std::string(name_columns + 2, ' '), 78 - name_columns);
}

std::string_view colour_of(bounce::Permanence permanence, const Colours& colours) {
    switch (permanence) {
        case bounce::Permanence::permanent:
            return colours.bad;
        case bounce::Permanence::none:
            return colours.good;
        default:
            return colours.warning;
    }
}

}  // namespace

void append_json(std::string& out, const DiagnoseRow& row) {
    JsonWriter json(out);
    json.text("type", "diagnosis");
    json.text("source", row.source);
    json.text("kind", bounce::name_of(row.kind()));
    if (row.recipient != nullptr) write_recipient(json, *row.recipient);
    if (row.recipient != nullptr && !row.diagnosis.program.empty()) {
        write_attempts(json, *row.recipient);
        json.text("program", row.diagnosis.program);
        json.text_or_null("queue_id", row.diagnosis.queue_id);
        json.text("sender", row.diagnosis.sender);
    }
    if (row.diagnosis.kind != bounce::Kind::not_a_bounce) {
        json.text_or_null("reporting_mta", row.diagnosis.reporting_mta);
        json.text_or_null("feedback_type", row.diagnosis.feedback_type);
        write_original(json, row.diagnosis.original);
        json.text("authentic", bounce::name_of(row.diagnosis.authentic));
    }
    json.end_object();
    out += '\n';
}

std::string_view csv_head() {
    return "source,kind,recipient,reason,permanence,scope,who_acts,reply,enhanced,remote,phase,"
           "confidence,sisimai_reason,"
           "sisimai_hardbounce,kumomta,sparkpost,sendgrid,message_id,evidence,sender,queue_id,"
           "attempts,delay\n";
}

void append_csv(std::string& out, const DiagnoseRow& row) {
    constexpr int columns = 23;
    int written = 0;
    std::string shown;
    const auto write = [&](std::string_view cell) {
        if (written++ > 0) out += ',';
        shown.clear();
        base::append_printable(shown, cell, 4 * shown_bytes_max);
        append_csv_cell(out, shown);
    };
    write(row.source);
    write(bounce::name_of(row.kind()));
    if (row.recipient != nullptr) {
        const bounce::RecipientDiagnosis& recipient = *row.recipient;
        const bounce::Judgement& judgement = recipient.judgement;
        const bounce::ReasonRow& reason = bounce::row_of(judgement.reason);
        write(recipient.recipient);
        write(reason.name);
        write(bounce::name_of(recipient.permanence));
        write(reason.scope);
        write(reason.who_acts);
        write(judgement.reply ? judgement.reply->text() : std::string());
        write(enhanced_of(judgement));
        write(recipient.remote);
        write(codes::title(judgement.stage));
        write(bounce::name_of(judgement.confidence));
        write(bounce::sisimai_reason(recipient));
        write(bounce::is_sisimai_hard(recipient) ? "true" : "false");
        write(reason.kumomta);
        write(reason.sparkpost);
        write(reason.sendgrid);
        write(row.diagnosis.original.message_id);
        write(std::string_view(judgement.evidence).substr(0, shown_bytes_max));
        write(row.diagnosis.sender);
        write(row.diagnosis.queue_id);
        const std::size_t attempts = recipient.attempts.size() + recipient.attempts_left_out;
        write(attempts == 0 ? std::string() : std::to_string(attempts));
        write(recipient.delay ? fmt::format("{:.2f}", *recipient.delay) : std::string());
    }
    while (written < columns) write({});
    out += '\n';
}

void append_page(std::string& out, const DiagnoseRow& row, const Colours& colours) {
    std::string source;
    base::append_printable(source, row.source, shown_bytes_max);
    if (row.recipient == nullptr) {
        out += source + ": " + std::string(bounce::name_of(row.kind())) + '\n';
        return;
    }
    const bounce::RecipientDiagnosis& recipient = *row.recipient;
    const bounce::Judgement& judgement = recipient.judgement;
    const bounce::ReasonRow& reason = bounce::row_of(judgement.reason);
    std::string address;
    base::append_printable(
        address, recipient.recipient.empty() ? "(recipient not named)" : recipient.recipient,
        shown_bytes_max);
    out += colours.answer;
    out += address;
    out += colours.off;
    out += ": ";
    out += colour_of(recipient.permanence, colours);
    out += reason.name;
    out += colours.off;
    out += '\n';
    std::string codes = judgement.reply ? judgement.reply->text() : std::string();
    if (judgement.enhanced) codes += (codes.empty() ? "" : " ") + judgement.enhanced->text();
    std::string what{bounce::name_of(row.kind())};
    what += ", ";
    what += bounce::name_of(recipient.permanence);
    append_line(out, "what", what, colours);
    append_line(out, "do", reason.action, colours);
    append_line(out, "who acts", reason.who_acts, colours);
    append_line(out, "about", reason.scope, colours);
    append_line(out, "codes", codes, colours);
    append_line(out, "command", codes::title(judgement.stage), colours);
    append_line(out, "host", recipient.remote, colours);
    append_line(out, "evidence", judgement.evidence, colours);
    append_line(out, "attempts", attempts_words(recipient), colours);
    append_line(out, "sender", row.diagnosis.sender, colours);
    append_line(out, "queue id", row.diagnosis.queue_id, colours);
    append_line(out, "sure", bounce::name_of(judgement.confidence), colours);
    append_line(out, "message", row.diagnosis.original.message_id, colours);
    if (row.diagnosis.authentic != bounce::Authentic::unknown)
        append_line(out, "ours", bounce::name_of(row.diagnosis.authentic), colours);
    append_line(out, "source", source, colours);
    out += '\n';
}

}  // namespace turnaway::cli
