#include "relay/log/client_log.h"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "codes/constants.h"
#include "relay/relay_state.h"

namespace turnaway::relay {
namespace {

using smtp::ServerSays;

Counter counter_of(const verdict::Answer& answer) {
    namespace reason = verdict::reason;
    constexpr std::array<std::pair<std::string_view, Counter>, 12> rows{{
        {reason::null_mx, Counter::refused_null_mx},
        {reason::refusing_hosts, Counter::refused_host},
        {reason::no_such_domain, Counter::refused_unroutable},
        {reason::no_mail_host, Counter::refused_unroutable},
        {reason::loopback_mx, Counter::refused_unroutable},
        {reason::dangling_mx, Counter::refused_unroutable},
        {reason::ourselves, Counter::refused_unroutable},
        {reason::sender_null_mx, Counter::refused_sender_null_mx},
        {reason::mailless, Counter::refused_mailless},
        {reason::relay_closed, Counter::refused_relaying},
        {reason::unknown_user, Counter::refused_unknown_user},
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

// How a session ended, as one word.
std::string_view ending_of(const smtp::ServerSession& session) {
    const auto says = session.last_words();
    if (!says) return "lost";
    switch (*says) {
        case ServerSays::bye:
            return "quit";
        case ServerSays::timed_out:
            return "timeout";
        case ServerSays::shutting_down:
            return "shutdown";
        case ServerSays::too_many_messages:
        case ServerSays::too_many_errors:
        case ServerSays::too_many_commands:
            return "limit";
        default:
            return "fault";
    }
}

Refused refusal_of(std::string_view command, const LogClient& client,
                   const smtp::ServerSession& session) {
    return {.client = client,
            .command = command,
            .code = codes::service_not_available,
            .helo = session.helo_name(),
            .is_esmtp = session.is_esmtp()};
}

void log_content_refusal(RelayState& relay, const smtp::ServerAnswer& answer,
                         const LogClient& client, const smtp::ServerSession& session,
                         const mail::ReversePath& sender) {
    auto event = refusal_of("END-OF-MESSAGE", client, session);
    const std::string from = sender_of(sender);
    event.code = answer.code;
    event.status = answer.enhanced;
    event.words = answer.text;
    event.from = from;
    relay.log().write(event);
}

}  // namespace

void log_connected(RelayState& relay, const LogClient& client) {
    relay.counters().add(Counter::connections);
    relay.log().write(Connected{.client = client});
}

void log_disconnected(RelayState& relay, const LogClient& client,
                      const smtp::ServerSession& session, std::uint32_t messages) {
    relay.log().write(Disconnected{.client = client,
                                   .ended = ending_of(session),
                                   .commands = static_cast<std::uint32_t>(session.commands()),
                                   .messages = messages});
}

void log_turned_away(RelayState& relay, const LogClient& client, daemon::ClientCount::Entry why) {
    relay.counters().add(Counter::connections_refused);
    const auto number = relay.clients().turned_away(std::chrono::steady_clock::now());
    if (!number) return;
    std::string words = std::to_string(*number) +
                        " clients were refused because of a connection limit, the last one from " +
                        std::string(client.address) + ": ";
    words += why == daemon::ClientCount::Entry::full
                 ? "[listen] connections_max is reached"
                 : "[listen] connections_per_address_max is reached";
    relay.log().write(Trouble{.words = words});
}

void log_accept_failed(RelayState& relay, std::string_view words) {
    if (!relay.clients().not_accepted(std::chrono::steady_clock::now())) return;
    const std::string text = "cannot accept clients at the moment: " + std::string(words);
    relay.log().write(Trouble{.is_error = true, .words = text});
}

void log_received(RelayState& relay, const queue::Message& message, const LogClient& client,
                  const smtp::ServerSession& session) {
    relay.counters().add(Counter::messages_received);
    relay.counters().add(Counter::bytes_received, message.content_bytes);
    relay.counters().add(Counter::recipients_accepted, message.envelope.recipients.size());
    const std::string from = sender_of(message.envelope.reverse_path);
    relay.log().write(
        Received{.id = message.id,
                 .client = client,
                 .helo = session.helo_name(),
                 .from = from,
                 .bytes = message.content_bytes,
                 .recipients = static_cast<std::uint32_t>(message.envelope.recipients.size()),
                 .is_encrypted = session.is_encrypted()});
}

void log_refused(RelayState& relay, std::string_view command, const verdict::Answer& answer,
                 const LogClient& client, const smtp::ServerSession& session) {
    relay.counters().add(counter_of(answer));
    auto event = refusal_of(command, client, session);
    const std::string from = sender_of(session.envelope().reverse_path);
    std::string to;
    if (command == "RCPT") {
        to = session.asked_recipient().address.text();
        event.to = to;
    }
    event.code = answer.code;
    event.status = answer.enhanced;
    event.words = answer.text;
    event.from = from;
    relay.log().write(event);
}

void log_not_kept(RelayState& relay, const smtp::ServerAnswer& answer, const LogClient& client,
                  const smtp::ServerSession& session) {
    relay.counters().add(Counter::refused_resources);
    log_content_refusal(relay, answer, client, session, session.envelope().reverse_path);
}

void OwnRefusals::tell(RelayState& relay, const LogClient& client, smtp::ServerSession& session) {
    if (const auto refusal = session.take_content_refusal()) {
        const auto rules = relay.rules();
        const auto answer =
            smtp::server_answer(refusal->says, {rules->config.hostname().text(), client.address});
        if (!smtp::is_shortage(refusal->says)) relay.counters().add(Counter::refused_syntax);
        log_content_refusal(relay, answer, client, session, refusal->sender);
    }
    relay.counters().add(Counter::refused_syntax, session.errors() - errors_);
    relay.counters().add(Counter::refused_resources, session.shortages() - shortages_);
    errors_ = session.errors();
    shortages_ = session.shortages();
}

}  // namespace turnaway::relay
