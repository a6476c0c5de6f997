#include "cli/wording.h"

#include <fmt/format.h>

#include "base/printable.h"

namespace turnaway::cli {

using codes::Basis;
using codes::Judgement;
using codes::Known;
using codes::Note;

namespace {

constexpr std::size_t quoted_bytes_most = 60;

std::string pattern_text(const codes::CodePattern& pattern) {
    const auto part = [](std::optional<std::uint16_t> number) {
        return number ? std::to_string(*number) : std::string("x");
    };
    const std::string class_text =
        pattern.class_digit == 0 ? "X" : std::to_string(pattern.class_digit);
    return class_text + '.' + part(pattern.subject) + '.' + part(pattern.detail);
}

std::string enhanced_text(const Judgement& judgement) {
    if (judgement.enhanced) return judgement.enhanced->text();
    return judgement.pattern ? pattern_text(*judgement.pattern) : std::string();
}

std::string_view title_of(const Judgement& judgement) {
    return judgement.reply_governs ? judgement.reply_row->about.title
                                   : judgement.enhanced_row->about.title;
}

std::string with_article(std::string_view class_title) {
    return fmt::format("A {}", class_title);
}

// Providers known to mean by this code what the text says, though the reply does not show which one
// it is.
std::string known_for(const Judgement& judgement) {
    codes::CauseSet cause;
    cause.add(*judgement.cause);
    for (const auto& row : codes::collision_rows) {
        if (!judgement.is_known_use(row) || !row.is_shown_by(cause)) continue;
        return fmt::format(" This use is known from {}.", row.provider);
    }
    return {};
}

std::string answer_by_code(const Judgement& judgement) {
    std::string answer(judgement.reply_governs ? judgement.reply_row->about.meaning
                                               : judgement.enhanced_row->about.meaning);
    if (judgement.notes.has(Note::unusual_class)) {
        answer +=
            fmt::format(" But its class says {}, which does not fit.", class_title_of(judgement));
    }
    if (judgement.notes.has(Note::misused_521)) {
        answer += " That is not what 521 is for: 521 says that the host takes no mail at all.";
    }
    return answer;
}

// "no standard defines the subject 9 or the detail 99"
std::string undefined_part(const Judgement& judgement) {
    if (!judgement.enhanced) return meaning_code_of(judgement);
    const auto [subject, detail] = judgement.enhanced->detail();
    if (judgement.subject_row != nullptr) return fmt::format("the detail {}", detail);
    return fmt::format("the subject {} and its detail {}", subject, detail);
}

std::string half_answer(const Judgement& judgement) {
    const std::string cause =
        judgement.cause ? fmt::format("{} ", codes::row_of(*judgement.cause).answer) : "";
    const std::string kind = with_article(class_title_of(judgement));
    const bool is_partial = !judgement.reply && !judgement.enhanced;
    if (is_partial && judgement.subject_row != nullptr) {
        const auto meaning = judgement.subject_row->meaning;
        return judgement.digit == 0 ? std::string(meaning) : fmt::format("{}. {}", kind, meaning);
    }
    if (is_partial && judgement.class_row != nullptr) {
        return fmt::format("{}. {}", kind, judgement.class_row->meaning);
    }
    const bool has_subject = judgement.known == Known::subject && judgement.subject_row != nullptr;
    const std::string subject =
        has_subject ? fmt::format(", subject {}", judgement.subject_row->title) : std::string();
    return fmt::format("{}{}{}; no standard defines {}.", cause, kind, subject,
                       undefined_part(judgement));
}

}  // namespace

std::string label_of(const Judgement& judgement) {
    if (judgement.is_words_only) return "No code";
    std::string label;
    if (judgement.reply) {
        label = judgement.reply->text();
    } else if (!judgement.enhanced && !judgement.pattern) {
        label = fmt::format("{}xx", judgement.digit);
    }
    const std::string enhanced = enhanced_text(judgement);
    if (!label.empty() && !enhanced.empty()) label += ' ';
    return label + enhanced;
}

std::string meaning_code_of(const Judgement& judgement) {
    const bool has_enhanced = judgement.enhanced || judgement.pattern;
    if (judgement.reply && (judgement.reply_governs || !has_enhanced)) {
        return judgement.reply->text();
    }
    return has_enhanced ? enhanced_text(judgement) : label_of(judgement);
}

std::string_view class_title_of(const Judgement& judgement) {
    if (judgement.is_words_only) return "reply without a code";
    if (judgement.class_row != nullptr) return judgement.class_row->title;
    return judgement.digit == 3 ? "request for more input" : "code without a class";
}

std::string answer_of(const Judgement& judgement) {
    if (judgement.is_words_only) {
        return fmt::format("{} The reply carries no code; its words say so.",
                           codes::row_of(*judgement.cause).answer);
    }
    if (judgement.basis == Basis::provider) {
        const auto& row = *judgement.collision;
        return fmt::format("{} means by this that {}. The standard's meaning would be: {}.",
                           row.providers == 0
                               ? row.provider
                               : codes::name_of_first(row.providers & judgement.providers),
                           row.meaning, title_of(judgement));
    }
    if (judgement.known != Known::whole) return half_answer(judgement);
    const bool by_cause =
        judgement.cause && (judgement.basis == Basis::text || judgement.is_broad());
    if (!by_cause) return answer_by_code(judgement);
    const std::string_view answer = codes::row_of(*judgement.cause).answer;
    if (judgement.basis == Basis::standard) return std::string(answer);
    return fmt::format("{} The text says so; the standard's meaning of {} would be: {}.{}", answer,
                       meaning_code_of(judgement), title_of(judgement), known_for(judgement));
}

std::string_view name_of(Note note) {
    switch (note) {
        case Note::class_differs:
            return "class-differs";
        case Note::unusual_class:
            return "unusual-class";
        case Note::unusual_pair:
            return "unusual-pair";
        case Note::replies_differ:
            return "reply-codes-differ";
        case Note::enhanced_differ:
            return "enhanced-codes-differ";
        case Note::misused_521:
            return "misused-521";
        case Note::misused_556:
            return "misused-556";
        case Note::unknown_reply:
            return "unknown-reply-code";
        case Note::unknown_detail:
            return "unknown-enhanced-code";
        case Note::not_standard:
            return "not-standard";
        case Note::registered_only:
            return "registered-only";
        case Note::experimental:
            return "experimental";
        case Note::deprecated:
            return "deprecated";
        case Note::greeting_is_about_client:
            return "greeting-is-about-client";
        case Note::too_many_is_temporary:
            return "too-many-is-temporary";
    }
    return "note";
}

namespace {

std::string pair_sentence(const Judgement& judgement) {
    std::string pairs;
    for (const auto code : codes::pairs_of(*judgement.enhanced_row)) {
        if (!pairs.empty()) pairs += ", ";
        pairs += code.text();
    }
    return fmt::format(
        "The registry pairs {} with {}, not with {}. Its pairings are usual, not binding "
        "(RFC 5248 section 2).",
        judgement.enhanced->text(), pairs, judgement.reply->text());
}

std::string_view usual_classes(const codes::EnhancedRow& row) {
    if (!row.usual_with(4) && !row.usual_with(5)) return "2 (success)";
    if (!row.usual_with(5)) return "4 (temporary failure)";
    if (!row.usual_with(4)) return "5 (permanent failure)";
    return row.usual_with(2) ? "2, 4 or 5" : "4 or 5 (a failure)";
}

}  // namespace

std::string sentence_of(Note note, const Judgement& judgement) {
    const auto reply = [&] { return judgement.reply->text(); };
    const auto enhanced = [&] { return enhanced_text(judgement); };
    switch (note) {
        case Note::class_differs:
            return fmt::format(
                "{} and {} contradict each other: the class must be the first digit of the reply "
                "code (RFC 2034 section 4). A mail server acts on {}.",
                reply(), enhanced(), reply());
        case Note::unusual_class:
            return fmt::format("{} contradicts itself: this code belongs to class {}.", enhanced(),
                               usual_classes(*judgement.enhanced_row));
        case Note::unusual_pair:
            return pair_sentence(judgement);
        case Note::replies_differ:
            return fmt::format(
                "The lines carry different reply codes, {} and {}: all lines of one reply must "
                "carry the same (RFC 5321 section 4.2.1).",
                reply(), judgement.other_reply->text());
        case Note::enhanced_differ:
            return fmt::format(
                "The lines carry different enhanced codes, {} and {}; the first counts.",
                enhanced(), judgement.other_enhanced->text());
        case Note::misused_521:
            return "By RFC 7504 section 3, 521 means that the host takes no mail from anybody; for "
                   "one client or one message 554 or 550 would be right. The host may well take "
                   "other mail.";
        case Note::misused_556:
            return "By RFC 7504 section 4, 556 means that the domain takes no mail at all; for "
                   "another reason 550 would be right.";
        case Note::unknown_reply:
            return fmt::format(
                "{} is in no table; a client reads it by its first digit (RFC 5321 section 4.2.1).",
                reply());
        case Note::unknown_detail:
            return fmt::format("{} is not in the registry; some providers number on by themselves.",
                               enhanced());
        case Note::not_standard:
            return fmt::format("No standard defines {}; a client reads it by its first digit.",
                               reply());
        case Note::registered_only:
            return fmt::format(
                "The registry mentions {} beside an enhanced code, but no RFC defines it.",
                reply());
        case Note::experimental:
            return fmt::format("{} belongs to an experiment that hardly anybody uses.", reply());
        case Note::deprecated:
            return fmt::format("{} is deprecated: X.6.8 says the same.", enhanced());
        case Note::greeting_is_about_client:
            return "As a greeting, 554 is about your host or its address, not about the recipient "
                   "(RFC 5321 section 3.1).";
        case Note::too_many_is_temporary:
            return "For too many recipients a client treats 552 as temporary (RFC 5321 section "
                   "4.5.3.1.10).";
    }
    return {};
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

std::string_view name_of(codes::Stage stage) {
    using enum codes::Stage;
    switch (stage) {
        case unknown:
            return "";
        case greeting:
            return "greeting";
        case helo:
            return "EHLO";
        case mail:
            return "MAIL";
        case rcpt:
            return "RCPT";
        case data:
            return "DATA";
        case data_end:
            return "DATA end";
        case auth:
            return "AUTH";
        case starttls:
            return "STARTTLS";
    }
    return "";
}

std::string_view words_of(codes::Actor actor) {
    using enum codes::Actor;
    switch (actor) {
        case nobody:
            return "nobody";
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
    return "nobody";
}

std::string_view words_of(codes::Retry retry) {
    switch (retry) {
        case codes::Retry::no:
            return "no";
        case codes::Retry::later:
            return "later";
        case codes::Retry::yes:
            return "yes, at once, in the way said below";
    }
    return "no";
}

std::string sentence_of(codes::ReadFault fault, std::string_view input) {
    using enum codes::ReadFault;
    std::string shown = "\"";
    base::append_printable(shown, input, quoted_bytes_most);
    shown += '"';
    switch (fault) {
        case empty:
            return "The input is empty; expected a reply code (550), an enhanced code (5.1.10) or "
                   "a reply line.";
        case no_code:
            return fmt::format(
                "{} holds no code; expected a reply code (550), an enhanced code "
                "(5.1.10) or a reply line.",
                shown);
        case reply_digit:
            return fmt::format("{} is no reply code; expected three digits from 200 to 599.",
                               shown);
        case reply_length:
            return fmt::format("{} is no reply code; expected exactly three digits, such as 550.",
                               shown);
        case class_digit:
            return fmt::format("{} is no enhanced code; expected 2, 4 or 5 as its first number.",
                               shown);
        case part_too_long:
            return fmt::format(
                "{} is no enhanced code; expected at most three digits between the "
                "dots.",
                shown);
        case leading_zero:
            return fmt::format("{} is no enhanced code; expected numbers without a leading zero.",
                               shown);
        case too_many_parts:
            return fmt::format("{} is no enhanced code; expected three numbers, such as 5.1.10.",
                               shown);
    }
    return shown;
}

}  // namespace turnaway::cli
