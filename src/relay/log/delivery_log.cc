#include "relay/log/delivery_log.h"

#include <algorithm>
#include <string>

#include "relay/relay_state.h"

namespace turnaway::relay {
namespace {

using queue::Disposition;

DeliveryResult result_of(Disposition::Kind kind) {
    switch (kind) {
        case Disposition::Kind::delivered:
            return DeliveryResult::sent;
        case Disposition::Kind::failed:
            return DeliveryResult::bounced;
        case Disposition::Kind::later:
            break;
    }
    return DeliveryResult::deferred;
}

Counter counter_of(const Disposition& disposition) {
    switch (disposition.kind) {
        case Disposition::Kind::delivered:
            return Counter::delivered;
        case Disposition::Kind::failed:
            return disposition.status.class_digit() == 4 ? Counter::expired : Counter::bounced;
        case Disposition::Kind::later:
            break;
    }
    return Counter::deferred;
}

Counter counter_of(const smtp::ClientOutcome& outcome) {
    if (outcome.cause == smtp::ClientCause::host_takes_no_mail) {
        return Counter::attempts_refusing_host;
    }
    if (outcome.stage == codes::Stage::connect) return Counter::attempts_unreachable;
    switch (outcome.verdict) {
        case smtp::ClientVerdict::delivered:
            return Counter::attempts_delivered;
        case smtp::ClientVerdict::permanent:
            return Counter::attempts_permanent;
        case smtp::ClientVerdict::temporary:
            break;
    }
    return Counter::attempts_temporary;
}

// A report may contain several kinds; the most severe one names it.
ReportKind kind_of(std::span<const Ending> endings) {
    const auto has = [&endings](report::Action action) {
        return std::ranges::find(endings, action, &Ending::action) != endings.end();
    };
    if (has(report::Action::failed)) return ReportKind::failure;
    return has(report::Action::delayed) ? ReportKind::delay : ReportKind::success;
}

Counter counter_of(ReportKind kind) {
    switch (kind) {
        case ReportKind::failure:
            return Counter::reports_failure;
        case ReportKind::delay:
            return Counter::reports_delay;
        case ReportKind::success:
            break;
    }
    return Counter::reports_success;
}

// Whole seconds before the round, since only those survive a restart.
Delays delays_of(const queue::Message& message, const RoundTimes& times) {
    using Milliseconds = std::chrono::milliseconds;
    const auto on_wire = times.mail_began.value_or(times.ended);
    return {.before = times.due - message.arrival,
            .turn = times.began_at - times.due,
            .connection = std::chrono::duration_cast<Milliseconds>(on_wire - times.began),
            .transmission = std::chrono::duration_cast<Milliseconds>(times.ended - on_wire)};
}

std::string words_of(const queue::Attempt& attempt) {
    if (!attempt.remote) return attempt.words;
    std::string words = "host " + attempt.host + '[' + attempt.address + "] said: ";
    words += attempt.remote->code.text();
    for (const auto& line : attempt.remote->lines) words += ' ' + line;
    return words;
}

}  // namespace

void log_attempt(RelayState& relay, const Dialogue& dialogue, std::size_t recipients,
                 std::uint64_t content_bytes) {
    auto& counters = relay.counters();
    if (dialogue.outcomes.empty()) {
        counters.add(counter_of(*dialogue.host_outcome), recipients);
        return;
    }
    bool is_delivered = false;
    for (const auto& outcome : dialogue.outcomes) {
        if (!outcome) continue;
        counters.add(counter_of(*outcome));
        is_delivered = is_delivered || outcome->verdict == smtp::ClientVerdict::delivered;
    }
    if (is_delivered) counters.add(Counter::bytes_sent, content_bytes);
}

void log_round(RelayState& relay, const queue::Message& message,
               std::span<const std::size_t> chosen, std::span<const Disposition> dispositions,
               const RoundTimes& times) {
    const Delays delays = delays_of(message, times);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const auto& disposition = dispositions[i];
        const auto& attempts = message.states[chosen[i]].attempts;
        const queue::Attempt* decisive = disposition.decided_by
                                             ? &attempts.at(*disposition.decided_by)
                                             : (attempts.empty() ? nullptr : &attempts.back());
        relay.counters().add(counter_of(disposition));
        const std::string to = message.envelope.recipients[chosen[i]].address.text();
        const std::string words = decisive == nullptr ? std::string() : words_of(*decisive);
        Delivered delivered{.id = message.id,
                            .to = to,
                            .delays = delays,
                            .status = disposition.status,
                            .result = result_of(disposition.kind),
                            .words = words};
        if (decisive != nullptr && !decisive->address.empty()) {
            delivered.host = decisive->host;
            delivered.address = decisive->address;
            delivered.port = times.port;
        }
        relay.log().write(delivered);
    }
}

void log_reported(RelayState& relay, const queue::Message& message, const queue::Message& report,
                  std::span<const Ending> endings) {
    const auto kind = kind_of(endings);
    relay.counters().add(counter_of(kind));
    relay.log().write(Reported{.id = message.id, .report = report.id, .kind = kind});
    relay.log().write(
        Received{.id = report.id,
                 .bytes = report.content_bytes,
                 .recipients = static_cast<std::uint32_t>(report.envelope.recipients.size())});
}

void log_host_refuses(RelayState& relay, std::string_view host, const route::HostPort& at,
                      std::string_view words) {
    const std::string address = at.address.text();
    const std::string place = at.text();
    relay.log().write(HostRefuses{
        .host = host, .address = address, .port = at.port, .place = place, .words = words});
}

void log_host_forgotten(RelayState& relay, const route::HostPort& at) {
    const std::string address = at.address.text();
    const std::string place = at.text();
    relay.log().write(HostForgotten{.address = address, .port = at.port, .place = place});
}

void log_trouble(RelayState& relay, const base::Error& error, std::optional<queue::QueueId> id) {
    const std::string name = id ? id->text() : std::string();
    relay.log().write(Trouble{.is_error = true, .words = error.message, .id = name});
}

}  // namespace turnaway::relay
