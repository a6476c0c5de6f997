// What the tables contain about a code in addition to its meaning: its classes, its usual partners,
// its registration. As text for the page, as names for the JSON. RFC 3463, RFC 5248.
#include <fmt/format.h>

#include <bit>

#include "cli/explain/wording.h"

namespace turnaway::cli {

using codes::ReplyInterpretation;

namespace {

// "; RFC 3463 section 3.2 calls X.1.1 useful only as one": the standard's rule about the class of
// an enhanced code. Empty if several classes are allowed.
std::string class_rule(const codes::EnhancedRow& row, int digit) {
    using enum codes::UsefulAs;
    const std::string code = fmt::format("X.{}.{}", row.detail.subject, row.detail.detail);
    const bool is_only = row.usual_with(digit) && std::has_single_bit(row.classes);
    const codes::UsefulAs useful = row.registration.useful;
    if (useful == in_its_classes)
        return is_only ? fmt::format("; {} has no other class", code) : "";
    if (digit == 2) return "";
    const bool is_permanent = useful == permanent_only || useful == permanent_rather;
    const bool fits = digit == (is_permanent ? 5 : 4);
    const std::string_view kind = fits           ? "one"
                                  : is_permanent ? "a permanent failure"
                                                 : "a temporary failure";
    const bool is_strict = useful == permanent_only || useful == temporary_only;
    if (is_strict) {
        return fmt::format("; {} calls {} useful only as {}", row.about.reference, code, kind);
    }
    return fmt::format("; {} wants {} used as {}", row.about.reference, code, kind);
}

}  // namespace

std::string kind_of(const ReplyInterpretation& interpretation) {
    std::string kind(class_title_of(interpretation));
    const bool by_enhanced =
        !interpretation.reply_governs && interpretation.enhanced_row != nullptr;
    const bool is_failure = interpretation.digit == 4 || interpretation.digit == 5;
    if (by_enhanced && (is_failure || interpretation.digit == 2)) {
        kind += class_rule(*interpretation.enhanced_row, interpretation.digit);
    }
    return kind;
}

std::vector<codes::ReplyCode> usual_replies(const ReplyInterpretation& interpretation) {
    std::vector<codes::ReplyCode> replies;
    for (const auto code : codes::pairs_of(*interpretation.enhanced_row)) {
        const bool has_class = interpretation.digit != 0;
        if (!has_class || code.first_digit() == interpretation.digit) replies.push_back(code);
    }
    return replies;
}

bool is_usual_pair(const codes::EnhancedRow& row, const ReplyInterpretation& interpretation) {
    return !row.pairs_with_any && codes::is_paired(row, *interpretation.reply);
}

std::string_view name_of(codes::UsefulAs useful) {
    switch (useful) {
        case codes::UsefulAs::in_its_classes:
            return "";
        case codes::UsefulAs::permanent_only:
        case codes::UsefulAs::permanent_rather:
            return "permanent";
        case codes::UsefulAs::temporary_only:
        case codes::UsefulAs::temporary_rather:
            return "temporary";
    }
    return "";
}

std::string_view words_of(codes::Track track) {
    switch (track) {
        case codes::Track::standards_track:
            return "standards track";
        case codes::Track::best_current_practice:
            return "best current practice";
        case codes::Track::not_standards_track:
            return "not standards track";
    }
    return "";
}

}  // namespace turnaway::cli
