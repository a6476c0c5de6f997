// Rounds of one message over random routes and outcomes, with what must hold for every one of them:
// - a round ends, dials no more hosts and addresses than it may, and never one that is closed for
//   all of its recipients;
// - each recipient of a target is undecided, and is offered to no host after it was decided;
// - each recipient gets one disposition, of the class its kind says, and the attempts stay bounded;
// - nothing fails on temporary evidence alone before its lifetime is over, and everything is judged
//   for good once it is;
// - what waits is due after now and no later than the lifetime ends.
// Shared by the fuzzer and a unit test that feeds it random bytes.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "fuzz/input.h"
#include "queue/delivery.h"
#include "queue/history.h"

namespace turnaway::queue::fuzz {

using turnaway::fuzz::Input;
namespace limits = base::limits;

inline constexpr std::chrono::sys_seconds arrival{std::chrono::seconds(1'700'000'000)};

inline route::Route make_route(Input* input) {
    route::Route route;
    const std::uint8_t shape = input->byte();
    route.kind = shape < 200 ? route::RouteKind::hosts : static_cast<route::RouteKind>(shape % 8);
    route.is_worth_asking_again = (shape & 1) != 0;
    route.has_failed_exchange = (shape & 14) == 14;
    if (route.kind != route::RouteKind::hosts) return route;
    if ((shape & 16) != 0) route.notes = {{route::NoteKind::implicit_mx, "h0.example"}};
    const std::size_t hosts = 1 + input->byte() % 9;
    for (std::size_t i = 0; i < hosts; ++i) {
        route::MailHost host;
        const bool is_literal = hosts == 1 && (shape & 32) != 0;
        if (!is_literal)
            host.name = mail::Domain::parse("h" + std::to_string(i) + ".example").value();
        host.preference = static_cast<std::uint16_t>(i);
        const std::size_t addresses = 1 + input->byte() % 7;
        for (std::size_t j = 0; j < addresses; ++j) {
            host.addresses.emplace_back(mail::Ipv4Bytes{192, 0, static_cast<std::uint8_t>(i),
                                                        static_cast<std::uint8_t>(j + 1)});
        }
        route.hosts.push_back(std::move(host));
    }
    return route;
}

inline smtp::ClientOutcome make_outcome(Input* input, bool is_transaction) {
    using codes::Stage;
    using smtp::ClientCause;
    constexpr std::array<std::string_view, 12> lines{
        "250 ok",         "421 busy",      "450 4.2.1 x",    "451",
        "452 4.5.3 many", "521 h",         "550 5.1.1 x",    "554 no",
        "556 nomail",     "552 5.3.4 big", "550 5.7.1 spam", "450 4.7.12 x"};
    const std::uint8_t pick = input->byte();
    constexpr std::array before{Stage::connect, Stage::greeting, Stage::ehlo, Stage::starttls};
    constexpr std::array within{Stage::mail, Stage::rcpt, Stage::data, Stage::content,
                                Stage::final_dot};
    const auto stage =
        is_transaction ? within.at(pick % within.size()) : before.at(pick % before.size());
    const std::uint8_t what = input->byte();
    if (what >= 160 || stage == Stage::connect) {
        const auto cause = static_cast<ClientCause>(2 + what % 10);
        return smtp::local_outcome(cause, stage);
    }
    smtp::ReplyReader reader;
    const std::size_t line = what % lines.size();
    auto step = reader.next(std::string(lines[line]) + "\r\n");
    auto reply = std::make_shared<const smtp::Reply>(step.value().reply.value());
    const bool is_good = reply->code.is_positive();
    auto outcome = smtp::outcome_of(std::move(reply), is_good ? Stage::final_dot : stage);
    outcome.over_recipient_limit = line == 4 && stage == Stage::rcpt;
    return outcome;
}

class Rounds {
  public:
    explicit Rounds(Input* input) : input_(input), states_(1 + input->byte() % 4) {
        const std::uint8_t bits = input_->byte();
        settings_.greeting_5xx = (bits & 1) != 0 ? Greeting5yz::defer : Greeting5yz::bounce;
        settings_.is_null_sender = (bits & 2) != 0;
        settings_.hosts_per_round_max = 2 + (bits >> 6);
        resting_ = input_->byte();
        settings_.is_resting = [this](const route::IpAddress& address) {
            return (resting_ >> (address.ipv4()->back() % 8) & 1) != 0;
        };
    }

    // To the end of the message, whose route may be another one each round.
    void run() {
        route::Route route = make_route(input_);
        while (!states_.empty()) {
            if (input_->byte() % 4 == 0) route = make_route(input_);
            run_round(route);
            if (states_.empty()) break;
            now_ = std::ranges::max(states_, {}, &RecipientState::due).due;
            now_ += std::chrono::hours(input_->byte() % 16);
        }
    }

  private:
    void run_round(const route::Route& route) {
        const std::size_t count = states_.size();
        const std::vector<RecipientState> before = states_;
        Delivery delivery(route, std::move(states_), settings_, arrival, now_);
        is_decided_.assign(count, false);
        std::vector<std::size_t> stops(route.hosts.size(), 0);
        std::size_t dials = 0;
        while (const auto target = delivery.next()) {
            TURNAWAY_CHECK(++dials <= limits::round_addresses_of_host_max *
                                          settings_.hosts_per_round_max * (count + 1));
            ++stops.at(target->host);
            check_target(route, *target, before);
            answer(&delivery, *target);
        }
        TURNAWAY_CHECK(static_cast<std::size_t>(std::ranges::count_if(stops, [](std::size_t n) {
                           return n > 0;
                       })) <= settings_.hosts_per_round_max);
        const auto dispositions = delivery.judge(now_, input_->byte());
        std::vector<RecipientState> after = delivery.take_states();
        TURNAWAY_CHECK(dispositions.size() == count && after.size() == count);
        states_.clear();
        for (std::size_t i = 0; i < count; ++i) {
            check(route, dispositions[i], after[i]);
            TURNAWAY_CHECK(after[i].tries == before[i].tries + 1);
            if (dispositions[i].kind == Disposition::Kind::later) states_.push_back(after[i]);
        }
    }

    void check_target(const route::Route& route, const Delivery::Target& target,
                      const std::vector<RecipientState>& before) const {
        TURNAWAY_CHECK(!target.recipients.empty());
        const route::MailHost& host = route.hosts.at(target.host);
        TURNAWAY_CHECK(target.address < host.addresses.size());
        for (const std::size_t recipient : target.recipients) {
            TURNAWAY_CHECK(!is_decided_.at(recipient));
            const auto& attempts = before.at(recipient).attempts;
            TURNAWAY_CHECK(!closed_by(attempts, host));
            TURNAWAY_CHECK(!closed_by(attempts, host, host.addresses[target.address]));
        }
    }

    void answer(Delivery* delivery, const Delivery::Target& target) {
        const std::uint8_t way = input_->byte();
        if (way % 3 == 0) {
            const auto outcome = make_outcome(input_, false);
            if (outcome.verdict != smtp::ClientVerdict::delivered)
                return delivery->host_failed(target, outcome, "", now_);
        }
        std::vector<std::optional<smtp::ClientOutcome>> outcomes;
        for (const std::size_t recipient : target.recipients) {
            outcomes.emplace_back();
            if (way > 240) continue;
            const auto outcome = make_outcome(input_, true);
            outcomes.back() = outcome;
            using smtp::ClientVerdict;
            const bool is_end = outcome.verdict == ClientVerdict::permanent &&
                                outcome.cause == smtp::ClientCause::replied;
            if (is_end || outcome.verdict == ClientVerdict::delivered)
                is_decided_.at(recipient) = true;
        }
        delivery->took(target, outcomes, now_);
        if (way % 5 == 0)
            delivery->host_failed(
                target, smtp::local_outcome(smtp::ClientCause::lost, codes::Stage::greeting), "",
                now_);
    }

    void check(const route::Route& route, const Disposition& disposition,
               const RecipientState& state) const {
        const auto is_permanent = [](const Attempt& attempt) {
            return attempt.verdict == smtp::ClientVerdict::permanent;
        };
        const Lifetimes& lifetimes = settings_.lifetimes;
        TURNAWAY_CHECK(state.attempts.size() <= closings_kept_max + limits::attempts_kept_first +
                                                    limits::attempts_kept_last);
        TURNAWAY_CHECK(!disposition.cause.empty());
        if (disposition.decided_by) TURNAWAY_CHECK(*disposition.decided_by < state.attempts.size());
        const bool is_short_lived =
            settings_.is_null_sender || route.has_note(route::NoteKind::implicit_mx);
        const auto least = arrival + (is_short_lived ? lifetimes.implicit_unreachable
                                                     : std::chrono::seconds(lifetimes.dns));
        switch (disposition.kind) {
            case Disposition::Kind::delivered:
                TURNAWAY_CHECK(disposition.status.class_digit() == 2);
                TURNAWAY_CHECK(state.progress == Progress::done);
                break;
            case Disposition::Kind::failed:
                if (disposition.cause == "expired") {
                    TURNAWAY_CHECK(disposition.status.class_digit() == 4);
                    TURNAWAY_CHECK(now_ >= least);
                } else {
                    TURNAWAY_CHECK(disposition.status.class_digit() == 5);
                    TURNAWAY_CHECK(is_permanent(state.attempts.at(disposition.decided_by.value())));
                }
                break;
            case Disposition::Kind::later:
                TURNAWAY_CHECK(disposition.status.class_digit() == 4);
                TURNAWAY_CHECK(now_ < arrival + lifetimes.temporary);
                TURNAWAY_CHECK(disposition.due > now_ &&
                               disposition.due <= disposition.retry_until);
                TURNAWAY_CHECK(disposition.retry_until <= arrival + lifetimes.temporary);
                TURNAWAY_CHECK(state.due == disposition.due);
                TURNAWAY_CHECK(state.progress == Progress::waiting);
                break;
        }
    }

    Input* input_;
    std::vector<RecipientState> states_;
    DeliverySettings settings_;
    std::uint8_t resting_ = 0;
    std::vector<bool> is_decided_;
    std::chrono::sys_seconds now_ = arrival;
};

}  // namespace turnaway::queue::fuzz
