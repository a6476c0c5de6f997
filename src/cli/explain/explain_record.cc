#include "cli/explain/explain_record.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/explain/wording.h"
#include "codes/implied_code.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Judgement;
using codes::Note;

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

// The line form: codes, basis, retry, who acts, answer, with tabs between them.
std::string line_of(const Judgement& judgement) {
    std::string line = fmt::format("{}\t{}\t{}\t{}\t{}", label_of(judgement),
                                   name_of(judgement.basis), codes::name_of(judgement.retry),
                                   codes::name_of(judgement.actor), answer_of(judgement));
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        if (judgement.notes.has(note)) line += fmt::format(" [{}]", name_of(note));
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

void append_pairs(std::string& out, const Judgement& judgement) {
    out += '[';
    bool has_one = false;
    const auto add = [&](std::string_view text) {
        if (has_one) out += ',';
        has_one = true;
        out += text;
    };
    if (judgement.reply_governs) {
        for (const auto& row : codes::enhanced_rows) {
            if (!is_usual_pair(row, judgement)) continue;
            add(fmt::format("\"X.{}.{}\"", row.detail.subject, row.detail.detail));
        }
    } else if (judgement.enhanced_row != nullptr) {
        for (const auto code : usual_replies(judgement)) add(code.text());
    }
    out += ']';
}

// What the registry says of an enhanced code; all null for a reply code.
void append_registration(JsonObject& json, const Judgement& judgement) {
    const codes::EnhancedRow* row = judgement.reply_governs ? nullptr : judgement.enhanced_row;
    const codes::Registration none{};
    const codes::Registration& entry = row != nullptr ? row->registration : none;
    json.text_or_null("sample_text", entry.sample_text);
    json.text_or_null("submitter", entry.submitter);
    json.text_or_null("change_controller", entry.change_controller);
    json.text_or_null("track", row != nullptr ? codes::name_of(entry.track) : "");
    json.text_or_null("useful_as", row != nullptr ? name_of(entry.useful) : "");
}

void append_standard(JsonObject& json, const Judgement& judgement) {
    std::string& out = json.open("standard");
    if (judgement.known != codes::Known::whole) {
        out += "null";
        return;
    }
    const codes::Description& about =
        judgement.reply_governs ? judgement.reply_row->about : judgement.enhanced_row->about;
    JsonObject standard(out);
    standard.text("code", meaning_code_of(judgement));
    standard.text("title", about.title);
    standard.text("meaning", judgement.standard_meaning());
    standard.text("applies_to", about.where);
    standard.text("reference", about.reference);
    standard.text("standing", codes::name_of(about.standing));
    append_pairs(standard.open("pairs"), judgement);
    append_registration(standard, judgement);
    standard.close();
}

void append_cause(JsonObject& json, const Judgement& judgement) {
    std::string& out = json.open("cause");
    const auto shown = judgement.shown_cause();
    if (!shown) {
        out += "null";
        return;
    }
    const auto& row = codes::row_of(*shown);
    JsonObject cause(out);
    cause.text("name", row.name);
    cause.text("title", row.title);
    cause.text("from", judgement.cause ? "text" : "code");
    cause.raw("agrees_with_code", judgement.cause_agrees ? "true" : "false");
    cause.close();
}

void append_known_uses(std::string& out, const Judgement& judgement) {
    out += '[';
    bool has_one = false;
    for (const auto& row : codes::collision_rows) {
        if (!judgement.is_known_use(row)) continue;
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

void append_notes(std::string& out, const Judgement& judgement) {
    out += '[';
    bool has_one = false;
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        if (!judgement.notes.has(note)) continue;
        if (has_one) out += ',';
        has_one = true;
        JsonObject member(out);
        member.text("kind", name_of(note));
        member.text("text", sentence_of(note, judgement));
        member.close();
    }
    out += ']';
}

// The members after "input", and the end of the object. docs/json.md tells what they hold.
std::string json_tail_of(const Judgement& judgement) {
    std::string out;
    JsonObject json(out);
    json.raw("valid", "true");
    json.raw("reply_code", judgement.reply ? judgement.reply->text() : "null");
    json.text_or_null("enhanced_code", judgement.enhanced ? judgement.enhanced->text() : "");
    const auto implied = codes::implied_code(judgement);
    json.text_or_null("implied_code", implied ? implied->text() : "");
    json.text("class", class_title_of(judgement));
    json.text("answer", answer_of(judgement));
    json.text("basis", name_of(judgement.basis));
    json.text("known", judgement.known == codes::Known::whole     ? "whole"
                       : judgement.known == codes::Known::subject ? "class-and-subject"
                                                                  : "first-digit");
    append_standard(json, judgement);
    append_cause(json, judgement);
    const bool has_provider = judgement.providers != 0;
    json.text_or_null("provider", has_provider ? codes::name_of_first(judgement.providers) : "");
    json.text_or_null("provider_meaning",
                      judgement.basis == Basis::provider ? judgement.collision->meaning : "");
    append_known_uses(json.open("known_uses"), judgement);
    json.text_or_null("stage", name_of(judgement.stage));
    json.text("who_acts", codes::name_of(judgement.actor));
    json.text("retry", codes::name_of(judgement.retry));
    json.text("advice", judgement.advice);
    append_notes(json.open("notes"), judgement);
    json.close();
    out.front() = ',';  // it goes on after "input"
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

RecordWriter::Key RecordWriter::key_of(const Judgement& judgement) {
    const auto cause =
        judgement.cause ? static_cast<std::uint64_t>(*judgement.cause) + 1 : std::uint64_t{0};
    const auto collision =
        judgement.collision == nullptr
            ? std::uint64_t{0}
            : static_cast<std::uint64_t>(judgement.collision - codes::collision_rows.data()) + 1;
    return {number(judgement.reply) | number(judgement.enhanced) << 10 |
                static_cast<std::uint64_t>(judgement.digit) << 34 | cause << 38 | collision << 46 |
                static_cast<std::uint64_t>(judgement.stage) << 54 |
                static_cast<std::uint64_t>(judgement.cause_agrees) << 60 |
                static_cast<std::uint64_t>(judgement.basis) << 61 |
                static_cast<std::uint64_t>(judgement.is_words_only) << 63,
            number(judgement.pattern) | number(judgement.other_reply) << 24 |
                std::uint64_t{judgement.notes.bits()} << 40,
            number(judgement.other_enhanced) | std::uint64_t{judgement.providers} << 24};
}

void RecordWriter::append(std::string& out, std::string_view input, const Judgement& judgement) {
    const Key key = key_of(judgement);
    auto at = kept_.find(key);
    if (at == kept_.end()) {
        if (kept_.size() == kept_records_most) kept_.clear();
        std::string made = form_ == RecordForm::json ? json_tail_of(judgement) : line_of(judgement);
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
