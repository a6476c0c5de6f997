#include "codes/table.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::codes {

namespace {

constexpr const ReplyRow* search(ReplyCode code) {
    const auto* at = std::ranges::lower_bound(reply_rows, code, {}, &ReplyRow::code);
    return at != reply_rows.end() && at->code == code ? at : nullptr;
}

constexpr const EnhancedRow* search(Detail detail) {
    const auto* at = std::ranges::lower_bound(enhanced_rows, detail, {}, &EnhancedRow::detail);
    return at != enhanced_rows.end() && at->detail == detail ? at : nullptr;
}

// What must be true of data/codes.csv; a row that breaks a rule does not compile.

constexpr bool is_described(const Description& about) {
    return !about.title.empty() && !about.meaning.empty() && !about.where.empty() &&
           !about.reference.empty();
}

// A temporary reply means `later`, a permanent one never does, and the others need no retry.
constexpr bool fits_first_digit(const ReplyRow& row) {
    if (row.code.is_temporary()) return row.retry == Retry::later;
    if (row.code.is_permanent()) return row.retry != Retry::later;
    return row.retry == Retry::no && row.actor == Actor::nobody;
}

constexpr bool reply_rows_are_sound() {
    return std::ranges::all_of(reply_rows, [](const ReplyRow& row) {
        return is_described(row.about) && !row.advice.empty() && fits_first_digit(row);
    });
}

// Paired reply codes exist, and none of them contradicts the classes of the enhanced code.
constexpr bool pairs_are_sound(const EnhancedRow& row) {
    if (row.pairs_with_any && row.pairs_count != 0) return false;
    return std::ranges::all_of(pairs_of(row), [&](ReplyCode code) {
        return search(code) != nullptr && row.usual_with(code.first_digit());
    });
}

constexpr bool enhanced_rows_are_sound() {
    return std::ranges::all_of(enhanced_rows, [](const EnhancedRow& row) {
        const bool has_class = row.classes != 0 && row.classes <= (class_2 | class_4 | class_5);
        return is_described(row.about) && has_class && !row.advice.empty() &&
               row.retry_if_permanent != Retry::later && pairs_are_sound(row) &&
               (row.usual_with(4) || row.advice_if_temporary.empty()) &&
               (row.usual_with(2) || row.meaning_if_success.empty()) &&
               (row.usual_with(4) || row.meaning_if_temporary.empty());
    });
}

constexpr bool names_are_unique() {
    std::array<std::string_view, reply_rows.size() + enhanced_rows.size()> names{};
    std::size_t count = 0;
    for (const auto& row : reply_rows) names[count++] = row.about.name;
    for (const auto& row : enhanced_rows) names[count++] = row.about.name;
    std::ranges::sort(names);
    const auto* first = std::ranges::upper_bound(names, std::string_view{});
    return std::ranges::adjacent_find(first, names.end()) == names.end();
}

template <class Rows, class Key>
constexpr bool strictly_rising(const Rows& rows, Key key) {
    return std::ranges::adjacent_find(rows, std::ranges::greater_equal{}, key) == rows.end();
}

static_assert(strictly_rising(reply_rows, &ReplyRow::code), "reply codes: sorted and unique");
static_assert(strictly_rising(enhanced_rows, &EnhancedRow::detail), "details: sorted and unique");
static_assert(reply_rows_are_sound(),
              "a reply row lacks a field or its retry contradicts its digit");
static_assert(enhanced_rows_are_sound(), "an enhanced row lacks a field or has an unknown pairing");
static_assert(names_are_unique(), "two rows have the same constant name");
static_assert(class_rows.size() == 3 && subject_rows.size() == 8);
static_assert(strictly_rising(class_rows, &ClassRow::digit));
static_assert(strictly_rising(subject_rows, &SubjectRow::number));
// RFC 7504 section 6: the two pairs that this program depends on.
constexpr bool has_pair(Detail detail, ReplyCode code) {
    const auto pairs = pairs_of(*search(detail));
    return std::ranges::find(pairs, code) != pairs.end();
}
static_assert(has_pair(system_takes_no_mail, host_takes_no_mail));
static_assert(has_pair(recipient_null_mx, domain_takes_no_mail));

}  // namespace

const ReplyRow* find(ReplyCode code) {
    return search(code);
}

const EnhancedRow* find(Detail detail) {
    return search(detail);
}

const ClassRow* find_class(int class_digit) {
    const auto* at = std::ranges::find(class_rows, class_digit, &ClassRow::digit);
    return at != class_rows.end() ? at : nullptr;
}

const SubjectRow* find_subject(int subject) {
    const auto* at = std::ranges::find(subject_rows, subject, &SubjectRow::number);
    return at != subject_rows.end() ? at : nullptr;
}

const EnhancedRow* find_sample_text(std::string_view text) {
    while (text.ends_with('.')) text.remove_suffix(1);
    const auto* at = std::ranges::find_if(enhanced_rows, [&](const EnhancedRow& row) {
        return !text.empty() && base::equal_no_case(row.registration.sample_text, text);
    });
    return at != enhanced_rows.end() ? at : nullptr;
}

bool is_paired(const EnhancedRow& row, ReplyCode code) {
    return row.pairs_with_any || std::ranges::find(pairs_of(row), code) != pairs_of(row).end();
}

std::string_view name_of(Track track) {
    switch (track) {
        case Track::standards_track:
            return "standards-track";
        case Track::best_current_practice:
            return "best-current-practice";
        case Track::not_standards_track:
            return "not-standards-track";
    }
    return "standards-track";
}

std::string_view name_of(Actor actor) {
    switch (actor) {
        case Actor::nobody:
            return "nobody";
        case Actor::sender:
            return "sender";
        case Actor::sending_admin:
            return "sending-admin";
        case Actor::recipient:
            return "recipient";
        case Actor::receiving_admin:
            return "receiving-admin";
        case Actor::list_owner:
            return "list-owner";
    }
    return "nobody";
}

std::string_view name_of(Retry retry) {
    switch (retry) {
        case Retry::no:
            return "no";
        case Retry::later:
            return "later";
        case Retry::yes:
            return "yes";
    }
    return "no";
}

std::string_view name_of(Standing standing) {
    switch (standing) {
        case Standing::standard:
            return "standard";
        case Standing::extension:
            return "extension";
        case Standing::experimental:
            return "experimental";
        case Standing::registered:
            return "registered";
        case Standing::deprecated:
            return "deprecated";
        case Standing::wild:
            return "non-standard";
    }
    return "standard";
}

}  // namespace turnaway::codes
