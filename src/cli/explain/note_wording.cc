// The notes of a ReplyInterpretation: a name for programs, a sentence for people.
#include <fmt/format.h>

#include "cli/explain/wording.h"

namespace turnaway::cli {

using codes::Note;
using codes::ReplyInterpretation;

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
        case Note::leading_zero:
            return "leading-zero";
    }
    return "note";
}

namespace {

std::string pair_sentence(const ReplyInterpretation& interpretation) {
    std::string pairs;
    for (const auto code : usual_replies(interpretation)) {
        if (!pairs.empty()) pairs += ", ";
        pairs += code.text();
    }
    return fmt::format(
        "The RFCs pair {} with {}, not with {}. Such pairs are customary, not required (RFC 5248 "
        "section 2.1).",
        interpretation.enhanced->text(), pairs, interpretation.reply->text());
}

std::string_view usual_classes(const codes::EnhancedRow& row) {
    if (!row.usual_with(4) && !row.usual_with(5)) return "2 (success)";
    if (!row.usual_with(5)) return "4 (temporary failure)";
    if (!row.usual_with(4)) return "5 (permanent failure)";
    return row.usual_with(2) ? "2, 4 or 5" : "4 or 5 (a failure)";
}

}  // namespace

std::string sentence_of(Note note, const ReplyInterpretation& interpretation) {
    const auto reply = [&] { return interpretation.reply->text(); };
    const auto enhanced = [&] { return enhanced_text_of(interpretation); };
    switch (note) {
        case Note::class_differs:
            return fmt::format(
                "{} and {} contradict each other: the class must be the first digit of the reply "
                "code (RFC 2034 section 4). A mail server acts on {}.",
                reply(), enhanced(), reply());
        case Note::unusual_class:
            return fmt::format("{} contradicts itself: this code belongs to class {}.", enhanced(),
                               usual_classes(*interpretation.enhanced_row));
        case Note::unusual_pair:
            return pair_sentence(interpretation);
        case Note::replies_differ:
            return fmt::format(
                "The lines carry different reply codes, {} and {}: all lines of one reply must "
                "carry the same (RFC 5321 section 4.2.1).",
                reply(), interpretation.other_reply->text());
        case Note::enhanced_differ:
            return fmt::format(
                "The lines carry different enhanced codes, {} and {}; the first one is used.",
                enhanced(), interpretation.other_enhanced->text());
        case Note::misused_521:
            return "By RFC 7504 section 3, 521 means that the host accepts no mail at all; for one "
                   "client or one message 554 or 550 would be correct. The host may accept other "
                   "mail.";
        case Note::misused_556:
            return "By RFC 7504 section 4, 556 means that the domain accepts no mail at all; for "
                   "another reason 550 would be correct.";
        case Note::unknown_reply:
            return fmt::format(
                "{} is not a registered code; clients go by its first digit (RFC 5321 section "
                "4.2.1).",
                reply());
        case Note::unknown_detail:
            return fmt::format(
                "{} is not in the registry; some providers define their own numbers.", enhanced());
        case Note::not_standard:
            return fmt::format("No standard defines {}; clients go by its first digit.", reply());
        case Note::registered_only:
            return fmt::format(
                "The registry lists {} next to an enhanced code, but no RFC defines it.", reply());
        case Note::experimental:
            return fmt::format("{} comes from an experiment that is rarely used.", reply());
        case Note::deprecated:
            return fmt::format("{} is deprecated in favour of X.6.8.", enhanced());
        case Note::greeting_is_about_client:
            return "As a greeting, 554 is about your host or its address, not about the recipient "
                   "(RFC 5321 section 3.1).";
        case Note::too_many_is_temporary:
            return "For too many recipients a client treats 552 as temporary (RFC 5321 section "
                   "4.5.3.1.10).";
        case Note::leading_zero:
            return fmt::format(
                "The enhanced code is written with a leading zero, which RFC 3463 section 2 does "
                "not allow; it is read as {}.",
                enhanced());
    }
    return {};
}

}  // namespace turnaway::cli
