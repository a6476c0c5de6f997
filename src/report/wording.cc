#include "report/wording.h"

#include "base/text.h"
#include "codes/host_refusal.h"
#include "codes/interpretation.h"
#include "codes/table.h"
#include "mail/date_time.h"
#include "report/foreign_text.h"

namespace turnaway::report {
namespace {

using codes::Actor;

constexpr std::string_view nothing_to_do = "You need not do anything";

// A sentence after a colon: "The host" becomes "the host", "SPF" is unchanged.
std::string inside_sentence(std::string_view sentence) {
    std::string out(sentence);
    if (out.size() > 1 && (out[1] == ' ' || out[1] == base::to_lower(out[1]))) {
        out[0] = base::to_lower(out[0]);
    }
    return out;
}

// The tables advise the person who has to act; the reader here is the author of a message.
std::string for_the_sender(Actor actor, std::string_view advice) {
    switch (actor) {
        case Actor::sending_admin:
            return "Show this report to the administrator of your mail system, who can do this: " +
                   inside_sentence(advice);
        case Actor::receiving_admin:
            return "Check the address. If it is correct, contact the recipient in another way and "
                   "tell them that their mail system does not accept your message.";
        case Actor::nobody:
        case Actor::sender:
        case Actor::recipient:
        case Actor::list_owner:
            return std::string(advice);
    }
    return std::string(advice);
}

struct Cause {
    std::string text;  // a sentence
    Actor actor = Actor::sender;
    std::string advice = {};
    std::string way_out = {};
};

std::string deciding_host(const RecipientOutcome& outcome) {
    if (!outcome.decided_by) return {};
    return clean_text(outcome.attempts[*outcome.decided_by].host);
}

// A 521 by which the host refuses all mail. After RCPT it is a fault of a host that accepts mail
// (ADR 10).
bool is_refusal_of_host(const Attempt& attempt, codes::ReplyCode code, std::string_view text) {
    return code == codes::host_takes_no_mail && attempt.stage <= codes::Stage::rcpt &&
           codes::scope_of(text, codes::Stage::greeting) == codes::RefusalScope::host;
}

// The relay remembers such a host (ADR 15).
std::string way_out(const Attempt& attempt) {
    return attempt.address.empty() ? "" : "turnaway queue forget " + clean_text(attempt.address);
}

// What the subject digit means, if the detail is unknown; empty for X.0.0.
std::string subject_in_words(codes::Detail detail) {
    const auto* subject = detail.subject != 0 ? codes::find_subject(detail.subject) : nullptr;
    return subject != nullptr ? ' ' + std::string(subject->meaning) : "";
}

// X.3.2 is "for now" in class 4 only, X.2.1 "switched off" in class 5 only. The texts of causes.csv
// apply to either class.
bool has_own_meaning(const codes::EnhancedRow& row, int class_digit) {
    return row.meaning(class_digit) != row.about.meaning;
}

Cause cause_of_row(const codes::EnhancedRow& row, int class_digit) {
    return {std::string(row.meaning(class_digit)), row.actor, std::string(row.advice)};
}

Cause cause_in_words(const RecipientOutcome& outcome, const RemoteReply& reply) {
    const std::string host = deciding_host(outcome);
    const std::string name = host.empty() ? "the receiving host" : "the host " + host;
    std::string text;
    for (const std::string& line : reply_lines(reply)) text += line + '\n';
    const auto* row = codes::find(outcome.status.detail());
    const int class_digit = outcome.status.class_digit();
    codes::ReplyReader reader;
    const auto reading = reader.read(text);
    if (reading) {
        const auto interpretation = codes::judge(*reading);
        const auto cause = interpretation.shown_cause();
        const bool is_said_by_class = row != nullptr && has_own_meaning(*row, class_digit) &&
                                      !interpretation.answers_by_cause();
        if (cause && cause != codes::Cause::no_mail && !is_said_by_class) {
            return {std::string(row_of(*cause).answer), interpretation.actor,
                    std::string(interpretation.advice)};
        }
    }
    const auto& attempt = outcome.attempts[*outcome.decided_by];
    if (is_refusal_of_host(attempt, reply.code, text)) {
        return {name + " says that it does not accept any mail.", Actor::sender,
                "Do not write to this address again; ask the recipient in another way for an "
                "address that accepts mail.",
                way_out(attempt)};
    }
    if (row != nullptr && !row->about.broad) return cause_of_row(*row, class_digit);
    return {name + " refused it. Its reply is quoted below." +
                subject_in_words(outcome.status.detail()),
            Actor::sender,
            "Read the reply of that host below. If it does not help, contact the recipient in "
            "another way."};
}

Cause cause_of(const RecipientOutcome& outcome) {
    const RemoteReply* reply = deciding_reply(outcome);
    const bool is_expired = outcome.status.detail() == codes::delivery_expired;
    if (reply != nullptr && !is_expired) return cause_in_words(outcome, *reply);
    const auto* row = codes::find(outcome.status.detail());
    if (row == nullptr || row->about.broad) {
        return {
            "the cause is described below." + subject_in_words(outcome.status.detail()),
            Actor::sender,
            "See the attempts below. If they do not help, contact the recipient in another way."};
    }
    return cause_of_row(*row, outcome.status.class_digit());
}

}  // namespace

const RemoteReply* deciding_reply(const RecipientOutcome& outcome) {
    if (!outcome.decided_by) return nullptr;
    return std::get_if<RemoteReply>(&outcome.attempts[*outcome.decided_by].outcome);
}

Wording wording_of(const RecipientOutcome& outcome, const mail::Recipient& recipient) {
    const std::string message = "Your message to " + recipient.address.to_unicode();
    const std::string host = deciding_host(outcome);
    switch (outcome.action) {
        case Action::failed: {
            const Cause cause = cause_of(outcome);
            const bool says_so = outcome.status.detail() == codes::delivery_expired;
            if (outcome.status.class_digit() == 4 && !says_so) {
                return {message +
                            " could not be delivered, and the mail system has stopped trying: " +
                            inside_sentence(cause.text),
                        "Send it again later. If that fails too, contact the recipient in another "
                        "way."};
            }
            return {message + " could not be delivered: " + inside_sentence(cause.text),
                    for_the_sender(cause.actor, cause.advice), cause.way_out};
        }
        case Action::delayed:
            return {
                message + " has not been delivered yet: " + inside_sentence(cause_of(outcome).text),
                std::string(nothing_to_do) + ": the message is queued and will be retried" +
                    (outcome.retry_until ? " until " + mail::date_time_text(*outcome.retry_until)
                                         : "") +
                    '.'};
        case Action::relayed:
            return {message + " was passed to " + (host.empty() ? "a host" : "the host " + host) +
                        ", which does not send delivery reports.",
                    std::string(nothing_to_do) + "; do not expect another report."};
        case Action::delivered:
            return {message + " was delivered.", std::string(nothing_to_do) + '.'};
        case Action::expanded:
            return {message + " was delivered and sent on to the members behind that address.",
                    std::string(nothing_to_do) + "; the members are not reported on."};
    }
    return {};
}

}  // namespace turnaway::report
