// The page form of an ExplainRecord: what a person at a terminal reads.
#include <fmt/format.h>

#include "cli/explain/explain_record.h"
#include "cli/common/page_entry.h"
#include "cli/explain/wording.h"
#include "codes/implied_code.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Judgement;
using codes::Note;

namespace {

std::string paired_with(const Judgement& judgement) {
    std::string pairs;
    const auto add = [&](std::string_view code) {
        if (!pairs.empty()) pairs += ", ";
        pairs += code;
    };
    if (judgement.reply_governs) {
        for (const auto& row : codes::enhanced_rows) {
            if (!is_usual_pair(row, judgement)) continue;
            add(fmt::format("X.{}.{}", row.detail.subject, row.detail.detail));
        }
    } else if (judgement.enhanced_row->pairs_with_any) {
        return "any reply code";
    } else {
        for (const auto code : usual_replies(judgement)) add(code.text());
    }
    return pairs;
}

void append_registration(std::string& out, const codes::EnhancedRow& row, const Colours& colours) {
    const codes::Registration& entry = row.registration;
    if (entry.sample_text.empty()) return;
    append_entry(out, colours, "Registry",
                 fmt::format("\"{}\"; {}", entry.sample_text, words_of(entry.track)));
}

void append_standard(std::string& out, const Judgement& judgement, const Colours& colours) {
    if (judgement.known != codes::Known::whole) {
        if (judgement.subject_row != nullptr) {
            append_entry(out, colours, "Subject",
                         fmt::format("{} ({})", judgement.subject_row->meaning,
                                     judgement.subject_row->reference));
        }
        return;
    }
    const codes::Description& about =
        judgement.reply_governs ? judgement.reply_row->about : judgement.enhanced_row->about;
    append_entry(out, colours, "Standard",
                 fmt::format("{}: {}. {} ({})", meaning_code_of(judgement), about.title,
                             judgement.standard_meaning(), about.reference));
    append_entry(out, colours, "Applies to", about.where);
    const std::string pairs = paired_with(judgement);
    if (!pairs.empty()) append_entry(out, colours, "Usual with", pairs);
    if (!judgement.reply_governs) append_registration(out, *judgement.enhanced_row, colours);
}

// Why a report cannot have the code of the reply itself.
std::string why_implied(const Judgement& judgement) {
    if (!judgement.enhanced) return "the reply has no enhanced code";
    const std::string code = judgement.enhanced->text();
    if (!judgement.enhanced->agrees_with(*judgement.reply)) {
        return fmt::format("{} has another class than {}", code, judgement.reply->text());
    }
    if (judgement.notes.has(Note::leading_zero)) return "an enhanced code has no leading zeros";
    return fmt::format("the registry does not have {}", code);
}

void append_reading(std::string& out, const Judgement& judgement, const Colours& colours) {
    if (judgement.reply_row != nullptr && !judgement.reply_governs) {
        append_entry(
            out, colours, "Reply code",
            fmt::format("{}: {}. ({})", judgement.reply->text(), judgement.reply_row->about.title,
                        judgement.reply_row->about.reference));
    }
    if (const auto code = codes::implied_code(judgement)) {
        append_entry(out, colours, "In reports",
                     fmt::format("{}, since {}", code->text(), why_implied(judgement)));
    }
    if (judgement.cause) {
        append_entry(out, colours, "Text says", codes::row_of(*judgement.cause).title);
    }
    for (const auto& row : codes::collision_rows) {
        if (!judgement.is_known_use(row)) continue;
        append_entry(out, colours, "Elsewhere",
                     fmt::format("At {} {} {} that {}. ({})", row.provider,
                                 row.code.is_reply() ? std::to_string(row.code.reply)
                                                     : meaning_code_of(judgement),
                                 row.always ? "means" : "can mean", row.meaning, row.source));
    }
}

}  // namespace

void append_page(std::string& out, const Judgement& judgement, const Colours& colours) {
    out += fmt::format("{}{}: {}{}\n", colours.answer, label_of(judgement), answer_of(judgement),
                       colours.off);
    if (judgement.basis == Basis::provider) {
        append_entry(out, colours, "Provider",
                     fmt::format("{}: {}. ({})", judgement.collision->provider,
                                 judgement.collision->meaning, judgement.collision->source));
    }
    append_standard(out, judgement, colours);
    append_entry(out, colours, "Kind", kind_of(judgement));
    append_reading(out, judgement, colours);
    append_entry(out, colours, "Who acts", words_of(judgement.actor));
    append_entry(out, colours, "Retry", words_of(judgement.retry));
    append_entry(out, colours, "To do", judgement.advice);
    for (int i = 0; i < codes::note_count; ++i) {
        const auto note = static_cast<Note>(i);
        const bool is_in_answer = judgement.contradicts_itself() &&
                                  (note == Note::class_differs || note == Note::unusual_class);
        const bool is_said =
            is_in_answer || (judgement.known != codes::Known::whole &&
                             (note == Note::unknown_reply || note == Note::unknown_detail));
        if (judgement.notes.has(note) && !is_said) {
            append_entry(out, colours, "Note", sentence_of(note, judgement));
        }
    }
}

}  // namespace turnaway::cli
