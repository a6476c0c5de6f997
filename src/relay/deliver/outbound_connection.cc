#include "relay/deliver/outbound_connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "io/no_way.h"
#include "queue/attempts.h"
#include "queue/history.h"
#include "relay/log/delivery_log.h"
#include "relay/shard.h"
#include "smtp/host_refusal.h"

namespace turnaway::relay {
namespace {

constexpr std::string_view lost_lease =
    "the relay was without its queue for so long that another one may deliver the message";

std::string first_word(const smtp::Reply& greeting) {
    const std::string text = greeting.text();
    return text.substr(0, text.find(' '));
}

// The 521 that means the host does not accept mail, or null: before MAIL, or as the reply to MAIL
// or to RCPT for all recipients.
const smtp::Reply* refusal_of_host(const HostAddress& where, const Dialogue& dialogue) {
    const auto& outcome = dialogue.host_outcome;
    if (outcome && outcome->cause == smtp::ClientCause::host_takes_no_mail) {
        return outcome->reply.get();
    }
    const std::array<std::string_view, 2> names{where.host, dialogue.greeting_name};
    const auto refuses = [&](const std::optional<smtp::ClientOutcome>& each) {
        return each && each->reply && each->cause == smtp::ClientCause::replied &&
               smtp::is_about_host_itself(*each->reply, each->stage, names);
    };
    const bool all_refused =
        !dialogue.outcomes.empty() && std::ranges::all_of(dialogue.outcomes, refuses);
    return all_refused ? dialogue.outcomes.front()->reply.get() : nullptr;
}

bool has_taken_recipient(const Dialogue& dialogue) {
    return std::ranges::any_of(dialogue.outcomes, [](const auto& each) {
        return each && (each->verdict == smtp::ClientVerdict::delivered ||
                        each->stage >= codes::Stage::data);
    });
}

}  // namespace

// A 220 proves nothing: the host may refuse every recipient at RCPT.
void learn_of_host(judge::RefusingHosts& hosts, const HostAddress& where,
                   const Dialogue& dialogue) {
    const route::HostPort at{where.address, where.port};
    if (const auto* refusal = refusal_of_host(where, dialogue)) {
        hosts.remember(where.host, at, smtp::words_of(*refusal));
    } else if (has_taken_recipient(dialogue)) {
        hosts.forget(at);
    }
}

// A connection that this relay ended is not the host's reply.
void take_blame(Dialogue* dialogue, std::string_view fault) {
    dialogue->own_fault = fault;
    dialogue->host_outcome.reset();
    for (auto& outcome : dialogue->outcomes) {
        if (outcome && !outcome->reply) outcome.reset();
    }
}

asio::awaitable<Dialogue> OutboundConnection::deliver(HostAddress where, smtp::TlsPolicy tls,
                                                      smtp::ClientMessage message,
                                                      spool::ContentPtr content) {
    // The rules may have changed since it was opened: an unencrypted connection must not be used
    // for a domain that now requires TLS, nor an unverified one where verification is required.
    if (is_ready() && where_ == where && tls_ == tls) {
        deadlines_ = shard_.rules()->client_deadlines;
        session_->deliver(message);
        auto dialogue = co_await drive(content);
        // A host may close an idle connection: that says nothing about this message.
        const bool is_stale = dialogue.host_outcome && !dialogue.host_outcome->reply &&
                              dialogue.host_outcome->stage == codes::Stage::mail;
        if (!is_stale) co_return dialogue;
    }
    co_await leave();
    tls_ = tls;
    auto dialogue = co_await dial_and_deliver(where, tls, message, content);
    const auto& failure = dialogue.host_outcome;
    if (tls == smtp::TlsPolicy::opportunistic && failure &&
        failure->cause == smtp::ClientCause::tls_failed) {
        // Optional encryption must not prevent delivery (RFC 7435 section 4).
        co_return co_await dial_and_deliver(std::move(where), smtp::TlsPolicy::never,
                                            std::move(message), std::move(content));
    }
    co_return dialogue;
}

asio::awaitable<Dialogue> OutboundConnection::dial_and_deliver(HostAddress where,
                                                               smtp::TlsPolicy tls,
                                                               smtp::ClientMessage message,
                                                               spool::ContentPtr content) {
    is_ready_ = false;
    where_ = where;
    const auto rules = shard_.rules();
    deadlines_ = rules->client_deadlines;
    session_.emplace(smtp::ClientPlan{
        .own_name = rules->config.hostname().text(), .tls = tls, .message = std::move(message)});
    auto dialled = co_await io::Connection::dial(shard_.io().get_executor(), where.address,
                                                 where.port, rules->config.delivery.connect_wait);
    if (!dialled) {
        if (dialled.error() == asio::error::timed_out) {
            session_->timed_out();
        } else {
            session_->closed();
        }
        auto dialogue = conclude();
        if (io::has_no_way(dialled.error())) dialogue.host_outcome->status = queue::without_way();
        dialogue.words =
            dialled.error() == asio::error::timed_out
                ? queue::describe(*dialogue.host_outcome, rules->config.delivery.connect_wait)
                : dialled.error().message();
        co_return dialogue;
    }
    connection_ = *std::move(dialled);
    co_return co_await drive(content);
}

asio::awaitable<Dialogue> OutboundConnection::drive(const spool::ContentPtr& content) {
    io::ClientDrive drive{.session = *session_,
                          .connection = connection_,
                          .tls = shard_.relay().tls_client(),
                          .host = where_->host,
                          .deadlines = deadlines_,
                          .content = {},
                          .may_go_on = [this] { return shard_.relay().spool().owns_messages(); }};
    if (content != nullptr) {
        drive.content = {.bytes = content->size(),
                         .in_memory = content->in_memory(),
                         .read = [this, content](std::uint64_t offset, std::size_t bytes_max) {
                             return shard_.read_content(content, offset, bytes_max);
                         }};
    }
    const auto end = co_await io::drive_client(drive);
    is_ready_ = end.pause == io::ClientPause::ready;
    auto dialogue = conclude();
    if (end.content_error) {
        log_trouble(shard_.relay(), *end.content_error);
        take_blame(&dialogue, unreadable_content);
    }
    if (end.is_abandoned) take_blame(&dialogue, lost_lease);
    dialogue.mail_began = end.mail_began;
    if (!is_ready_) {
        co_await connection_->close();
        connection_.reset();
    }
    co_return dialogue;
}

Dialogue OutboundConnection::conclude() const {
    Dialogue dialogue{.host_outcome = session_->host_outcome(),
                      .offers_dsn = session_->extensions().dsn};
    if (session_->greeting() != nullptr) dialogue.greeting_name = first_word(*session_->greeting());
    if (dialogue.host_outcome && dialogue.host_outcome->stage < codes::Stage::mail) {
        if (!dialogue.host_outcome->reply) dialogue.words = queue::describe(*dialogue.host_outcome);
        return dialogue;
    }
    dialogue.outcomes = session_->transaction().outcomes();
    return dialogue;
}

asio::awaitable<void> OutboundConnection::leave() {
    if (connection_ == nullptr) co_return;
    if (is_ready_) {
        session_->quit();
        io::ClientDrive drive{.session = *session_,
                              .connection = connection_,
                              .tls = shard_.relay().tls_client(),
                              .host = where_->host,
                              .deadlines = deadlines_};
        co_await io::drive_client(drive);
    }
    is_ready_ = false;
    co_await connection_->close();
    connection_.reset();
}

}  // namespace turnaway::relay
