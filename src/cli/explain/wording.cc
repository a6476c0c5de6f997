#include "cli/explain/wording.h"

#include <fmt/format.h>

#include "base/printable.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Known;
using codes::Note;
using codes::ReplyInterpretation;

namespace {

constexpr std::size_t quoted_bytes_max = 60;

std::string pattern_text(const codes::CodePattern& pattern) {
    const auto part = [](std::optional<std::uint16_t> number) {
        return number ? std::to_string(*number) : std::string("x");
    };
    const std::string class_text =
        pattern.class_digit == 0 ? "X" : std::to_string(pattern.class_digit);
    return class_text + '.' + part(pattern.subject) + '.' + part(pattern.detail);
}

std::string_view title_of(const ReplyInterpretation& interpretation) {
    return interpretation.reply_governs ? interpretation.reply_row->about.title
                                        : interpretation.enhanced_row->about.title;
}

std::string with_article(std::string_view class_title) {
    return fmt::format("A {}", class_title);
}

// Providers known to use this code with the meaning of the text, though the reply does not show
// which provider sent it.
std::string known_for(const ReplyInterpretation& interpretation) {
    codes::CauseSet cause;
    cause.add(*interpretation.cause);
    for (const auto& row : codes::collision_rows) {
        if (!interpretation.is_known_use(row) || !row.is_shown_by(cause)) continue;
        return fmt::format(" This use is known from {}.", row.provider);
    }
    return {};
}

// "a success", "a permanent failure": the only kind of reply that has the code.
std::string_view only_kind(const codes::EnhancedRow& row) {
    if (!row.usual_with(4) && !row.usual_with(5)) return "a success";
    if (!row.usual_with(5)) return "a temporary failure";
    return row.usual_with(4) ? "a failure" : "a permanent failure";
}

std::string_view title_of_class(int digit) {
    const auto* row = codes::find_class(digit);
    return row != nullptr ? row->title : "request for more input";
}

// "Contradiction: 250 says success, 5.1.1 says permanent failure (No such mailbox); a mail server
// acts on 250."
std::string contradiction(const ReplyInterpretation& interpretation) {
    const std::string enhanced = interpretation.enhanced->text();
    const auto* row = interpretation.enhanced_row;
    if (!interpretation.notes.has(Note::class_differs)) {
        return fmt::format("Contradiction: {} says {}, but X.{}.{} is only ever {}: {}.", enhanced,
                           title_of_class(interpretation.enhanced->class_digit()),
                           row->detail.subject, row->detail.detail, only_kind(*row),
                           row->about.title);
    }
    const std::string title = row != nullptr ? fmt::format(" ({})", row->about.title) : "";
    return fmt::format("Contradiction: {} says {}, {} says {}{}; a mail server acts on {}.",
                       interpretation.reply->text(), title_of_class(interpretation.digit), enhanced,
                       title_of_class(interpretation.enhanced->class_digit()), title,
                       interpretation.reply->text());
}

std::string answer_by_code(const ReplyInterpretation& interpretation) {
    std::string answer(interpretation.standard_meaning());
    if (interpretation.notes.has(Note::misused_521)) {
        answer +=
            " That is not the purpose of 521, which means that the host accepts no mail at all.";
    }
    return answer;
}

// "no standard defines the subject 9 or the detail 99"
std::string undefined_part(const ReplyInterpretation& interpretation) {
    if (!interpretation.enhanced) return meaning_code_of(interpretation);
    const auto [subject, detail] = interpretation.enhanced->detail();
    if (interpretation.subject_row != nullptr) return fmt::format("the detail {}", detail);
    return fmt::format("the subject {} and its detail {}", subject, detail);
}

std::string half_answer(const ReplyInterpretation& interpretation) {
    const std::string cause =
        interpretation.cause ? fmt::format("{} ", codes::row_of(*interpretation.cause).answer) : "";
    const std::string kind = with_article(class_title_of(interpretation));
    const bool is_partial = !interpretation.reply && !interpretation.enhanced;
    if (is_partial && interpretation.subject_row != nullptr) {
        const auto meaning = interpretation.subject_row->meaning;
        return interpretation.digit == 0 ? std::string(meaning)
                                         : fmt::format("{}. {}", kind, meaning);
    }
    if (is_partial && interpretation.class_row != nullptr) {
        return fmt::format("{}. {}", kind, interpretation.class_row->meaning);
    }
    const bool has_subject =
        interpretation.known == Known::subject && interpretation.subject_row != nullptr;
    const std::string subject = has_subject
                                    ? fmt::format(", subject {}", interpretation.subject_row->title)
                                    : std::string();
    return fmt::format("{}{}{}; no standard defines {}.", cause, kind, subject,
                       undefined_part(interpretation));
}

}  // namespace

std::string enhanced_text_of(const ReplyInterpretation& interpretation) {
    if (interpretation.enhanced) return interpretation.enhanced->text();
    return interpretation.pattern ? pattern_text(*interpretation.pattern) : std::string();
}

std::string label_of(const ReplyInterpretation& interpretation) {
    if (interpretation.is_words_only) return "No code";
    std::string label;
    if (interpretation.reply) {
        label = interpretation.reply->text();
    } else if (!interpretation.enhanced && !interpretation.pattern) {
        label = fmt::format("{}xx", interpretation.digit);
    }
    const std::string enhanced = enhanced_text_of(interpretation);
    if (!label.empty() && !enhanced.empty()) label += ' ';
    return label + enhanced;
}

std::string meaning_code_of(const ReplyInterpretation& interpretation) {
    const bool has_enhanced = interpretation.enhanced || interpretation.pattern;
    if (interpretation.reply && (interpretation.reply_governs || !has_enhanced)) {
        return interpretation.reply->text();
    }
    return has_enhanced ? enhanced_text_of(interpretation) : label_of(interpretation);
}

std::string_view class_title_of(const ReplyInterpretation& interpretation) {
    if (interpretation.is_words_only) return "reply without a code";
    if (interpretation.class_row != nullptr) return interpretation.class_row->title;
    return interpretation.digit == 3 ? "request for more input" : "code without a class";
}

namespace {

std::string answer_without_contradiction(const ReplyInterpretation& interpretation) {
    if (interpretation.is_words_only) {
        return fmt::format("{} The reply has no code, so this is based on its text.",
                           codes::row_of(*interpretation.cause).answer);
    }
    if (interpretation.basis == Basis::provider) {
        const auto& row = *interpretation.collision;
        return fmt::format("{} means by this that {}. The standard's meaning would be: {}.",
                           row.providers == 0
                               ? row.provider
                               : codes::name_of_first(row.providers & interpretation.providers),
                           row.meaning, title_of(interpretation));
    }
    if (interpretation.known != Known::whole) return half_answer(interpretation);
    if (!interpretation.answers_by_cause()) return answer_by_code(interpretation);
    const std::string_view answer = codes::row_of(*interpretation.cause).answer;
    if (interpretation.basis == Basis::standard) return std::string(answer);
    return fmt::format("{} The text says so; the standard's meaning of {} would be: {}.{}", answer,
                       meaning_code_of(interpretation), title_of(interpretation),
                       known_for(interpretation));
}

}  // namespace

std::string answer_of(const ReplyInterpretation& interpretation) {
    if (!interpretation.contradicts_itself()) return answer_without_contradiction(interpretation);
    std::string headline = contradiction(interpretation);
    // Nothing failed, or the title in the headline already names it.
    const bool says_all = interpretation.digit == 2 || interpretation.digit == 3 ||
                          !interpretation.notes.has(Note::class_differs);
    if (says_all) return headline;
    return fmt::format("{} {}", headline, answer_without_contradiction(interpretation));
}

std::string_view name_of(Basis basis) {
    switch (basis) {
        case Basis::standard:
            return "standard";
        case Basis::text:
            return "text";
        case Basis::provider:
            return "provider";
    }
    return "standard";
}

std::string_view words_of(codes::Actor actor) {
    using enum codes::Actor;
    switch (actor) {
        case nobody:
            return "no one";
        case sender:
            return "the sender";
        case sending_admin:
            return "the administrator of the sending system";
        case recipient:
            return "the recipient";
        case receiving_admin:
            return "the administrator of the receiving system";
        case list_owner:
            return "the owner of the mailing list";
    }
    return "no one";
}

std::string_view words_of(codes::Retry retry) {
    switch (retry) {
        case codes::Retry::no:
            return "no";
        case codes::Retry::later:
            return "later";
        case codes::Retry::yes:
            return "yes, at once, as described below";
    }
    return "no";
}

std::string sentence_of(codes::ReadFault fault, std::string_view input) {
    using enum codes::ReadFault;
    std::string shown = "\"";
    base::append_printable(shown, input, quoted_bytes_max);
    shown += '"';
    switch (fault) {
        case empty:
            return "The input is empty; expected a reply code (550), an enhanced code (5.1.10) or "
                   "a reply line.";
        case no_code:
            return fmt::format(
                "{} has no code; expected a reply code (550), an enhanced code (5.1.10) or a reply "
                "line.",
                shown);
        case reply_digit:
            return fmt::format("{} is not a reply code; expected three digits from 200 to 599.",
                               shown);
        case reply_length:
            return fmt::format(
                "{} is not a reply code; expected exactly three digits, such as 550.", shown);
        case class_digit:
            return fmt::format(
                "{} is not an enhanced code; expected 2, 4 or 5 as its first number.", shown);
        case part_too_long:
            return fmt::format(
                "{} is not an enhanced code; expected at most three digits between the dots.",
                shown);
        case too_many_parts:
            return fmt::format(
                "{} is not an enhanced code; expected three numbers, such as 5.1.10.", shown);
    }
    return shown;
}

}  // namespace turnaway::cli
