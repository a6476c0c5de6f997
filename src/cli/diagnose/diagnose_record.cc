#include "cli/diagnose/diagnose_record.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "bounce/compatible_names.h"
#include "bounce/reason.h"
#include "cli/bulk/csv.h"
#include "cli/common/fitted_text.h"
#include "cli/common/json_line.h"
#include "codes/cause.h"
#include "codes/stage.h"

namespace turnaway::cli {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t shown_bytes_max = 300;

Json text_or_null(std::string_view text) {
    return text.empty() ? Json() : Json(text);
}
Json reply_of(const bounce::Judgement& judgement) {
    return judgement.reply ? Json(judgement.reply->value()) : Json();
}
std::string enhanced_of(const bounce::Judgement& judgement) {
    return judgement.enhanced ? judgement.enhanced->text() : std::string();
}
std::string_view rule_of(const bounce::Judgement& judgement) {
    return judgement.cause ? codes::row_of(*judgement.cause).name : std::string_view();
}

Json evidence_of(const bounce::Judgement& judgement) {
    if (judgement.basis.empty()) return {};
    return Json{
        {"basis", judgement.basis}, {"rule", rule_of(judgement)}, {"text", judgement.evidence}};
}
Json original_of(const bounce::Original& original) {
    Json json{{"message_id", text_or_null(original.message_id)},
              {"from", text_or_null(original.from)},
              {"to", text_or_null(original.to)},
              {"subject", text_or_null(original.subject)},
              {"date", text_or_null(original.date)},
              {"list_id", text_or_null(original.list_id)}};
    Json others = Json::object();
    for (const auto& [name, value] : original.others) others[name] = value;
    json["headers"] = std::move(others);
    return json;
}
Json compatible_of(const bounce::RecipientDiagnosis& recipient) {
    const bounce::ReasonRow& row = bounce::row_of(recipient.judgement.reason);
    const std::string_view sisimai = bounce::sisimai_reason(recipient);
    return Json{
        {"sisimai", {{"reason", sisimai}, {"hardbounce", bounce::is_sisimai_hard(recipient)}}},
        {"kumomta", row.kumomta},
        {"sparkpost", row.sparkpost},
        {"sendgrid", row.sendgrid}};
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
    Json json{{"type", "diagnosis"}, {"source", row.source}, {"kind", bounce::name_of(row.kind())}};
    if (row.recipient != nullptr) {
        const bounce::RecipientDiagnosis& recipient = *row.recipient;
        const bounce::Judgement& judgement = recipient.judgement;
        const bounce::ReasonRow& reason = bounce::row_of(judgement.reason);
        json["recipient"] = text_or_null(recipient.recipient);
        json["original_recipient"] = text_or_null(recipient.original_recipient);
        json["reason"] = reason.name;
        json["permanence"] = bounce::name_of(recipient.permanence);
        json["scope"] = reason.scope;
        json["who_acts"] = reason.who_acts;
        json["action"] = reason.action;
        json["reply"] = reply_of(judgement);
        json["enhanced"] = text_or_null(enhanced_of(judgement));
        json["remote"] = text_or_null(recipient.remote);
        json["phase"] = text_or_null(codes::title(judgement.stage));
        json["evidence"] = evidence_of(judgement);
        json["confidence"] = bounce::name_of(judgement.confidence);
        json["compat"] = compatible_of(recipient);
    }
    if (row.diagnosis.kind != bounce::Kind::not_a_bounce) {
        json["reporting_mta"] = text_or_null(row.diagnosis.reporting_mta);
        json["feedback_type"] = text_or_null(row.diagnosis.feedback_type);
        json["original"] = original_of(row.diagnosis.original);
        json["authentic"] = bounce::name_of(row.diagnosis.authentic);
    }
    out += json_line(json);
}

std::string_view csv_head() {
    return "source,kind,recipient,reason,permanence,scope,who_acts,reply,enhanced,remote,phase,"
           "confidence,sisimai_reason,"
           "sisimai_hardbounce,kumomta,sparkpost,sendgrid,message_id,evidence\n";
}

void append_csv(std::string& out, const DiagnoseRow& row) {
    std::vector<std::string> cells{std::string(row.source),
                                   std::string(bounce::name_of(row.kind()))};
    if (row.recipient != nullptr) {
        const bounce::RecipientDiagnosis& recipient = *row.recipient;
        const bounce::Judgement& judgement = recipient.judgement;
        const bounce::ReasonRow& reason = bounce::row_of(judgement.reason);
        const std::string_view sisimai = bounce::sisimai_reason(recipient);
        const std::string evidence = judgement.evidence.substr(0, shown_bytes_max);
        for (const std::string_view cell :
             {std::string_view(recipient.recipient), reason.name,
              bounce::name_of(recipient.permanence), reason.scope, reason.who_acts}) {
            cells.emplace_back(cell);
        }
        cells.push_back(judgement.reply ? judgement.reply->text() : std::string());
        cells.push_back(enhanced_of(judgement));
        for (const std::string_view cell :
             {std::string_view(recipient.remote), codes::title(judgement.stage),
              bounce::name_of(judgement.confidence), sisimai,
              std::string_view(bounce::is_sisimai_hard(recipient) ? "true" : "false"),
              reason.kumomta, reason.sparkpost, reason.sendgrid,
              std::string_view(row.diagnosis.original.message_id), std::string_view(evidence)}) {
            cells.emplace_back(cell);
        }
    }
    constexpr std::size_t columns = 19;
    cells.resize(columns);
    std::string_view between;
    for (const std::string& cell : cells) {
        out += between;
        std::string shown;
        base::append_printable(shown, cell, 4 * shown_bytes_max);
        append_csv_cell(out, shown);
        between = ",";
    }
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
    append_line(out, "sure", bounce::name_of(judgement.confidence), colours);
    append_line(out, "message", row.diagnosis.original.message_id, colours);
    if (row.diagnosis.authentic != bounce::Authentic::unknown)
        append_line(out, "ours", bounce::name_of(row.diagnosis.authentic), colours);
    append_line(out, "source", source, colours);
    out += '\n';
}

}  // namespace turnaway::cli
