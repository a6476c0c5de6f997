#include "bounce/log/logged_diagnosis.h"

#include <array>
#include <string>
#include <utility>

namespace turnaway::bounce {

namespace {

Kind kind_of(DeliveryEvent::Kind outcome) {
    switch (outcome) {
        case DeliveryEvent::Kind::delivered:
            return Kind::success;
        case DeliveryEvent::Kind::delayed:
            return Kind::delay;
        case DeliveryEvent::Kind::complained:
            return Kind::complaint;
        default:
            return Kind::bounce;
    }
}

// Where the server gave up, its last attempts show why; its own words come after them.
Judgement judge_last(const LoggedRecipient& logged) {
    const LoggedAttempt& last = logged.attempts.back();
    const bool has_given_up =
        last.kind == DeliveryEvent::Kind::expired && logged.attempts.size() > 1;
    if (!has_given_up) return judge(std::array{std::string_view(last.text)}, last.status);
    const LoggedAttempt& before = logged.attempts[logged.attempts.size() - 2];
    return judge(std::array{std::string_view(before.text), std::string_view(last.text)},
                 before.status);
}

}  // namespace

Diagnosis diagnose_logged(LoggedRecipient&& logged) {
    Diagnosis diagnosis;
    diagnosis.kind = kind_of(logged.outcome);
    diagnosis.reporting_mta = std::move(logged.host);
    diagnosis.program = name_of(logged.program);
    diagnosis.queue_id = std::move(logged.queue_id);
    diagnosis.sender = std::move(logged.sender);
    if (!logged.message_id.empty()) diagnosis.original.message_id = '<' + logged.message_id + '>';
    RecipientDiagnosis& found = diagnosis.recipients.emplace_back();
    found.kind = diagnosis.kind;
    found.recipient = std::move(logged.recipient);
    found.original_recipient = std::move(logged.original_recipient);
    if (found.kind == Kind::complaint) {
        diagnosis.feedback_type = logged.attempts.back().text;
        found.judgement.reason = Reason::info_complaint;
        found.judgement.confidence = Confidence::high;
    } else {
        found.judgement = judge_last(logged);
    }
    if (found.kind == Kind::success) found.judgement.reason = Reason::info_delivered;
    found.permanence = logged.outcome == DeliveryEvent::Kind::expired
                           ? Permanence::given_up
                           : permanence_of(found.kind, found.judgement);
    found.attempts_left_out = logged.attempts_left_out;
    for (auto attempt = logged.attempts.rbegin(); attempt != logged.attempts.rend(); ++attempt) {
        if (found.remote.empty()) found.remote = attempt->remote;
        if (!found.delay) found.delay = attempt->delay;
    }
    for (LoggedAttempt& attempt : logged.attempts) {
        found.attempts.push_back({.kind = kind_of(attempt.kind),
                                  .time = std::move(attempt.time),
                                  .remote = std::move(attempt.remote),
                                  .text = std::move(attempt.text),
                                  .enhanced = std::move(attempt.status)});
    }
    return diagnosis;
}

}  // namespace turnaway::bounce
