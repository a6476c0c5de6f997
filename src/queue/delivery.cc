#include "queue/delivery.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "codes/constants.h"
#include "queue/history.h"

namespace turnaway::queue {
namespace {

namespace limits = base::limits;
using smtp::ClientOutcome;
using smtp::ClientVerdict;

}  // namespace

Delivery::Delivery(const route::Route& route, std::vector<RecipientState> states,
                   DeliverySettings settings, std::chrono::sys_seconds arrival,
                   std::chrono::sys_seconds now)
    : route_(&route),
      settings_(std::move(settings)),
      arrival_(arrival),
      is_dialled_(route.hosts.size()) {
    TURNAWAY_CHECK(settings_.hosts_per_round_max >= limits::round_addresses_min);
    std::size_t addresses = 0;
    for (const route::MailHost& host : route.hosts) {
        first_doors_.push_back(addresses);
        addresses += host.addresses.size();
    }
    recipients_.reserve(states.size());
    for (RecipientState& state : states) {
        TURNAWAY_CHECK(state.progress == Progress::waiting);
        Recipient& recipient = recipients_.emplace_back();
        recipient.state = std::move(state);
        if (route.kind != route::RouteKind::hosts) {
            add(&recipient, lookup_of(route, recipient.state.attempts, now));
            continue;
        }
        recipient.doors.assign(addresses, Door::open);
        if (!recipient.state.attempts.empty()) open_doors(&recipient);
    }
    plan_stops();
}

std::size_t Delivery::door_of(std::size_t host, std::size_t address) const {
    return first_doors_.at(host) + address;
}

// Opens all but those that earlier rounds closed.
void Delivery::open_doors(Recipient* recipient) const {
    const auto& attempts = recipient->state.attempts;
    for (std::size_t host = 0; host < route_->hosts.size(); ++host) {
        const route::MailHost& one = route_->hosts[host];
        const bool is_host_closed = closed_by(attempts, one).has_value();
        for (std::size_t address = 0; address < one.addresses.size(); ++address) {
            if (is_host_closed || closed_by(attempts, one, one.addresses[address])) {
                recipient->doors[door_of(host, address)] = Door::closed;
            }
        }
    }
}

void Delivery::plan_stops() {
    std::vector<Stop> resting;
    std::size_t tries = 0;
    for (const Recipient& recipient : recipients_) {
        tries = std::max<std::size_t>(tries, recipient.state.tries);
    }
    for (std::size_t host = 0; host < route_->hosts.size(); ++host) {
        const auto& addresses = route_->hosts[host].addresses;
        const std::size_t count = std::min(addresses.size(), limits::round_addresses_of_host_max);
        // If a host has more addresses than one round may try, each round begins where the last one
        // ended.
        const std::size_t first = count < addresses.size() ? tries * count : 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t address = (first + i) % addresses.size();
            const bool is_resting =
                settings_.is_resting && settings_.is_resting(addresses[address]);
            (is_resting ? resting : stops_)
                .push_back({.host = host, .address = address, .is_resting = is_resting});
        }
    }
    stops_.insert(stops_.end(), resting.begin(), resting.end());
}

bool Delivery::wants(const Recipient& recipient, const Stop& stop) const {
    if (recipient.is_decided || recipient.doors[door_of(stop.host, stop.address)] != Door::open)
        return false;
    return !stop.is_resting || recipient.dialled < limits::round_addresses_min;
}

std::optional<Delivery::Target> Delivery::next() {
    TURNAWAY_CHECK(!is_judged_);
    if (again_) return std::exchange(again_, std::nullopt);
    while (at_ < stops_.size()) {
        const Stop& stop = stops_[at_++];
        const bool is_new = !is_dialled_[stop.host];
        if (is_new && hosts_dialled_ == settings_.hosts_per_round_max) continue;
        Target target{.host = stop.host, .address = stop.address, .recipients = {}};
        for (std::size_t i = 0; i < recipients_.size(); ++i) {
            if (!wants(recipients_[i], stop)) continue;
            ++recipients_[i].dialled;
            target.recipients.push_back(i);
        }
        if (target.recipients.empty()) continue;
        if (is_new) ++hosts_dialled_;
        is_dialled_[stop.host] = true;
        return target;
    }
    return std::nullopt;
}

void Delivery::host_failed(const Target& target, const ClientOutcome& outcome,
                           std::string_view words, std::chrono::sys_seconds now) {
    for (const std::size_t recipient : target.recipients) {
        // A recipient that will be offered again gets its outcome then.
        if (again_ && std::ranges::find(again_->recipients, recipient) != again_->recipients.end())
            continue;
        record(target, recipient, outcome, words, now);
    }
}

void Delivery::took(const Target& target, std::span<const std::optional<ClientOutcome>> outcomes,
                    std::chrono::sys_seconds now, bool is_dsn_offered) {
    TURNAWAY_CHECK(outcomes.size() == target.recipients.size());
    const auto is_settled = [](const auto& outcome) {
        return outcome && !outcome->over_recipient_limit;
    };
    // Each offer settles at least one recipient, so offers end.
    const bool may_offer_again = std::ranges::any_of(outcomes, is_settled);
    Target again{.host = target.host, .address = target.address, .recipients = {}};
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (!outcomes[i]) continue;
        const std::size_t recipient = target.recipients[i];
        if (outcomes[i]->over_recipient_limit && may_offer_again) {
            again.recipients.push_back(recipient);
            continue;
        }
        record(target, recipient, *outcomes[i], {}, now);
        recipients_[recipient].is_dsn_offered = is_dsn_offered;
    }
    if (!again.recipients.empty()) again_ = std::move(again);
}

void Delivery::record(const Target& target, std::size_t recipient, const ClientOutcome& outcome,
                      std::string_view words, std::chrono::sys_seconds now) {
    TURNAWAY_CHECK(!is_judged_ && recipient < recipients_.size());
    Recipient& one = recipients_[recipient];
    Door& door = one.doors.at(door_of(target.host, target.address));
    if (one.is_decided || door != Door::open || one.stop == at_) return;
    one.stop = at_;
    Attempt attempt = attempt_of(outcome, settings_.greeting_5xx, words, now);
    const route::MailHost& host = route_->hosts[target.host];
    if (host.name) attempt.host = host.name->text();
    attempt.address = host.addresses.at(target.address).text();
    if (closes_host(attempt)) {
        door = Door::closed;
    } else if (ends_recipient(attempt) || attempt.verdict == ClientVerdict::delivered) {
        one.is_decided = true;
    } else if (*attempt.stage >= codes::Stage::mail && attempt.remote) {
        const auto first = one.doors.begin() + static_cast<std::ptrdiff_t>(door_of(target.host, 0));
        std::replace(first, first + static_cast<std::ptrdiff_t>(host.addresses.size()), Door::open,
                     Door::passed);
    }
    add(&one, std::move(attempt));
}

void Delivery::give_up(std::string_view words, std::chrono::sys_seconds now) {
    TURNAWAY_CHECK(!is_judged_);
    at_ = stops_.size();
    again_.reset();
    for (Recipient& recipient : recipients_) {
        if (recipient.is_decided) continue;
        add(&recipient, {.time = now,
                         .stage = codes::Stage::content,
                         .status = codes::EnhancedCode::temporary(codes::other_system_status),
                         .words = std::string(words)});
    }
}

void Delivery::add(Recipient* recipient, Attempt attempt) {
    append(std::move(attempt), &recipient->state.attempts);
    recipient->fresh = std::min(recipient->fresh + 1, recipient->state.attempts.size());
}

std::vector<Disposition> Delivery::judge(std::chrono::sys_seconds now, std::uint64_t random) {
    TURNAWAY_CHECK(!std::exchange(is_judged_, true));
    const Circumstances circumstances{.lifetimes = settings_.lifetimes,
                                      .is_null_sender = settings_.is_null_sender,
                                      .arrival = arrival_,
                                      .now = now};
    const auto failed_exchange =
        route_->kind == route::RouteKind::hosts ? failed_exchange_of(*route_, now) : std::nullopt;
    std::vector<Disposition> dispositions;
    dispositions.reserve(recipients_.size());
    for (Recipient& recipient : recipients_) {
        if (failed_exchange && !recipient.is_decided) add(&recipient, *failed_exchange);
        RecipientState& state = recipient.state;
        Disposition disposition =
            queue::judge(*route_, state, recipient.fresh, circumstances, random);
        ++state.tries;
        if (disposition.kind == Disposition::Kind::later) state.due = disposition.due;
        if (disposition.kind == Disposition::Kind::delivered) {
            state.progress = Progress::done;
            disposition.lacks_dsn = !recipient.is_dsn_offered;
        }
        dispositions.push_back(disposition);
    }
    return dispositions;
}

std::vector<RecipientState> Delivery::take_states() {
    TURNAWAY_CHECK(is_judged_);
    std::vector<RecipientState> states;
    states.reserve(recipients_.size());
    for (Recipient& recipient : recipients_) states.push_back(std::move(recipient.state));
    recipients_.clear();
    return states;
}

}  // namespace turnaway::queue
