#include "codes/implied_code.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codes/judgement.h"

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

// Where a code stands more than once, its row for any stage comes last.
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

}  // namespace

Detail implied_detail(const Judgement& judgement) {
    if (!judgement.reply) return other_status;
    const auto* const row = std::ranges::find_if(implied_by_reply, [&](const ImpliedByReply& each) {
        return each.reply == *judgement.reply &&
               (each.stage == judgement.stage || each.stage == Stage::unknown);
    });
    const bool is_known = row != implied_by_reply.end();
    const bool words_count = is_known ? row->words_count : judgement.reply->is_permanent();
    if (words_count && judgement.cause) {
        if (const auto detail = detail_of(*judgement.cause)) return *detail;
    }
    return is_known ? row->detail : other_status;
}

Detail implied_detail(std::string_view reply, Stage stage) {
    ReplyReader reader;
    auto reading = reader.read(reply);
    if (!reading) return other_status;
    reading->stage = stage;
    return implied_detail(judge(*reading));
}

Detail registered_detail(Detail detail) {
    if (find(detail) != nullptr) return detail;
    return find_subject(detail.subject) != nullptr ? Detail{detail.subject, 0} : other_status;
}

}  // namespace turnaway::codes
