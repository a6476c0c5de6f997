#include "codes/implied_code.h"

#include <algorithm>
#include <array>

#include "codes/interpretation.h"

namespace turnaway::codes {

namespace {

struct ImpliedByReply {
    ReplyCode reply;
    Stage stage;  // unknown: any other
    Detail detail;
    bool words_count;
};

struct ImpliedByCause {
    Cause cause;
    Detail detail;
};

#include "codes/implied_codes.inc"

// Where a code has several rows, the one for any stage comes last.
static_assert(std::ranges::is_sorted(implied_by_reply, {}, &ImpliedByReply::reply));
static_assert([] {
    for (std::size_t i = 0; i + 1 < implied_by_reply.size(); ++i) {
        const bool is_last = implied_by_reply[i].reply != implied_by_reply[i + 1].reply;
        if (is_last != (implied_by_reply[i].stage == Stage::unknown)) return false;
    }
    return true;
}());
static_assert(std::ranges::all_of(implied_by_reply, [](const ImpliedByReply& row) {
    return std::ranges::find(enhanced_rows, row.detail, &EnhancedRow::detail) !=
           enhanced_rows.end();
}));
static_assert(std::ranges::all_of(implied_by_cause, [](const ImpliedByCause& row) {
    return std::ranges::find(enhanced_rows, row.detail, &EnhancedRow::detail) !=
           enhanced_rows.end();
}));

std::optional<Detail> detail_of(Cause cause) {
    const auto* const row = std::ranges::find(implied_by_cause, cause, &ImpliedByCause::cause);
    if (row == implied_by_cause.end()) return std::nullopt;
    return row->detail;
}

// A 521 for another reason than that the host does not accept mail.
bool is_521_for_another_reason(const ReplyInterpretation& interpretation) {
    return interpretation.reply == host_takes_no_mail &&
           (interpretation.other_reply || interpretation.notes.has(Note::misused_521) ||
            interpretation.cause.value_or(Cause::no_mail) != Cause::no_mail);
}

bool has_usable_code(const ReplyInterpretation& interpretation) {
    return interpretation.enhanced && interpretation.enhanced->agrees_with(*interpretation.reply) &&
           !interpretation.notes.has(Note::leading_zero);
}

}  // namespace

Detail implied_detail(const ReplyInterpretation& interpretation) {
    if (!interpretation.reply) return other_status;
    const auto* const row = std::ranges::find_if(implied_by_reply, [&](const ImpliedByReply& each) {
        return each.reply == *interpretation.reply &&
               (each.stage == interpretation.stage || each.stage == Stage::unknown);
    });
    const bool is_known = row != implied_by_reply.end();
    const bool words_count = is_known ? row->words_count : interpretation.reply->is_permanent();
    if (words_count && interpretation.cause) {
        if (const auto detail = detail_of(*interpretation.cause)) return *detail;
    }
    const Detail detail = is_known ? row->detail : other_status;
    return detail == system_takes_no_mail && is_521_for_another_reason(interpretation)
               ? other_system_status
               : detail;
}

Detail implied_detail(std::string_view reply, Stage stage) {
    ReplyReader reader;
    auto reading = reader.read(reply);
    if (!reading) return other_status;
    reading->stage = stage;
    return implied_detail(judge(*reading));
}

std::optional<EnhancedCode> implied_code(const ReplyInterpretation& interpretation) {
    const bool is_failure = interpretation.digit == 4 || interpretation.digit == 5;
    if (!interpretation.reply || !is_failure || interpretation.pattern) return std::nullopt;
    Detail detail;
    if (has_usable_code(interpretation)) {
        detail = registered_detail(interpretation.enhanced->detail());
        if (detail == interpretation.enhanced->detail()) return std::nullopt;
    } else {
        detail = implied_detail(interpretation);
    }
    return interpretation.digit == 4 ? EnhancedCode::temporary(detail)
                                     : EnhancedCode::permanent(detail);
}

Detail registered_detail(Detail detail) {
    if (find(detail) != nullptr) return detail;
    return find_subject(detail.subject) != nullptr ? Detail{detail.subject, 0} : other_status;
}

}  // namespace turnaway::codes
