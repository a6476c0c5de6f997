// One round of a Delivery against hosts that act by a script: what each address does when dialled.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "queue/delivery.h"
#include "queue/history.h"
#include "smtp/reply.h"

namespace turnaway::queue::testing {

using namespace std::chrono_literals;

inline constexpr std::chrono::sys_seconds arrival{1'700'000'000s};

inline std::shared_ptr<const smtp::Reply> reply_of(std::string_view line) {
    smtp::ReplyReader reader;
    auto step = reader.next(std::string(line) + "\r\n");
    return std::make_shared<const smtp::Reply>(step.value().reply.value());
}

inline route::MailHost host(std::string_view name, std::uint16_t preference,
                            std::initializer_list<std::string_view> addresses) {
    route::MailHost host{.name = mail::Domain::parse(name).value(), .preference = preference};
    for (const std::string_view address : addresses) {
        host.addresses.push_back(*route::IpAddress::parse(address));
    }
    return host;
}

// What an address does: "connect" refuses, "no_way" is unreachable from here, "timeout" never
// answers, "greeting 521 h", "ehlo 521 h", "rcpt 550 5.1.1 no", "final_dot 250 ok", or a cause of
// ours such as "content_too_big".
inline smtp::ClientOutcome outcome_from(std::string_view act) {
    using codes::Stage;
    using smtp::ClientCause;
    if (act == "connect") return smtp::local_outcome(ClientCause::lost, codes::Stage::connect);
    if (act == "timeout") return smtp::local_outcome(ClientCause::timed_out, codes::Stage::connect);
    if (act == "no_way") {
        auto outcome = smtp::local_outcome(ClientCause::lost, codes::Stage::connect);
        outcome.status = without_way();
        return outcome;
    }
    for (int cause = static_cast<int>(ClientCause::tls_not_offered);
         cause <= static_cast<int>(ClientCause::content_too_big); ++cause) {
        const auto ours = static_cast<ClientCause>(cause);
        const auto at =
            ours <= ClientCause::tls_failed ? codes::Stage::starttls : codes::Stage::mail;
        if (act == smtp::name(ours)) return smtp::local_outcome(ours, at);
    }
    const auto blank = act.find(' ');
    auto stage = codes::Stage::connect;
    while (codes::name(stage) != act.substr(0, blank))
        stage = static_cast<codes::Stage>(static_cast<int>(stage) + 1);
    if (act.substr(blank + 1) == "lost") return smtp::local_outcome(ClientCause::lost, stage);
    return smtp::outcome_of(reply_of(act.substr(blank + 1)), stage);
}

struct Round {
    std::vector<std::string> dialled;  // addresses, in order
    std::vector<Disposition> dispositions;
    std::vector<RecipientState> states;
};

using Acts = std::map<std::string, std::string, std::less<>>;  // by address

inline Round run_round(const route::Route& route, const Acts& acts,
                       std::vector<RecipientState> states, const DeliverySettings& settings,
                       std::chrono::sys_seconds now) {
    Round round;
    Delivery delivery(route, std::move(states), settings, arrival, now);
    while (auto target = delivery.next()) {
        const std::string address = route.hosts[target->host].addresses[target->address].text();
        round.dialled.push_back(address);
        const smtp::ClientOutcome outcome = outcome_from(acts.find(address)->second);
        if (outcome.stage < codes::Stage::mail) {
            delivery.host_failed(*target, outcome, "", now);
            continue;
        }
        const std::vector<std::optional<smtp::ClientOutcome>> outcomes(target->recipients.size(),
                                                                       outcome);
        delivery.took(*target, outcomes, now);
    }
    round.dispositions = delivery.judge(now, 0);
    round.states = delivery.take_states();
    return round;
}

inline Round run_round(const route::Route& route, const Acts& acts,
                       std::vector<RecipientState> states = std::vector<RecipientState>(1),
                       std::chrono::seconds age = 0s) {
    return run_round(route, acts, std::move(states), DeliverySettings{}, arrival + age);
}

}  // namespace turnaway::queue::testing
