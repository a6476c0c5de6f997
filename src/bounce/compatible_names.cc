#include "bounce/compatible_names.h"

#include "base/text.h"
#include "codes/cause.h"

namespace turnaway::bounce {

namespace {

using codes::Cause;
using codes::Stage;

bool has_subject(const Judgement& judgement, int subject) {
    return judgement.enhanced && judgement.enhanced->detail().subject == subject;
}
bool is_coded(const Judgement& judgement, codes::Detail detail) {
    return judgement.enhanced && judgement.enhanced->detail() == detail;
}

bool says(const Judgement& judgement, std::string_view words) {
    return base::contains_no_case(judgement.evidence, words);
}

// "550 <ann@example.org>: User unknown": servers begin the answer to RCPT so.
bool begins_with_address(const Judgement& judgement) {
    const std::string_view text = judgement.evidence;
    const std::size_t end = text.find(">:");
    if (end == std::string_view::npos) return false;
    const std::size_t begin = text.rfind('<', end);
    return begin != std::string_view::npos && text.substr(begin, end - begin).contains('@');
}

// Others call it filtered where the recipient was accepted at first, or may have been.
std::string_view unknown_user(const Judgement& judgement) {
    if (is_coded(judgement, {1, 6})) return "hasmoved";
    const bool is_by_code = has_subject(judgement, 1) || has_subject(judgement, 5) ||
                            judgement.basis == "provider" ||
                            (judgement.reply && judgement.reply->value() > 552);
    const bool is_of_rcpt = judgement.stage == Stage::rcpt ||
                            (judgement.stage == Stage::unknown && begins_with_address(judgement));
    return is_by_code || is_of_rcpt || !judgement.reply ? "userunknown" : "filtered";
}

std::string_view malformed(const Judgement& judgement) {
    if (has_subject(judgement, 6)) return "contenterror";
    if (is_coded(judgement, {7, 0}) || is_coded(judgement, {7, 9})) return "policyviolation";
    return "notcompliantrfc";
}

// "450 4.0.0 Temporary failure" or "error": a failure, but of nothing in particular.
bool is_only_temporary(const Judgement& judgement) {
    const bool has_exact_code = judgement.enhanced && !has_subject(judgement, 0);
    const bool says_more = judgement.basis != "code" && !judgement.is_weak;
    return judgement.digit != 5 && !has_exact_code && !says_more;
}

// "550 5.7.1 Access denied": the text names no policy, so the subject of the code decides.
bool is_only_by_code(const Judgement& judgement) {
    return (judgement.basis == "code" && !says(judgement, "policy")) ||
           (judgement.is_weak && has_subject(judgement, 7));
}

// Where the text shows nothing exact, the command that was refused decides.
std::string_view by_stage(const Judgement& judgement, std::string_view otherwise) {
    switch (judgement.stage) {
        case Stage::connect:
        case Stage::greeting:
        case Stage::ehlo:
        case Stage::helo:
            return "blocked";
        case Stage::mail:
            return "rejected";
        default:
            return otherwise;
    }
}

// "554 Daily quota reached" instead of a greeting refuses the client.
std::string_view over_limit(const Judgement& judgement, std::string_view usual) {
    // "Temporarily rate limited due to IP reputation": the others name the reason for the limit.
    if (says(judgement, "reputation")) return "badreputation";
    const bool is_greeting =
        judgement.stage == Stage::connect || judgement.stage == Stage::greeting;
    return is_greeting && judgement.digit == 5 ? "blocked" : usual;
}

std::string_view name_of_cause(const Judgement& judgement, Cause cause) {
    const std::string_view usual = reason_of(cause).sisimai;
    switch (cause) {
        case Cause::recipient_unknown:
        case Cause::mailbox_unavailable:
            return unknown_user(judgement);
        case Cause::message_too_big:
            return is_coded(judgement, {2, 3}) ? "exceedlimit" : usual;
        case Cause::sender_banned:
            return is_coded(judgement, {7, 13}) ? "suspend" : usual;
        case Cause::recipient_disabled:
            // iCloud calls inactive what it does not know.
            return is_coded(judgement, {1, 1}) && says(judgement, "inactive") ? "userunknown"
                                                                              : usual;
        case Cause::recipient_syntax:
            return has_subject(judgement, 5) ? "syntaxerror" : usual;
        case Cause::internal_only:
            return says(judgement, "authenticat") ? "securityerror" : usual;
        case Cause::domain_unknown:
            return judgement.digit == 4 ? "networkerror" : usual;
        case Cause::message_malformed:
            return malformed(judgement);
        case Cause::system_error:
            return by_stage(judgement, is_only_temporary(judgement) ? "onhold" : usual);
        case Cause::unauthenticated:
            return is_coded(judgement, {7, 9}) ? "policyviolation" : usual;
        case Cause::reputation:
            return judgement.digit == 4 ? by_stage(judgement, usual) : usual;
        case Cause::policy:
            return by_stage(judgement, is_only_by_code(judgement) ? "securityerror" : usual);
        case Cause::rate_limited:
        case Cause::sending_limit:
            return over_limit(judgement, usual);
        case Cause::greylisted:
            return judgement.is_weak && !has_subject(judgement, 7) ? "onhold" : usual;
        case Cause::recipient_refused:
            return by_stage(judgement, usual);
        default:
            return usual;
    }
}

}  // namespace

std::string_view sisimai_reason(const RecipientDiagnosis& recipient) {
    const Judgement& judgement = recipient.judgement;
    if (recipient.kind != Kind::bounce && recipient.kind != Kind::delay)
        return row_of(judgement.reason).sisimai;
    const bool is_vague = judgement.cause && codes::row_of(*judgement.cause).vague;
    const bool is_delay =
        recipient.kind == Kind::delay && !recipient.is_reply && (!judgement.cause || is_vague);
    if (is_delay || judgement.cause == Cause::delayed) return "expired";
    if (judgement.cause) return name_of_cause(judgement, *judgement.cause);
    const std::string_view otherwise = judgement.digit == 0 ? "undefined" : "onhold";
    return by_stage(judgement, otherwise);
}

bool is_sisimai_hard(const RecipientDiagnosis& recipient) {
    const std::string_view reason = sisimai_reason(recipient);
    if (reason == "notaccept") return recipient.judgement.digit != 4;
    return reason == "userunknown" || reason == "hostunknown" || reason == "hasmoved";
}

}  // namespace turnaway::bounce
