#include "relay/receive/judge.h"

#include <utility>

#include "codes/constants.h"
#include "mail/author_domain.h"
#include "relay/deliver/destination.h"
#include "relay/deliver/routing.h"
#include "relay/receive/probe_greetings.h"
#include "relay/receive/user_check.h"
#include "verdict/decide.h"

namespace turnaway::relay {

asio::awaitable<verdict::Answer> judge_sender(Shard& shard, std::shared_ptr<const Rules> rules,
                                              route::IpAddress client, mail::ReversePath sender) {
    const auto* address = sender.address();
    if (address == nullptr || address->domain() == nullptr ||
        !verdict::is_null_mx_sender_refused(rules->policy, client)) {
        co_return verdict::decide_sender(sender, false);
    }
    const bool takes_no_mail = co_await shard.senders().take_no_mail(*address->domain());
    co_return verdict::decide_sender(sender, takes_no_mail);
}

asio::awaitable<std::optional<verdict::Answer>> judge_author(Shard& shard,
                                                             std::string_view header) {
    const auto domain = mail::author_domain(header);
    if (!domain || !co_await shard.senders().take_no_mail(*domain)) co_return std::nullopt;
    co_return verdict::refuse_author(*domain);
}

asio::awaitable<verdict::Answer> judge_recipient(Shard& shard, std::shared_ptr<const Rules> rules,
                                                 route::IpAddress client, JudgedRecipient asked) {
    const auto& recipient = asked.address;
    const bool is_static = static_route_for(rules->config, recipient) != nullptr;
    const auto right =
        asked.is_postmaster ? verdict::Right::anybody : verdict::right_of(rules->policy, client);
    auto answer = verdict::judge_before_route(rules->policy, right, client, recipient, is_static);
    const bool is_user_checked =
        right == verdict::Right::outsider && !rules->config.relay.recipients.empty();
    if (answer && !(answer->is_accepted() && is_user_checked)) co_return *std::move(answer);
    const auto route = co_await route_to(shard, rules->config, recipient);
    const auto port = port_of(rules->config, recipient);
    if (!answer) {
        const bool looks =
            rules->config.verdict.probe_greeting && route->kind == route::RouteKind::hosts;
        const bool was_asked_now = looks && co_await probe_greetings(shard, rules, route, port);
        answer = shard.relay().decide(rules->policy, recipient, *route,
                                      {.port = port, .was_asked_now = was_asked_now});
    }
    if (!answer->is_accepted() || !is_user_checked) co_return *std::move(answer);
    answer = co_await check_user(shard, rules, recipient, route, *std::move(answer));
    if (!answer->is_accepted() || is_static) co_return *std::move(answer);
    // To that question the host may have said that it takes no mail at all.
    co_return shard.relay().decide(rules->policy, recipient, *route,
                                   {.port = port, .was_asked_now = true});
}

smtp::ServerAnswer no_room() {
    return {.code = codes::insufficient_storage,
            .enhanced = codes::EnhancedCode::temporary(codes::system_full),
            .text = "Insufficient storage for the message; try again later"};
}

smtp::ServerAnswer spool_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "Queue cannot be written to disk; try again later"};
}

smtp::ServerAnswer content_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "Message cannot be written to disk; try again later"};
}

}  // namespace turnaway::relay
