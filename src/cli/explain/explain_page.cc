// The page form of an ExplainRecord, for a person at a terminal.
#include <fmt/format.h>

#include "cli/common/page_entry.h"
#include "cli/explain/explain_record.h"
#include "cli/explain/wording.h"
#include "codes/implied_code.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Note;
using codes::ReplyInterpretation;

namespace {

std::string paired_with(const ReplyInterpretation& interpretation) {
    std::string pairs;
    const auto add = [&](std::string_view code) {
        if (!pairs.empty()) pairs += ", ";
        pairs += code;
    };
    if (interpretation.reply_governs) {
        for (const auto& row : codes::enhanced_rows) {
            if (!is_usual_pair(row, interpretation)) continue;
            add(fmt::format("X.{}.{}", row.detail.subject, row.detail.detail));
        }
    } else if (interpretation.enhanced_row->pairs_with_any) {
        return "any reply code";
    } else {
        for (const auto code : usual_replies(interpretation)) add(code.text());
    }
    return pairs;
}

void append_registration(std::string& out, const codes::EnhancedRow& row, const Colours& colours) {
    const codes::Registration& entry = row.registration;
    if (entry.sample_text.empty()) return;
    append_entry(out, colours, "Registry",
                 fmt::format("\"{}\"; {}", entry.sample_text, words_of(entry.track)));
}

void append_standard(std::string& out, const ReplyInterpretation& interpretation,
                     const Colours& colours) {
    if (interpretation.known != codes::Known::whole) {
        if (interpretation.subject_row != nullptr) {
            append_entry(out, colours, "Subject",
                         fmt::format("{} ({})", interpretation.subject_row->meaning,
                                     interpretation.subject_row->reference));
        }
        return;
    }
    const codes::Description& about = interpretation.reply_governs
                                          ? interpretation.reply_row->about
                                          : interpretation.enhanced_row->about;
    append_entry(out, colours, "Standard",
                 fmt::format("{}: {}. {} ({})", meaning_code_of(interpretation), about.title,
                             interpretation.standard_meaning(), about.reference));
    append_entry(out, colours, "Applies to", about.where);
    const std::string pairs = paired_with(interpretation);
    if (!pairs.empty()) append_entry(out, colours, "Usual with", pairs);
    if (!interpretation.reply_governs)
        append_registration(out, *interpretation.enhanced_row, colours);
}

// Why a report cannot contain the code of the reply itself.
std::string why_implied(const ReplyInterpretation& interpretation) {
    if (!interpretation.enhanced) return "the reply has no enhanced code";
    const std::string code = interpretation.enhanced->text();
    if (!interpretation.enhanced->agrees_with(*interpretation.reply)) {
        return fmt::format("{} has another class than {}", code, interpretation.reply->text());
    }
    if (interpretation.notes.has(Note::leading_zero))
        return "an enhanced code has no leading zeros";
    return fmt::format("the registry does not have {}", code);
}

void append_reading(std::string& out, const ReplyInterpretation& interpretation,
                    const Colours& colours) {
    if (interpretation.reply_row != nullptr && !interpretation.reply_governs) {
        append_entry(out, colours, "Reply code",
                     fmt::format("{}: {}. ({})", interpretation.reply->text(),
                                 interpretation.reply_row->about.title,
                                 interpretation.reply_row->about.reference));
    }
    if (const auto code = codes::implied_code(interpretation)) {
        append_entry(out, colours, "In reports",
                     fmt::format("{}, since {}", code->text(), why_implied(interpretation)));
    }
    if (interpretation.cause) {
        append_entry(out, colours, "Text says", codes::row_of(*interpretation.cause).title);
    }
    for (const auto& row : codes::collision_rows) {
        if (!interpretation.is_known_use(row)) continue;
        append_entry(out, colours, "Elsewhere",
                     fmt::format("At {} {} {} that {}. ({})", row.provider,
                                 row.code.is_reply() ? std::to_string(row.code.reply)
                                                     : meaning_code_of(interpretation),
                                 row.always ? "means" : "can mean", row.meaning, row.source));
    }
}

}  // namespace

void append_page(std::string& out, const ReplyInterpretation& interpretation,
                 const Colours& colours) {
    out += fmt::format("{}{}: {}{}\n", colours.answer, label_of(interpretation),
                       answer_of(interpretation), colours.off);
    if (interpretation.basis == Basis::provider) {
        append_entry(
            out, colours, "Provider",
            fmt::format("{}: {}. ({})", interpretation.collision->provider,
                        interpretation.collision->meaning, interpretation.collision->source));
    }
    append_standard(out, interpretation, colours);
    append_entry(out, colours, "Kind", kind_of(interpretation));
    append_reading(out, interpretation, colours);
    append_entry(out, colours, "Who acts", words_of(interpretation.actor));
    append_entry(out, colours, "Retry", words_of(interpretation.retry));
    append_entry(out, colours, "To do", interpretation.advice);
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        const bool is_in_answer = interpretation.contradicts_itself() &&
                                  (note == Note::class_differs || note == Note::unusual_class);
        const bool is_said =
            is_in_answer || (interpretation.known != codes::Known::whole &&
                             (note == Note::unknown_reply || note == Note::unknown_detail));
        if (interpretation.notes.has(note) && !is_said) {
            append_entry(out, colours, "Note", sentence_of(note, interpretation));
        }
    }
}

}  // namespace turnaway::cli
