#include "judge/judge.h"

#include <utility>

#include "mail/author_domain.h"
#include "verdict/decide.h"

namespace turnaway::judge {

std::optional<verdict::Answer> Judge::recall_sender(const Rules& rules,
                                                    const route::IpAddress& client,
                                                    const mail::Address* sender,
                                                    Clock::time_point now) {
    if (sender == nullptr || sender->domain() == nullptr ||
        !verdict::is_null_mx_sender_refused(rules.policy, client)) {
        return verdict::decide_sender(sender, false);
    }
    const auto is_null = routing_.recall_null_mx(*sender->domain(), now);
    if (!is_null) return std::nullopt;
    return verdict::decide_sender(sender, *is_null);
}

asio::awaitable<verdict::Answer> Judge::judge_sender(RulesPtr rules, route::IpAddress client,
                                                     mail::ReversePath sender) {
    const auto* address = sender.address();
    if (auto known = recall_sender(*rules, client, address, Clock::now())) {
        co_return *std::move(known);
    }
    const bool is_null = co_await routing_.publishes_null_mx(*address->domain());
    co_return verdict::decide_sender(address, is_null);
}

std::optional<verdict::Answer> Judge::recall_recipient(const Rules& rules,
                                                       const route::IpAddress& client,
                                                       const mail::Address& recipient,
                                                       Clock::time_point now) {
    const bool is_static = static_target_of(recipient, rules) != nullptr;
    auto answer = verdict::judge_before_route(rules.policy, verdict::right_of(rules.policy, client),
                                              client, recipient, is_static);
    if (answer) return answer;
    if (rules.probes.is_on || recipient.domain() == nullptr) return std::nullopt;
    const auto* route = routing_.recall_route(*recipient.domain(), now);
    if (route == nullptr) return std::nullopt;
    return hosts_.decide(rules.policy, recipient, *route,
                         {.port = rules.port, .was_asked_now = false});
}

asio::awaitable<std::optional<verdict::Answer>> Judge::judge_author(std::string_view header) {
    const auto domain = mail::author_domain(header);
    if (!domain || !co_await routing_.publishes_null_mx(*domain)) co_return std::nullopt;
    co_return verdict::refuse_author(*domain);
}

asio::awaitable<verdict::Answer> Judge::judge_recipient(RulesPtr rules, route::IpAddress client,
                                                        JudgedRecipient asked,
                                                        UserCheck check_user) {
    const auto& recipient = asked.address;
    const auto destination = destination_of(recipient, *rules);
    const bool is_static = destination.static_target.has_value();
    const auto right =
        asked.is_postmaster ? verdict::Right::anybody : verdict::right_of(rules->policy, client);
    auto answer = verdict::judge_before_route(rules->policy, right, client, recipient, is_static);
    const bool is_user_checked = check_user != nullptr && right == verdict::Right::outsider;
    if (answer && !(answer->is_accepted() && is_user_checked)) co_return *std::move(answer);
    const auto route = co_await routing_.route_to(destination);
    if (!answer) {
        const bool has_hosts = route->kind == route::RouteKind::hosts;
        const bool was_asked_now =
            rules->probes.is_on && has_hosts &&
            co_await probes_.read_greetings(rules->probes, route, destination.port);
        answer = hosts_.decide(rules->policy, recipient, *route,
                               {.port = destination.port, .was_asked_now = was_asked_now});
    }
    if (!answer->is_accepted() || !is_user_checked) co_return *std::move(answer);
    answer = co_await check_user(destination, route, *std::move(answer));
    if (!answer->is_accepted() || is_static) co_return *std::move(answer);
    // During the check of the user, the host may have replied that it does not accept mail at all.
    co_return hosts_.decide(rules->policy, recipient, *route,
                            {.port = destination.port, .was_asked_now = true});
}

}  // namespace turnaway::judge
