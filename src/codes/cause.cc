#include "codes/cause.h"

#include <algorithm>
#include <bit>
#include <span>

#include "base/check.h"

namespace turnaway::codes {

namespace {

constexpr std::span<const CodeMatch> fits_of(const CauseRow& row) {
    return std::span(cause_fits).subspan(row.fits_begin, row.fits_count);
}

constexpr bool rows_are_sound() {
    return std::ranges::all_of(cause_rows, [](const CauseRow& row) {
        return !row.name.empty() && !row.title.empty() && !row.answer.empty() &&
               row.fits_count > 0 && !row.advice.empty() && !row.advice_if_temporary.empty();
    });
}

static_assert(rows_are_sound(), "data/causes.csv: a field is empty");
static_assert(cause_rows.size() <= 126, "a CauseSet is 128 bits, a record's key 7");

}  // namespace

Cause CauseSet::first() const {
    TURNAWAY_CHECK(!empty());
    if (low_ != 0) return static_cast<Cause>(std::countr_zero(low_));
    return static_cast<Cause>(64 + std::countr_zero(high_));
}

CauseSet vague_causes() {
    constexpr CauseSet vague = [] {
        CauseSet set;
        for (std::size_t i = 0; i < cause_rows.size(); ++i) {
            if (cause_rows[i].vague) set.add(static_cast<Cause>(i));
        }
        return set;
    }();
    return vague;
}

bool agrees(Cause cause, ReplyCode code) {
    const ReplyRow* row = find(code);
    if (row == nullptr || row->about.broad) return true;
    return std::ranges::any_of(fits_of(row_of(cause)),
                               [&](const CodeMatch& fit) { return fit.matches(code); });
}

bool agrees(Cause cause, EnhancedCode code) {
    const Detail detail = code.detail();
    if (detail == other_status) return true;
    const bool is_open = detail.detail == 0 || find(detail) == nullptr;
    return std::ranges::any_of(fits_of(row_of(cause)), [&](const CodeMatch& fit) {
        return fit.matches(code.class_digit(), detail) ||
               (is_open && !fit.is_reply() && fit.subject == detail.subject);
    });
}

}  // namespace turnaway::codes
