#include "relay/receive/user_check.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "codes/constants.h"
#include "io/start.h"
#include "relay/deliver/outbound_connection.h"
#include "relay/receive/recipient_memory.h"
#include "relay/shard.h"
#include "verdict/wording.h"

namespace turnaway::relay {
namespace {

// Addresses tried for one answer.
constexpr std::size_t addresses_max = 3;

verdict::Answer unknown_user(const mail::Address& recipient, codes::EnhancedCode status,
                             const std::string& words) {
    return {.code = codes::mailbox_unavailable,
            .enhanced = status,
            .text = verdict::said(recipient) + ": " + words,
            .reason = verdict::reason::unknown_user};
}

UserFinding finding_of(const HostAddress& where, const Dialogue& dialogue) {
    using Kind = UserFinding::Kind;
    if (dialogue.host_outcome || dialogue.outcomes.empty()) return {.kind = Kind::no_answer};
    const auto& outcome = dialogue.outcomes.front();
    if (!outcome) return {.kind = Kind::exists};
    if (outcome->verdict != smtp::ClientVerdict::permanent || !outcome->reply ||
        outcome->stage != codes::Stage::rcpt) {
        return {.kind = Kind::no_answer};
    }
    const std::string host = where.host.empty() ? where.address.text() : where.host;
    std::string words = verdict::said(host) + " said ";
    words += outcome->reply->code.text() + ' ' + verdict::said(outcome->reply->text());
    return {.kind = Kind::unknown,
            .refusal = UnknownUser{.status = outcome->status, .words = std::move(words)}};
}

struct Question {
    mail::Address recipient;
    io::RoutePtr route;
    std::uint16_t port;
    smtp::TlsPolicy tls;
};

smtp::ClientMessage message_to(const mail::Address& recipient) {
    smtp::ClientMessage message;
    message.envelope.recipients.push_back({.address = recipient});
    message.ends_at_rcpt = true;
    return message;
}

asio::awaitable<void> ask(Shard& shard, Question question) {
    UserFinding finding;
    std::size_t asked = 0;
    OutboundConnection host(shard);
    for (const auto& each : question.route->hosts) {
        for (const auto& address : each.addresses) {
            if (finding.kind != UserFinding::Kind::no_answer || asked++ == addresses_max) break;
            const HostAddress where{.host = each.name ? each.name->text() : std::string(),
                                    .address = address,
                                    .port = question.port};
            const auto dialogue =
                co_await host.deliver(where, question.tls, message_to(question.recipient), nullptr);
            finding = finding_of(where, dialogue);
            learn_of_host(shard.relay().refusing_hosts(), where, dialogue);
        }
    }
    shard.recipients().finished(question.recipient.text(), std::move(finding),
                                RecipientMemory::Clock::now());
    co_await host.leave();
}

// Waits for the answer or until the deadline has passed.
asio::awaitable<void> await_answer(Shard& shard, std::chrono::milliseconds deadline,
                                   Question question) {
    const auto timer = std::make_shared<asio::steady_timer>(shard.io());
    timer->expires_after(deadline);
    const auto claim =
        shard.recipients().claim(question.recipient.text(), [weak = std::weak_ptr(timer)] {
            if (const auto waiting = weak.lock()) waiting->cancel();
        });
    if (claim == RecipientMemory::Claim::full) co_return;
    if (claim == RecipientMemory::Claim::begun) {
        io::start(shard.io(), "a question about a recipient", ask(shard, std::move(question)));
    }
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<verdict::Answer> ask_next_host(Shard& shard, std::shared_ptr<const Rules> rules,
                                               mail::Address recipient,
                                               judge::Destination destination, io::RoutePtr route,
                                               verdict::Answer accepted) {
    if (route->kind != route::RouteKind::hosts) co_return accepted;
    const std::string user = recipient.text();
    if (shard.recipients().find(user, RecipientMemory::Clock::now()) == nullptr) {
        co_await await_answer(shard, rules->judging.probes.deadline,
                              {.recipient = recipient,
                               .route = std::move(route),
                               .port = destination.port,
                               .tls = destination.tls});
    }
    const auto* finding = shard.recipients().find(user, RecipientMemory::Clock::now());
    if (finding == nullptr || !finding->refusal) co_return accepted;
    co_return unknown_user(recipient, finding->refusal->status, finding->refusal->words);
}

asio::awaitable<verdict::Answer> look_in_list(std::shared_ptr<const Rules> rules,
                                              mail::Address recipient, verdict::Answer accepted) {
    if (rules->recipients->holds(recipient)) co_return accepted;
    co_return unknown_user(recipient, codes::EnhancedCode::permanent(codes::no_such_mailbox),
                           "there is no such user");
}

}  // namespace

judge::Judge::UserCheck user_check(Shard& shard, std::shared_ptr<const Rules> rules,
                                   const mail::Address& recipient) {
    if (rules->recipients) {
        return [rules = std::move(rules), recipient](const judge::Destination&, const io::RoutePtr&,
                                                     verdict::Answer accepted) {
            return look_in_list(rules, recipient, std::move(accepted));
        };
    }
    if (rules->config.relay.recipients.empty()) return nullptr;
    return [&shard, rules = std::move(rules), recipient](
               judge::Destination destination, io::RoutePtr route, verdict::Answer accepted) {
        return ask_next_host(shard, rules, recipient, std::move(destination), std::move(route),
                             std::move(accepted));
    };
}

}  // namespace turnaway::relay
