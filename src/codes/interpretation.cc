#include "codes/interpretation.h"

#include <algorithm>

#include "base/text.h"
#include "codes/code_cause.h"
#include "codes/interpretation_notes.h"
#include "codes/reply_evidence.h"

namespace turnaway::codes {

namespace {

constexpr std::string_view go_on = "Go on with the session: the server waits for the client.";

bool is_no_mail_code(std::optional<ReplyCode> reply) {
    return reply == host_takes_no_mail || reply == domain_takes_no_mail;
}

// "235 2.7.0", "252 2.5.0": the reply code shows which success it is; 250 does not.
bool is_special_success(const ReplyInterpretation& interpretation) {
    return interpretation.digit == 2 && interpretation.reply && *interpretation.reply != ok &&
           interpretation.enhanced_row != nullptr && interpretation.enhanced &&
           interpretation.enhanced->class_digit() == 2 &&
           interpretation.enhanced_row->usual_with(2);
}

// The codes and their rows, and which of the two carries the meaning.
ReplyInterpretation look_up(const ReplyReading& reading) {
    ReplyInterpretation interpretation;
    interpretation.reply = reading.reply;
    interpretation.enhanced = reading.enhanced;
    interpretation.pattern = reading.pattern;
    interpretation.stage = reading.stage;
    interpretation.is_words_only = reading.is_words_only;
    interpretation.other_reply = reading.other_reply;
    interpretation.other_enhanced = reading.other_enhanced;
    interpretation.digit = reading.reply_first_digit;
    std::optional<std::uint16_t> subject;
    if (reading.reply) interpretation.reply_row = find(*reading.reply);
    if (reading.enhanced) {
        if (interpretation.digit == 0) interpretation.digit = reading.enhanced->class_digit();
        subject = reading.enhanced->detail().subject;
        interpretation.enhanced_row = find(reading.enhanced->detail());
    }
    if (reading.pattern) {
        if (interpretation.digit == 0) interpretation.digit = reading.pattern->class_digit;
        subject = reading.pattern->subject;
        if (subject && reading.pattern->detail) {
            interpretation.enhanced_row = find(Detail{*subject, *reading.pattern->detail});
        }
    }
    if (subject) interpretation.subject_row = find_subject(*subject);
    interpretation.class_row = find_class(interpretation.digit);

    const bool enhanced_says_little =
        !subject || interpretation.subject_row == nullptr || (reading.enhanced && *subject == 0);
    const bool no_mail =
        is_no_mail_code(reading.reply) && (!reading.enhanced || says_no_mail(*reading.enhanced));
    interpretation.reply_governs =
        interpretation.reply_row != nullptr &&
        (enhanced_says_little || no_mail || is_special_success(interpretation));
    if (!interpretation.reply_governs && interpretation.enhanced_row == nullptr) {
        interpretation.known =
            interpretation.subject_row != nullptr ? Known::subject : Known::first_digit;
    }
    return interpretation;
}

bool cause_agrees(const ReplyInterpretation& interpretation, Cause cause) {
    if (interpretation.reply_governs) return agrees(cause, *interpretation.reply);
    if (interpretation.enhanced) return agrees(cause, *interpretation.enhanced);
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

// Chooses the cause that agrees with a code of one clear meaning, if there is one; else the most
// specific cause. Causes that are not certain enough, and weak words, do not contradict any code
// except 521 and 556, which hosts send for all kinds of reasons.
void choose_among(ReplyInterpretation& interpretation, CauseSet causes, bool is_weak) {
    const bool is_open_to_all = is_no_mail_code(interpretation.reply);
    const bool is_clear = !interpretation.is_broad() && interpretation.known == Known::whole &&
                          !interpretation.is_words_only;
    for (CauseSet rest = causes; !rest.empty(); rest.drop_first()) {
        const Cause cause = rest.first();
        const bool agreeing = cause_agrees(interpretation, cause);
        const bool is_better = !interpretation.cause || (is_clear && agreeing);
        const bool is_sure = row_of(cause).overrides && !is_weak;
        const bool may_speak = agreeing || is_sure || is_open_to_all || !is_clear;
        if (!is_better || !may_speak) continue;
        interpretation.cause = cause;
        interpretation.cause_agrees = agreeing;
        if (agreeing) return;
    }
}

// A program that reports "Unrouteable address" without any code found no host for the domain; a
// host that replies so does not know the recipient. After MAIL it is the sender's domain that is
// unknown.
CauseSet in_context(CauseSet causes, const ReplyInterpretation& interpretation) {
    if (!causes.has(Cause::domain_unknown)) return causes;
    if (interpretation.is_words_only) return causes.without(only(Cause::recipient_unknown));
    if (interpretation.stage != Stage::mail) return causes;
    return causes.without(only(Cause::domain_unknown)).with(only(Cause::sender_invalid));
}

// Vague causes count only if the text shows no other cause. If a 521 also names a reason about the
// client or the moment, that reason counts: to refuse one client for a reason is not to refuse
// everyone. A temporary reply may contain "not accepting messages"; it does not mean "no mail at
// all".
void choose_cause(ReplyInterpretation& interpretation, const TextEvidence& evidence) {
    CauseSet causes = in_context(evidence.causes, interpretation);
    if (interpretation.digit != 4 && interpretation.digit != 5 && !interpretation.is_words_only)
        return;
    const bool is_refusal_with_reason =
        interpretation.reply == host_takes_no_mail && has_other_reason(causes);
    const CauseSet others = causes.without(only(Cause::no_mail));
    if (is_refusal_with_reason || (interpretation.digit == 4 && !others.empty())) causes = others;
    choose_among(interpretation, causes.without(vague_causes()), evidence.is_weak);
    if (!interpretation.cause) choose_among(interpretation, causes, evidence.is_weak);
    if (interpretation.cause || interpretation.cause_of_code || causes.empty()) return;
    interpretation.cause = causes.first();
    interpretation.cause_agrees = cause_agrees(interpretation, *interpretation.cause);
}

// A text that adds little to the code ("5.2.1 mailbox unavailable") leaves the meaning to the code.
bool leaves_it_to_the_code(const ReplyInterpretation& interpretation) {
    // "550 5.3.0 <user@example.org>: Recipient address rejected: System error".
    const bool is_of_host =
        interpretation.enhanced && (interpretation.enhanced->detail().subject == 3 ||
                                    interpretation.enhanced->detail().subject == 4);
    if (interpretation.cause == Cause::mailbox_unavailable && is_of_host &&
        interpretation.cause_of_code)
        return true;
    return interpretation.cause_of_code && interpretation.cause && interpretation.cause_agrees &&
           interpretation.cause != Cause::recipient_refused &&
           row_of(*interpretation.cause).vague && !row_of(*interpretation.cause_of_code).vague;
}

// The text agrees with the code and is more exact: "534 5.7.9 Application-specific password
// required".
bool says_more_than_code(const ReplyInterpretation& interpretation) {
    return interpretation.cause && interpretation.cause_agrees && interpretation.cause_of_code &&
           interpretation.cause != interpretation.cause_of_code &&
           row_of(*interpretation.cause).overrides && !row_of(*interpretation.cause).vague;
}

bool speaks_of(const CollisionRow& row, const ReplyInterpretation& interpretation) {
    if (row.code.is_reply()) return interpretation.reply && row.code.matches(*interpretation.reply);
    if (interpretation.enhanced)
        return row.code.matches(interpretation.digit, interpretation.enhanced->detail());
    return interpretation.enhanced_row != nullptr &&
           row.code.matches(interpretation.digit, interpretation.enhanced_row->detail);
}

// Whether the reply shows that it comes from this provider, and that it means what the row states.
bool is_shown(const CollisionRow& row, const ReplyInterpretation& interpretation, CauseSet causes) {
    if (!speaks_of(row, interpretation) || (row.providers & interpretation.providers) == 0)
        return false;
    if (interpretation.digit == 2 || interpretation.digit == 3) return false;
    if (!interpretation.cause) return row.always || row.is_shown_by(causes);
    return row.is_shown_by(only(*interpretation.cause)) ||
           (!interpretation.cause_agrees && row.is_shown_by(causes));
}

// A host that accepted a recipient accepts mail: its 521 to DATA or to the content comes from a
// system behind it.
bool is_521_after_recipient(const ReplyInterpretation& interpretation) {
    return interpretation.reply == host_takes_no_mail &&
           (interpretation.stage == Stage::data || interpretation.stage == Stage::final_dot);
}

// 521 and 556 mean "does not accept mail". If the text shows a cause, the reply code carries the
// meaning, whatever the enhanced code, so that another reason is noticed.
void weigh_no_mail_code(ReplyInterpretation& interpretation) {
    if (interpretation.reply_governs || !is_no_mail_code(interpretation.reply) ||
        !interpretation.cause)
        return;
    interpretation.reply_governs = true;
    interpretation.known = Known::whole;
    interpretation.cause_agrees = agrees(*interpretation.cause, *interpretation.reply);
}

void choose_basis(ReplyInterpretation& interpretation, CauseSet causes, ProviderSet named) {
    for (const auto& row : collision_rows) {
        const bool asked = named != 0 && causes.empty() && speaks_of(row, interpretation) &&
                           (row.providers & named) != 0 && interpretation.digit != 2;
        if (!asked && !is_shown(row, interpretation, causes)) continue;
        interpretation.basis = Basis::provider;
        interpretation.collision = &row;
        return;
    }
    const bool is_against_code = interpretation.cause && !interpretation.cause_agrees;
    if (is_against_code || interpretation.is_words_only) interpretation.basis = Basis::text;
}

void advise_by_class(ReplyInterpretation& interpretation) {
    const ClassRow* row = interpretation.class_row;
    if (row == nullptr && interpretation.digit == 0) row = find_class(2);
    if (row == nullptr) {
        interpretation.advice = go_on;
        return;
    }
    interpretation.actor = row->actor;
    interpretation.retry = row->retry;
    interpretation.advice = row->advice;
}

void advise_by_code(ReplyInterpretation& interpretation) {
    advise_by_class(interpretation);
    if (interpretation.known == Known::subject &&
        (interpretation.digit == 4 || interpretation.digit == 5)) {
        interpretation.actor = interpretation.subject_row->actor;
    }
    if (interpretation.known != Known::whole) return;
    if (interpretation.reply_governs) {
        interpretation.actor = interpretation.reply_row->actor;
        interpretation.retry = interpretation.reply_row->retry;
        interpretation.advice = interpretation.reply_row->advice;
        return;
    }
    const EnhancedRow& row = *interpretation.enhanced_row;
    const bool is_failure = interpretation.digit != 2 && interpretation.digit != 3;
    if (!is_failure || !(row.usual_with(4) || row.usual_with(5))) return;
    if (interpretation.digit == 4) {
        if (row.advice_if_temporary.empty()) return;
        interpretation.actor = row.actor_if_temporary;
        interpretation.advice = row.advice_if_temporary;
        return;
    }
    interpretation.actor = row.actor;
    interpretation.retry = row.retry_if_permanent;
    interpretation.advice = row.advice;
}

void advise(ReplyInterpretation& interpretation) {
    advise_by_code(interpretation);
    // Without a code, silence is not final: a client tries again (RFC 5321 section 4.5.4.1).
    const bool is_silence = interpretation.cause == Cause::no_answer ||
                            interpretation.cause == Cause::unreachable ||
                            interpretation.cause == Cause::dns_failure;
    const bool is_temporary =
        interpretation.digit == 4 || (interpretation.is_words_only && is_silence);
    if (interpretation.basis == Basis::provider) {
        interpretation.actor = interpretation.collision->actor;
        interpretation.retry =
            is_temporary ? Retry::later : interpretation.collision->retry_if_permanent;
        interpretation.advice = interpretation.collision->advice;
        return;
    }
    if (!interpretation.cause) return;
    const bool code_says_enough = interpretation.cause_agrees && !interpretation.is_broad() &&
                                  interpretation.known == Known::whole &&
                                  !interpretation.answers_by_cause();
    const CauseRow& row = row_of(*interpretation.cause);
    if (!code_says_enough) {
        interpretation.actor = row.actor;
        interpretation.retry = is_temporary ? Retry::later : row.retry_if_permanent;
        interpretation.advice = is_temporary ? row.advice_if_temporary : row.advice;
    }
    if (interpretation.cause == Cause::too_many_recipients &&
        interpretation.reply == storage_exceeded) {
        interpretation.retry = Retry::later;
        interpretation.advice = row.advice_if_temporary;
        interpretation.notes.add(Note::too_many_is_temporary);
    }
}

}  // namespace

bool ReplyInterpretation::is_broad() const {
    if (reply_governs) return reply_row->about.broad;
    return enhanced_row != nullptr && enhanced_row->about.broad;
}

bool ReplyInterpretation::answers_by_cause() const {
    return cause && (basis == Basis::text || is_broad() || says_more_than_code(*this));
}

std::string_view ReplyInterpretation::standard_meaning() const {
    return reply_governs ? reply_row->about.meaning : enhanced_row->meaning(digit);
}

bool ReplyInterpretation::contradicts_itself() const {
    return notes.has(Note::class_differs) ||
           (notes.has(Note::unusual_class) && basis == Basis::standard && !cause);
}

bool ReplyInterpretation::is_known_use(const CollisionRow& row) const {
    if (&row == collision || digit == 2 || digit == 3 || !speaks_of(row, *this)) return false;
    return !cause || row.is_shown_by(only(*cause));
}

namespace {

std::string_view without_full_stop(std::string_view text) {
    while (text.ends_with('.')) text.remove_suffix(1);
    return text;
}

// The registry's own text for a code, or that of RFC 5321, adds nothing to the code.
bool repeats_the_code(std::string_view text, const ReplyInterpretation& interpretation) {
    const bool is_broad_reply =
        interpretation.reply_row != nullptr && interpretation.reply_row->about.broad;
    if (is_broad_reply &&
        base::equal_no_case(without_full_stop(text), interpretation.reply_row->about.title)) {
        return true;
    }
    if (interpretation.enhanced_row == nullptr) return false;
    const Description& about = interpretation.enhanced_row->about;
    const std::string_view sample = interpretation.enhanced_row->registration.sample_text;
    return base::starts_with_no_case(text, about.title) ||
           base::starts_with_no_case(text, about.meaning) ||
           base::equal_no_case(without_full_stop(text), sample);
}

// "No such user (#5.1.1)": the text may come before the code. It counts where the text after the
// code shows no cause, only vague ones, or only that the sender gave up: "Unable to contact LDAP
// server (#4.4.3). I'm not going to try again".
void add_words_before(TextEvidence& evidence, const ReplyReading& reading) {
    // "after MAIL FROM:<ann@example.org> SIZE=1543:" is not about the size.
    const TextEvidence before =
        read_evidence(reading.before.substr(0, reading.before.find(" SIZE=")));
    evidence.providers |= before.providers;
    const bool is_clear =
        !evidence.causes.without(vague_causes()).without({Cause::expired, Cause::delayed}).empty();
    if (!reading.words_come_first || is_clear) return;
    evidence.is_weak = evidence.is_weak && (before.is_weak || before.causes.empty());
    evidence.causes = evidence.causes.with(before.causes);
}

// A code without a class (X.1.1) is usually meant as a failure; X.3.2 can be either.
std::optional<Cause> find_cause_of_code(const ReplyInterpretation& interpretation) {
    const EnhancedRow* row = interpretation.enhanced_row;
    const bool is_open = row != nullptr && row->detail == system_takes_no_mail;
    const int digit = interpretation.digit == 0 && !is_open ? 5 : interpretation.digit;
    return cause_of_code(digit, row, interpretation.reply_row);
}

}  // namespace

std::optional<Cause> ReplyInterpretation::shown_cause() const {
    if (basis == Basis::provider && collision->cause) return collision->cause;
    return !cause || leaves_it_to_the_code(*this) ? cause_of_code : cause;
}

ReplyInterpretation judge(const ReplyReading& reading, ProviderSet named) {
    ReplyInterpretation interpretation = look_up(reading);
    TextEvidence evidence;
    if (!repeats_the_code(reading.text, interpretation)) evidence = read_reply_evidence(reading);
    if (!reading.before.empty()) add_words_before(evidence, reading);
    interpretation.providers = evidence.providers | named;
    interpretation.cause_of_code = find_cause_of_code(interpretation);
    choose_cause(interpretation, evidence);
    interpretation.cause_is_weak = evidence.is_weak;
    if (!interpretation.cause && is_521_after_recipient(interpretation)) {
        interpretation.cause = Cause::fault_behind;
    }
    weigh_no_mail_code(interpretation);
    choose_basis(interpretation, evidence.causes, named);
    advise(interpretation);
    note_about_reply(interpretation);
    note_about_enhanced(interpretation);
    if (interpretation.reply && interpretation.enhanced && interpretation.enhanced_row == nullptr &&
        !interpretation.enhanced->agrees_with(*interpretation.reply)) {
        interpretation.notes.add(Note::class_differs);
    }
    if (reading.has_leading_zero) interpretation.notes.add(Note::leading_zero);
    if (interpretation.other_reply) interpretation.notes.add(Note::replies_differ);
    if (interpretation.other_enhanced) interpretation.notes.add(Note::enhanced_differ);
    return interpretation;
}

}  // namespace turnaway::codes
