#include "relay/deliver/message_report.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "report/dsn_requested.h"

namespace turnaway::relay {
namespace {

report::Attempt attempt_of(const queue::Attempt& attempt) {
    report::Attempt told{.time = attempt.time,
                         .host = attempt.host,
                         .address = attempt.address,
                         .stage = attempt.stage.value_or(codes::Stage::lookup),
                         .outcome = attempt.words};
    if (attempt.remote) {
        told.outcome =
            report::RemoteReply{.code = attempt.remote->code, .lines = attempt.remote->lines};
    }
    return told;
}

report::RecipientOutcome outcome_of(const Ending& ending, const queue::RecipientState& state) {
    report::RecipientOutcome outcome{.recipient = ending.recipient,
                                     .action = ending.action,
                                     .status = ending.status,
                                     .decided_by = ending.decided_by,
                                     .retry_until = ending.retry_until};
    outcome.attempts.reserve(state.attempts.size());
    for (const auto& attempt : state.attempts) outcome.attempts.push_back(attempt_of(attempt));
    return outcome;
}

}  // namespace

std::optional<WrittenReport> write_message_report(const queue::Message& message,
                                                  const std::vector<Ending>& endings,
                                                  const ReportSource& source) {
    const auto& envelope = message.envelope;
    std::vector<report::RecipientOutcome> outcomes;
    for (const auto& ending : endings) {
        const auto& recipient = envelope.recipients.at(ending.recipient);
        if (!report::is_dsn_requested(envelope.reverse_path, recipient, ending.action)) continue;
        outcomes.push_back(outcome_of(ending, message.states.at(ending.recipient)));
    }
    if (outcomes.empty()) return std::nullopt;

    const std::string id = source.report_id.text();
    auto written = report::write_report({.reporting_mta = source.hostname,
                                         .from_name = "Mail Delivery System",
                                         .from = source.from,
                                         .message_id = "<" + id + "@" + source.hostname + ">",
                                         .date = source.now,
                                         .queue_id = message.id.text(),
                                         .arrival = message.arrival,
                                         .envelope = envelope,
                                         .outcomes = std::move(outcomes),
                                         .original = source.original,
                                         .original_is_whole = source.original_is_whole});

    WrittenReport report;
    report.message.id = source.report_id;
    report.message.arrival = source.now;
    report.message.envelope.body = written.body;
    report.message.envelope.needs_smtputf8 = written.needs_smtputf8;
    report.message.envelope.recipients.push_back({.address = *envelope.reverse_path.address()});
    report.message.states.resize(1);
    report.message.states.front().due = source.now;
    report.message.content_bytes = written.content.size();
    report.message.is_eight_bit =
        !std::ranges::all_of(written.content, [](char c) { return base::is_ascii(c); });
    report.message.client = "report";
    report.content = std::move(written.content);
    return report;
}

}  // namespace turnaway::relay
