#include "relay/events.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "relay/house.h"

namespace turnaway::relay {
namespace {

using queue::Judgement;

Counter counter_of(const verdict::Answer& answer) {
    namespace reason = verdict::reason;
    constexpr std::array<std::pair<std::string_view, Counter>, 8> rows{{
        {reason::null_mx, Counter::refused_null_mx},
        {reason::refusing_hosts, Counter::refused_host},
        {reason::unroutable, Counter::refused_unroutable},
        {reason::ourselves, Counter::refused_unroutable},
        {reason::sender_null_mx, Counter::refused_sender_null_mx},
        {reason::mailless, Counter::refused_mailless},
        {reason::relay_closed, Counter::refused_relaying},
        {reason::dns_trouble, Counter::refused_dns_trouble},
    }};
    for (const auto& [name, counter] : rows) {
        if (answer.reason == name) return counter;
    }
    return Counter::refused_resources;
}

std::string sender_of(const mail::ReversePath& path) {
    return path.is_null() ? std::string() : path.address()->text();
}

DeliveryResult result_of(Judgement::Kind kind) {
    switch (kind) {
        case Judgement::Kind::delivered:
            return DeliveryResult::sent;
        case Judgement::Kind::failed:
            return DeliveryResult::bounced;
        case Judgement::Kind::later:
            break;
    }
    return DeliveryResult::deferred;
}

Counter counter_of(Judgement::Kind kind) {
    switch (kind) {
        case Judgement::Kind::delivered:
            return Counter::delivered;
        case Judgement::Kind::failed:
            return Counter::bounced;
        case Judgement::Kind::later:
            break;
    }
    return Counter::deferred;
}

std::string words_of(const queue::Attempt& attempt) {
    if (!attempt.remote) return attempt.words;
    std::string words = "host " + attempt.host + '[' + attempt.address + "] said: ";
    words += attempt.remote->code.text();
    for (const auto& line : attempt.remote->lines) words += ' ' + line;
    return words;
}

}  // namespace

void tell_received(House& house, const queue::Message& message,
                   const smtp::ServerSession& session) {
    house.counters().add(Counter::messages_received);
    house.counters().add(Counter::bytes_received, message.content_bytes);
    house.counters().add(Counter::recipients_accepted, message.envelope.recipients.size());
    const std::string from = sender_of(message.envelope.reverse_path);
    house.log().write(
        Received{.id = message.id,
                 .client = {.address = message.client},
                 .helo = session.helo_name(),
                 .from = from,
                 .bytes = message.content_bytes,
                 .recipients = static_cast<std::uint32_t>(message.envelope.recipients.size()),
                 .is_encrypted = session.is_encrypted()});
}

void tell_refused(House& house, std::string_view command, const verdict::Answer& answer,
                  std::string_view client, const smtp::ServerSession& session) {
    house.counters().add(counter_of(answer));
    const std::string from = sender_of(session.envelope().reverse_path);
    std::string to;
    std::optional<std::string_view> to_view;
    if (command == "RCPT") {
        to = session.asked_recipient().address.text();
        to_view = to;
    }
    house.log().write(Refused{.client = {.address = client},
                              .command = command,
                              .code = answer.code,
                              .status = answer.enhanced,
                              .words = answer.text,
                              .from = from,
                              .to = to_view,
                              .helo = session.helo_name(),
                              .is_esmtp = session.is_esmtp()});
}

void tell_round(House& house, const queue::Message& message, std::span<const std::size_t> chosen,
                std::span<const Judgement> judgements) {
    const auto now = std::chrono::system_clock::now();
    const std::uint16_t port = house.rules()->config.delivery.port;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const auto& judgement = judgements[i];
        const auto& attempts = message.states[chosen[i]].attempts;
        const queue::Attempt* decisive = judgement.decided_by
                                             ? &attempts.at(*judgement.decided_by)
                                             : (attempts.empty() ? nullptr : &attempts.back());
        house.counters().add(counter_of(judgement.kind));
        const std::string to = message.envelope.recipients[chosen[i]].address.text();
        const std::string words = decisive == nullptr ? std::string() : words_of(*decisive);
        Delivered delivered{.id = message.id,
                            .to = to,
                            .status = judgement.status,
                            .result = result_of(judgement.kind),
                            .words = words};
        if (decisive != nullptr && !decisive->address.empty()) {
            delivered.host = decisive->host;
            delivered.address = decisive->address;
            delivered.port = port;
        }
        delivered.delays.before =
            std::chrono::duration_cast<std::chrono::milliseconds>(now - message.arrival);
        house.log().write(delivered);
    }
}

void tell_trouble(House& house, const base::Error& error) {
    house.log().write(Trouble{.is_error = true, .words = error.message});
}

}  // namespace turnaway::relay
