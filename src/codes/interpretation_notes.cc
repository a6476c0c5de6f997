#include "codes/interpretation_notes.h"

#include <algorithm>

namespace turnaway::codes {

namespace {

bool has_pair_of_digit(const EnhancedRow& row, int digit) {
    return std::ranges::any_of(pairs_of(row),
                               [&](ReplyCode code) { return code.first_digit() == digit; });
}

}  // namespace

bool says_no_mail(const EnhancedCode& code) {
    const Detail detail = code.detail();
    return detail == system_takes_no_mail || detail == recipient_null_mx ||
           detail == other_status || detail == other_system_status;
}

void note_about_reply(ReplyInterpretation& interpretation) {
    NoteSet& notes = interpretation.notes;
    if (!interpretation.reply) return;
    if (interpretation.reply_row == nullptr) {
        notes.add(Note::unknown_reply);
        return;
    }
    const Standing standing = interpretation.reply_row->about.standing;
    if (standing == Standing::wild) notes.add(Note::not_standard);
    if (standing == Standing::registered) notes.add(Note::registered_only);
    if (standing == Standing::experimental) notes.add(Note::experimental);
    const bool for_another_reason =
        (interpretation.enhanced && !says_no_mail(*interpretation.enhanced)) ||
        interpretation.basis != Basis::standard;
    if (for_another_reason && interpretation.reply == host_takes_no_mail)
        notes.add(Note::misused_521);
    if (for_another_reason && interpretation.reply == domain_takes_no_mail) {
        notes.add(Note::misused_556);
    }
    if (interpretation.stage == Stage::greeting && interpretation.reply == transaction_failed) {
        notes.add(Note::greeting_is_about_client);
    }
}

void note_about_enhanced(ReplyInterpretation& interpretation) {
    NoteSet& notes = interpretation.notes;
    const auto& row = interpretation.enhanced_row;
    if (interpretation.enhanced && row == nullptr) notes.add(Note::unknown_detail);
    if (row == nullptr) return;
    if (row->about.standing == Standing::deprecated) notes.add(Note::deprecated);
    const int class_digit = interpretation.enhanced ? interpretation.enhanced->class_digit() : 0;
    if (class_digit != 0 && !row->usual_with(class_digit)) notes.add(Note::unusual_class);
    if (!interpretation.reply || !interpretation.enhanced) return;
    if (!interpretation.enhanced->agrees_with(*interpretation.reply)) {
        notes.add(Note::class_differs);
        return;
    }
    const bool is_misuse = notes.has(Note::misused_521) || notes.has(Note::misused_556);
    if (!is_misuse && !row->about.broad && !is_paired(*row, *interpretation.reply) &&
        has_pair_of_digit(*row, interpretation.digit)) {
        notes.add(Note::unusual_pair);
    }
}

}  // namespace turnaway::codes
