#include "cli/explain/explain_record.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/explain/wording.h"
#include "codes/implied_code.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Note;
using codes::ReplyInterpretation;

namespace {

constexpr std::uint64_t number(const std::optional<codes::ReplyCode>& code) {
    return code ? static_cast<std::uint64_t>(code->value()) : 0;
}

constexpr std::uint64_t number(const std::optional<codes::EnhancedCode>& code) {
    if (!code) return 0;
    const auto detail = code->detail();
    return static_cast<std::uint64_t>(code->class_digit()) << 20 |
           static_cast<std::uint64_t>(detail.subject) << 10 | detail.detail;
}

constexpr std::uint64_t number(const std::optional<codes::CodePattern>& pattern) {
    if (!pattern) return 0;
    constexpr std::uint64_t open = 1023;
    return std::uint64_t{1} << 23 | static_cast<std::uint64_t>(pattern->class_digit) << 20 |
           static_cast<std::uint64_t>(pattern->subject.value_or(open)) << 10 |
           pattern->detail.value_or(open);
}

// The line form: codes, basis, retry, who acts, answer, separated by tabs.
std::string line_of(const ReplyInterpretation& interpretation) {
    std::string line =
        fmt::format("{}\t{}\t{}\t{}\t{}", label_of(interpretation), name_of(interpretation.basis),
                    codes::name_of(interpretation.retry), codes::name_of(interpretation.actor),
                    answer_of(interpretation));
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        if (interpretation.notes.has(note)) line += fmt::format(" [{}]", name_of(note));
    }
    line += '\n';
    return line;
}

class JsonObject {
  public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    void text(std::string_view key, std::string_view value) {
        name(key);
        base::append_json_string(out_, value);
    }
    void text_or_null(std::string_view key, std::string_view value) {
        if (!value.empty()) return text(key, value);
        name(key);
        out_ += "null";
    }
    void raw(std::string_view key, std::string_view value) {
        name(key);
        out_ += value;
    }
    std::string& open(std::string_view key) {
        name(key);
        return out_;
    }
    void close() { out_ += '}'; }

  private:
    void name(std::string_view key) {
        if (has_member_) out_ += ',';
        has_member_ = true;
        base::append_json_string(out_, key);
        out_ += ':';
    }
    std::string& out_;
    bool has_member_ = false;
};

void append_pairs(std::string& out, const ReplyInterpretation& interpretation) {
    out += '[';
    bool has_one = false;
    const auto add = [&](std::string_view text) {
        if (has_one) out += ',';
        has_one = true;
        out += text;
    };
    if (interpretation.reply_governs) {
        for (const auto& row : codes::enhanced_rows) {
            if (!is_usual_pair(row, interpretation)) continue;
            add(fmt::format("\"X.{}.{}\"", row.detail.subject, row.detail.detail));
        }
    } else if (interpretation.enhanced_row != nullptr) {
        for (const auto code : usual_replies(interpretation)) add(code.text());
    }
    out += ']';
}

// The registry's data about an enhanced code; all null for a reply code.
void append_registration(JsonObject& json, const ReplyInterpretation& interpretation) {
    const codes::EnhancedRow* row =
        interpretation.reply_governs ? nullptr : interpretation.enhanced_row;
    const codes::Registration none{};
    const codes::Registration& entry = row != nullptr ? row->registration : none;
    json.text_or_null("sample_text", entry.sample_text);
    json.text_or_null("submitter", entry.submitter);
    json.text_or_null("change_controller", entry.change_controller);
    json.text_or_null("track", row != nullptr ? codes::name_of(entry.track) : "");
    json.text_or_null("useful_as", row != nullptr ? name_of(entry.useful) : "");
}

void append_standard(JsonObject& json, const ReplyInterpretation& interpretation) {
    std::string& out = json.open("standard");
    if (interpretation.known != codes::Known::whole) {
        out += "null";
        return;
    }
    const codes::Description& about = interpretation.reply_governs
                                          ? interpretation.reply_row->about
                                          : interpretation.enhanced_row->about;
    JsonObject standard(out);
    standard.text("code", meaning_code_of(interpretation));
    standard.text("title", about.title);
    standard.text("meaning", interpretation.standard_meaning());
    standard.text("applies_to", about.where);
    standard.text("reference", about.reference);
    standard.text("standing", codes::name_of(about.standing));
    append_pairs(standard.open("pairs"), interpretation);
    append_registration(standard, interpretation);
    standard.close();
}

void append_cause(JsonObject& json, const ReplyInterpretation& interpretation) {
    std::string& out = json.open("cause");
    const auto shown = interpretation.shown_cause();
    if (!shown) {
        out += "null";
        return;
    }
    const auto& row = codes::row_of(*shown);
    JsonObject cause(out);
    cause.text("name", row.name);
    cause.text("title", row.title);
    cause.text("from", interpretation.cause ? "text" : "code");
    cause.raw("agrees_with_code", interpretation.cause_agrees ? "true" : "false");
    cause.close();
}

void append_known_uses(std::string& out, const ReplyInterpretation& interpretation) {
    out += '[';
    bool has_one = false;
    for (const auto& row : codes::collision_rows) {
        if (!interpretation.is_known_use(row)) continue;
        if (has_one) out += ',';
        has_one = true;
        JsonObject use(out);
        use.text("provider", row.provider);
        use.text("meaning", row.meaning);
        use.text("source", row.source);
        use.close();
    }
    out += ']';
}

void append_notes(std::string& out, const ReplyInterpretation& interpretation) {
    out += '[';
    bool has_one = false;
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        if (!interpretation.notes.has(note)) continue;
        if (has_one) out += ',';
        has_one = true;
        JsonObject member(out);
        member.text("kind", name_of(note));
        member.text("text", sentence_of(note, interpretation));
        member.close();
    }
    out += ']';
}

// The members after "input", and the end of the object. docs/json.md describes them.
std::string json_tail_of(const ReplyInterpretation& interpretation) {
    std::string out;
    JsonObject json(out);
    json.raw("valid", "true");
    json.raw("reply_code", interpretation.reply ? interpretation.reply->text() : "null");
    json.text_or_null("enhanced_code",
                      interpretation.enhanced ? interpretation.enhanced->text() : "");
    const auto implied = codes::implied_code(interpretation);
    json.text_or_null("implied_code", implied ? implied->text() : "");
    json.text("class", class_title_of(interpretation));
    json.text("answer", answer_of(interpretation));
    json.text("basis", name_of(interpretation.basis));
    json.text("known", interpretation.known == codes::Known::whole     ? "whole"
                       : interpretation.known == codes::Known::subject ? "class-and-subject"
                                                                       : "first-digit");
    append_standard(json, interpretation);
    append_cause(json, interpretation);
    const bool has_provider = interpretation.providers != 0;
    json.text_or_null("provider",
                      has_provider ? codes::name_of_first(interpretation.providers) : "");
    json.text_or_null("provider_meaning", interpretation.basis == Basis::provider
                                              ? interpretation.collision->meaning
                                              : "");
    append_known_uses(json.open("known_uses"), interpretation);
    json.text_or_null("stage", codes::title(interpretation.stage));
    json.text("who_acts", codes::name_of(interpretation.actor));
    json.text("retry", codes::name_of(interpretation.retry));
    json.text("advice", interpretation.advice);
    append_notes(json.open("notes"), interpretation);
    json.close();
    out.front() = ',';  // it continues after "input"
    out += '\n';
    return out;
}

void append_json_head(std::string& out, std::string_view input) {
    out += R"({"type":"reply","input":")";
    base::append_json_text(out, input);
    out += '"';
}

}  // namespace

std::size_t RecordWriter::KeyHash::operator()(const Key& key) const {
    constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
    std::uint64_t hash = 0;
    for (const auto part : key) hash = (hash ^ part ^ (hash >> 29)) * factor;
    return hash ^ hash >> 32;
}

RecordWriter::Key RecordWriter::key_of(const ReplyInterpretation& interpretation) {
    const auto cause = interpretation.cause ? static_cast<std::uint64_t>(*interpretation.cause) + 1
                                            : std::uint64_t{0};
    const auto collision =
        interpretation.collision == nullptr
            ? std::uint64_t{0}
            : static_cast<std::uint64_t>(interpretation.collision - codes::collision_rows.data()) +
                  1;
    return {number(interpretation.reply) | number(interpretation.enhanced) << 10 |
                static_cast<std::uint64_t>(interpretation.digit) << 34 | cause << 38 |
                collision << 46 | static_cast<std::uint64_t>(interpretation.stage) << 54 |
                static_cast<std::uint64_t>(interpretation.cause_agrees) << 60 |
                static_cast<std::uint64_t>(interpretation.basis) << 61 |
                static_cast<std::uint64_t>(interpretation.is_words_only) << 63,
            number(interpretation.pattern) | number(interpretation.other_reply) << 24 |
                std::uint64_t{interpretation.notes.bits()} << 40,
            number(interpretation.other_enhanced) | std::uint64_t{interpretation.providers} << 24};
}

void RecordWriter::append(std::string& out, std::string_view input,
                          const ReplyInterpretation& interpretation) {
    const Key key = key_of(interpretation);
    auto at = kept_.find(key);
    if (at == kept_.end()) {
        if (kept_.size() == kept_records_max) kept_.clear();
        std::string made =
            form_ == RecordForm::json ? json_tail_of(interpretation) : line_of(interpretation);
        at = kept_.emplace(key, std::move(made)).first;
    }
    if (form_ == RecordForm::json) append_json_head(out, input);
    out += at->second;
}

void RecordWriter::append_fault(std::string& out, std::string_view input, codes::ReadFault fault) {
    const std::string sentence = sentence_of(fault, input);
    if (form_ == RecordForm::line) {
        out += fmt::format("-\tnone\t-\t-\t{}\n", sentence);
        return;
    }
    append_json_head(out, input);
    out += ",\"valid\":false,\"error\":";
    base::append_json_string(out, sentence);
    out += "}\n";
}

}  // namespace turnaway::cli
