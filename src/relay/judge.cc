#include "relay/judge.h"

#include <utility>

#include "codes/constants.h"
#include "relay/destination.h"
#include "relay/look.h"
#include "relay/routing.h"
#include "verdict/decide.h"

namespace turnaway::relay {

asio::awaitable<verdict::Answer> judge_sender(Shard& shard, mail::ReversePath sender) {
    const auto* address = sender.address();
    if (address == nullptr || address->domain() == nullptr) {
        co_return verdict::decide_sender(sender, false);
    }
    const bool takes_no_mail = co_await shard.senders().take_no_mail(*address->domain());
    co_return verdict::decide_sender(sender, takes_no_mail);
}

asio::awaitable<verdict::Answer> judge_recipient(Shard& shard, std::shared_ptr<const Rules> rules,
                                                 route::IpAddress client, mail::Address recipient) {
    const bool is_static = static_route_for(rules->config, recipient) != nullptr;
    if (auto answer = verdict::judge_before_route(rules->policy, client, recipient, is_static)) {
        co_return *std::move(answer);
    }
    const auto route = co_await route_to(shard, rules->config, recipient);
    if (rules->config.verdict.look && route->kind == route::RouteKind::hosts) {
        co_await look_at_hosts(shard, rules, route);
    }
    co_return shard.house().decide(rules->policy, recipient, *route);
}

smtp::ServerAnswer no_room() {
    return {.code = codes::insufficient_storage,
            .enhanced = codes::EnhancedCode::temporary(codes::system_full),
            .text = "No room for the message now"};
}

smtp::ServerAnswer spool_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "The queue cannot be written to"};
}

smtp::ServerAnswer content_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "The message cannot be written to the disk now"};
}

}  // namespace turnaway::relay
