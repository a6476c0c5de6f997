#include "codes/judgement.h"

#include <algorithm>

#include "base/text.h"
#include "codes/code_cause.h"

namespace turnaway::codes {

namespace {

constexpr std::string_view go_on = "Go on with the session: the server waits for the client.";

bool says_no_mail(const EnhancedCode& code) {
    const Detail detail = code.detail();
    return detail == system_takes_no_mail || detail == recipient_null_mx ||
           detail == other_status || detail == other_system_status;
}

bool is_no_mail_code(std::optional<ReplyCode> reply) {
    return reply == host_takes_no_mail || reply == domain_takes_no_mail;
}

// "235 2.7.0", "252 2.5.0": the reply code tells which success it is; 250 does not.
bool is_special_success(const Judgement& judgement) {
    return judgement.digit == 2 && judgement.reply && *judgement.reply != ok &&
           judgement.enhanced_row != nullptr && judgement.enhanced &&
           judgement.enhanced->class_digit() == 2 && judgement.enhanced_row->usual_with(2);
}

// The codes and their rows, and which of the two carries the meaning.
Judgement look_up(const ReplyReading& reading) {
    Judgement judgement;
    judgement.reply = reading.reply;
    judgement.enhanced = reading.enhanced;
    judgement.pattern = reading.pattern;
    judgement.stage = reading.stage;
    judgement.is_words_only = reading.is_words_only;
    judgement.other_reply = reading.other_reply;
    judgement.other_enhanced = reading.other_enhanced;
    judgement.digit = reading.reply_first_digit;
    std::optional<std::uint16_t> subject;
    if (reading.reply) judgement.reply_row = find(*reading.reply);
    if (reading.enhanced) {
        if (judgement.digit == 0) judgement.digit = reading.enhanced->class_digit();
        subject = reading.enhanced->detail().subject;
        judgement.enhanced_row = find(reading.enhanced->detail());
    }
    if (reading.pattern) {
        if (judgement.digit == 0) judgement.digit = reading.pattern->class_digit;
        subject = reading.pattern->subject;
        if (subject && reading.pattern->detail) {
            judgement.enhanced_row = find(Detail{*subject, *reading.pattern->detail});
        }
    }
    if (subject) judgement.subject_row = find_subject(*subject);
    judgement.class_row = find_class(judgement.digit);

    const bool enhanced_says_little =
        !subject || judgement.subject_row == nullptr || (reading.enhanced && *subject == 0);
    const bool no_mail =
        is_no_mail_code(reading.reply) && (!reading.enhanced || says_no_mail(*reading.enhanced));
    judgement.reply_governs = judgement.reply_row != nullptr &&
                              (enhanced_says_little || no_mail || is_special_success(judgement));
    if (!judgement.reply_governs && judgement.enhanced_row == nullptr) {
        judgement.known = judgement.subject_row != nullptr ? Known::subject : Known::first_digit;
    }
    return judgement;
}

bool cause_agrees(const Judgement& judgement, Cause cause) {
    if (judgement.reply_governs) return agrees(cause, *judgement.reply);
    if (judgement.enhanced) return agrees(cause, *judgement.enhanced);
    return true;
}

CauseSet only(Cause cause) {
    CauseSet set;
    set.add(cause);
    return set;
}

bool has_other_reason(CauseSet causes) {
    for (; !causes.empty(); causes.drop_first()) {
        if (causes.first() != Cause::no_mail && row_of(causes.first()).overrides) return true;
    }
    return false;
}

// The cause that agrees with a code of one clear meaning, if any does; else the most special one. A
// cause that is not sure enough, and weak words, do not speak against any code but 521 and 556,
// which hosts send for all kinds of reasons.
void choose_among(Judgement& judgement, CauseSet causes, bool is_weak) {
    const bool is_open_to_all = is_no_mail_code(judgement.reply);
    const bool is_clear =
        !judgement.is_broad() && judgement.known == Known::whole && !judgement.is_words_only;
    for (CauseSet rest = causes; !rest.empty(); rest.drop_first()) {
        const Cause cause = rest.first();
        const bool agreeing = cause_agrees(judgement, cause);
        const bool is_better = !judgement.cause || (is_clear && agreeing);
        const bool is_sure = row_of(cause).overrides && !is_weak;
        const bool may_speak = agreeing || is_sure || is_open_to_all || !is_clear;
        if (!is_better || !may_speak) continue;
        judgement.cause = cause;
        judgement.cause_agrees = agreeing;
        if (agreeing) return;
    }
}

// Vague causes count only where the words say nothing else. Of a 521 that also names a reason about
// the client or the moment, that reason counts: a client refused for a reason is not refused with
// everybody. A temporary reply may say "not accepting messages"; it does not say "no mail at all".
void choose_cause(Judgement& judgement, const TextEvidence& evidence) {
    CauseSet causes = evidence.causes;
    if (judgement.digit != 4 && judgement.digit != 5 && !judgement.is_words_only) return;
    const bool is_refusal_with_reason =
        judgement.reply == host_takes_no_mail && has_other_reason(causes);
    const CauseSet others = causes.without(only(Cause::no_mail));
    if (is_refusal_with_reason || (judgement.digit == 4 && !others.empty())) causes = others;
    choose_among(judgement, causes.without(vague_causes()), evidence.is_weak);
    if (!judgement.cause) choose_among(judgement, causes, evidence.is_weak);
    if (judgement.cause || judgement.cause_of_code || causes.empty()) return;
    judgement.cause = causes.first();
    judgement.cause_agrees = cause_agrees(judgement, *judgement.cause);
}

// Words that say little and stand beside a code ("5.2.1 mailbox unavailable") leave it to the code.
bool leaves_it_to_the_code(const Judgement& judgement) {
    return judgement.cause_of_code && judgement.cause && judgement.cause_agrees &&
           judgement.cause != Cause::recipient_refused && row_of(*judgement.cause).vague &&
           !row_of(*judgement.cause_of_code).vague;
}

// The words agree with the code and say more: "534 5.7.9 Application-specific password required".
bool says_more_than_code(const Judgement& judgement) {
    return judgement.cause && judgement.cause_agrees && judgement.cause_of_code &&
           judgement.cause != judgement.cause_of_code && row_of(*judgement.cause).overrides &&
           !row_of(*judgement.cause).vague;
}

bool speaks_of(const CollisionRow& row, const Judgement& judgement) {
    if (row.code.is_reply()) return judgement.reply && row.code.matches(*judgement.reply);
    if (judgement.enhanced) return row.code.matches(judgement.digit, judgement.enhanced->detail());
    return judgement.enhanced_row != nullptr &&
           row.code.matches(judgement.digit, judgement.enhanced_row->detail);
}

// Whether the reply shows that this provider speaks, and that it means what the row says.
bool is_shown(const CollisionRow& row, const Judgement& judgement, CauseSet causes) {
    if (!speaks_of(row, judgement) || (row.providers & judgement.providers) == 0) return false;
    if (judgement.digit == 2 || judgement.digit == 3) return false;
    if (!judgement.cause) return row.always || row.is_shown_by(causes);
    return row.is_shown_by(only(*judgement.cause)) ||
           (!judgement.cause_agrees && row.is_shown_by(causes));
}

// A host that took a recipient takes mail: its 521 to DATA or to the content comes from behind it.
bool is_521_after_recipient(const Judgement& judgement) {
    return judgement.reply == host_takes_no_mail &&
           (judgement.stage == Stage::data || judgement.stage == Stage::data_end);
}

// 521 and 556 say "takes no mail"; where the words give another reason, that is what must be said
// of the reply, whatever the enhanced code.
void weigh_no_mail_code(Judgement& judgement) {
    if (judgement.reply_governs || !is_no_mail_code(judgement.reply) || !judgement.cause) return;
    judgement.reply_governs = true;
    judgement.known = Known::whole;
    judgement.cause_agrees = agrees(*judgement.cause, *judgement.reply);
}

void choose_basis(Judgement& judgement, CauseSet causes, ProviderSet named) {
    for (const auto& row : collision_rows) {
        const bool asked = named != 0 && causes.empty() && speaks_of(row, judgement) &&
                           (row.providers & named) != 0 && judgement.digit != 2;
        if (!asked && !is_shown(row, judgement, causes)) continue;
        judgement.basis = Basis::provider;
        judgement.collision = &row;
        return;
    }
    const bool is_against_code = judgement.cause && !judgement.cause_agrees;
    if (is_against_code || judgement.is_words_only) judgement.basis = Basis::text;
}

void advise_by_class(Judgement& judgement) {
    const ClassRow* row = judgement.class_row;
    if (row == nullptr && judgement.digit == 0) row = find_class(2);
    if (row == nullptr) {
        judgement.advice = go_on;
        return;
    }
    judgement.actor = row->actor;
    judgement.retry = row->retry;
    judgement.advice = row->advice;
}

void advise_by_code(Judgement& judgement) {
    advise_by_class(judgement);
    if (judgement.known == Known::subject && (judgement.digit == 4 || judgement.digit == 5)) {
        judgement.actor = judgement.subject_row->actor;
    }
    if (judgement.known != Known::whole) return;
    if (judgement.reply_governs) {
        judgement.actor = judgement.reply_row->actor;
        judgement.retry = judgement.reply_row->retry;
        judgement.advice = judgement.reply_row->advice;
        return;
    }
    const EnhancedRow& row = *judgement.enhanced_row;
    const bool is_failure = judgement.digit != 2 && judgement.digit != 3;
    if (!is_failure || !(row.usual_with(4) || row.usual_with(5))) return;
    if (judgement.digit == 4) {
        if (row.advice_if_temporary.empty()) return;
        judgement.actor = row.actor_if_temporary;
        judgement.advice = row.advice_if_temporary;
        return;
    }
    judgement.actor = row.actor;
    judgement.retry = row.retry_if_permanent;
    judgement.advice = row.advice;
}

void advise(Judgement& judgement) {
    advise_by_code(judgement);
    // Without a code, silence ends nothing: a client tries again (RFC 5321 section 4.5.4.1).
    const bool is_silence =
        judgement.cause == Cause::no_answer || judgement.cause == Cause::dns_failure;
    const bool is_temporary = judgement.digit == 4 || (judgement.is_words_only && is_silence);
    if (judgement.basis == Basis::provider) {
        judgement.actor = judgement.collision->actor;
        judgement.retry = is_temporary ? Retry::later : judgement.collision->retry_if_permanent;
        judgement.advice = judgement.collision->advice;
        return;
    }
    if (!judgement.cause) return;
    const bool code_says_enough = judgement.cause_agrees && !judgement.is_broad() &&
                                  judgement.known == Known::whole && !judgement.answers_by_cause();
    const CauseRow& row = row_of(*judgement.cause);
    if (!code_says_enough) {
        judgement.actor = row.actor;
        judgement.retry = is_temporary ? Retry::later : row.retry_if_permanent;
        judgement.advice = is_temporary ? row.advice_if_temporary : row.advice;
    }
    if (judgement.cause == Cause::too_many_recipients && judgement.reply == storage_exceeded) {
        judgement.retry = Retry::later;
        judgement.advice = row.advice_if_temporary;
        judgement.notes.add(Note::too_many_is_temporary);
    }
}

bool has_pair_of_digit(const EnhancedRow& row, int digit) {
    return std::ranges::any_of(pairs_of(row),
                               [&](ReplyCode code) { return code.first_digit() == digit; });
}

void note_about_reply(Judgement& judgement) {
    NoteSet& notes = judgement.notes;
    if (!judgement.reply) return;
    if (judgement.reply_row == nullptr) {
        notes.add(Note::unknown_reply);
        return;
    }
    const Standing standing = judgement.reply_row->about.standing;
    if (standing == Standing::wild) notes.add(Note::not_standard);
    if (standing == Standing::registered) notes.add(Note::registered_only);
    if (standing == Standing::experimental) notes.add(Note::experimental);
    const bool for_another_reason = (judgement.enhanced && !says_no_mail(*judgement.enhanced)) ||
                                    judgement.basis != Basis::standard;
    if (for_another_reason && judgement.reply == host_takes_no_mail) notes.add(Note::misused_521);
    if (for_another_reason && judgement.reply == domain_takes_no_mail) {
        notes.add(Note::misused_556);
    }
    if (judgement.stage == Stage::greeting && judgement.reply == transaction_failed) {
        notes.add(Note::greeting_is_about_client);
    }
}

void note_about_enhanced(Judgement& judgement) {
    NoteSet& notes = judgement.notes;
    const auto& row = judgement.enhanced_row;
    if (judgement.enhanced && row == nullptr) notes.add(Note::unknown_detail);
    if (row == nullptr) return;
    if (row->about.standing == Standing::deprecated) notes.add(Note::deprecated);
    const int class_digit = judgement.enhanced ? judgement.enhanced->class_digit() : 0;
    if (class_digit != 0 && !row->usual_with(class_digit)) notes.add(Note::unusual_class);
    if (!judgement.reply || !judgement.enhanced) return;
    if (!judgement.enhanced->agrees_with(*judgement.reply)) {
        notes.add(Note::class_differs);
        return;
    }
    const bool is_misuse = notes.has(Note::misused_521) || notes.has(Note::misused_556);
    if (!is_misuse && !row->about.broad && !is_paired(*row, *judgement.reply) &&
        has_pair_of_digit(*row, judgement.digit)) {
        notes.add(Note::unusual_pair);
    }
}

}  // namespace

bool Judgement::is_broad() const {
    if (reply_governs) return reply_row->about.broad;
    return enhanced_row != nullptr && enhanced_row->about.broad;
}

bool Judgement::answers_by_cause() const {
    return cause && (basis == Basis::text || is_broad() || says_more_than_code(*this));
}

std::string_view Judgement::standard_meaning() const {
    return reply_governs ? reply_row->about.meaning : enhanced_row->meaning(digit);
}

bool Judgement::contradicts_itself() const {
    return notes.has(Note::class_differs) ||
           (notes.has(Note::unusual_class) && basis == Basis::standard && !cause);
}

bool Judgement::is_known_use(const CollisionRow& row) const {
    if (&row == collision || digit == 2 || digit == 3 || !speaks_of(row, *this)) return false;
    return !cause || row.is_shown_by(only(*cause));
}

namespace {

std::string_view without_full_stop(std::string_view text) {
    while (text.ends_with('.')) text.remove_suffix(1);
    return text;
}

// The registry's own words for a code, or those of RFC 5321, say no more than the code.
bool repeats_the_code(std::string_view text, const Judgement& judgement) {
    const bool is_broad_reply = judgement.reply_row != nullptr && judgement.reply_row->about.broad;
    if (is_broad_reply &&
        base::equal_no_case(without_full_stop(text), judgement.reply_row->about.title)) {
        return true;
    }
    if (judgement.enhanced_row == nullptr) return false;
    const Description& about = judgement.enhanced_row->about;
    const std::string_view sample = judgement.enhanced_row->registration.sample_text;
    return base::starts_with_no_case(text, about.title) ||
           base::starts_with_no_case(text, about.meaning) ||
           base::equal_no_case(without_full_stop(text), sample);
}

// "No such user (#5.1.1)": the words may stand before the code. They count where those behind it
// say nothing, or nothing but what is vague.
void add_words_before(TextEvidence& evidence, const ReplyReading& reading) {
    const TextEvidence before = read_evidence(reading.before);
    evidence.providers |= before.providers;
    const bool is_clear = !evidence.causes.without(vague_causes()).empty();
    if (!reading.words_come_first || is_clear) return;
    evidence.is_weak = evidence.is_weak && (before.is_weak || before.causes.empty());
    evidence.causes = evidence.causes.with(before.causes);
}

// A code without a class (X.1.1) is mostly meant as a failure; X.3.2 leaves open which.
std::optional<Cause> find_cause_of_code(const Judgement& judgement) {
    const EnhancedRow* row = judgement.enhanced_row;
    const bool is_open = row != nullptr && row->detail == system_takes_no_mail;
    const int digit = judgement.digit == 0 && !is_open ? 5 : judgement.digit;
    return cause_of_code(digit, row, judgement.reply_row);
}

}  // namespace

std::optional<Cause> Judgement::shown_cause() const {
    if (basis == Basis::provider && collision->cause) return collision->cause;
    return !cause || leaves_it_to_the_code(*this) ? cause_of_code : cause;
}

Judgement judge(const ReplyReading& reading, ProviderSet named) {
    Judgement judgement = look_up(reading);
    TextEvidence evidence;
    if (!repeats_the_code(reading.text, judgement)) evidence = read_evidence(reading.text);
    if (!reading.before.empty()) add_words_before(evidence, reading);
    judgement.providers = evidence.providers | named;
    judgement.cause_of_code = find_cause_of_code(judgement);
    choose_cause(judgement, evidence);
    if (!judgement.cause && is_521_after_recipient(judgement)) {
        judgement.cause = Cause::fault_behind;
    }
    weigh_no_mail_code(judgement);
    choose_basis(judgement, evidence.causes, named);
    advise(judgement);
    note_about_reply(judgement);
    note_about_enhanced(judgement);
    if (judgement.reply && judgement.enhanced && judgement.enhanced_row == nullptr &&
        !judgement.enhanced->agrees_with(*judgement.reply)) {
        judgement.notes.add(Note::class_differs);
    }
    if (reading.has_leading_zero) judgement.notes.add(Note::leading_zero);
    if (judgement.other_reply) judgement.notes.add(Note::replies_differ);
    if (judgement.other_enhanced) judgement.notes.add(Note::enhanced_differ);
    return judgement;
}

}  // namespace turnaway::codes
