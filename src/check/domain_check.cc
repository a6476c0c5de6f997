#include "check/domain_check.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "check/resemblance.h"
#include "route/address_class.h"

namespace turnaway::check {
namespace {

route::RouteSettings route_settings(const CheckSettings& settings) {
    return {.our_names = {},
            .our_addresses = {},
            .loopback_allowed = settings.loopback_allowed,
            .private_refused = settings.private_refused};
}

route::RouteLookup lookup_of(const Subject& subject, const route::RouteSettings& settings,
                             std::uint64_t shuffle_seed) {
    if (const auto* literal = subject.literal()) return {*literal, settings};
    if (subject.is_host) return route::RouteLookup::of_host(*subject.domain(), settings);
    return {*subject.domain(), settings, shuffle_seed};
}

std::vector<ProbeEvidence> probes_of(const route::Route& route, std::uint16_t port) {
    std::vector<ProbeEvidence> probes;
    for (const route::MailHost& host : route.hosts) {
        for (const route::IpAddress& address : host.addresses) {
            probes.push_back({.target = {.host = host.name,
                                         .preference = host.preference,
                                         .address = address,
                                         .port = port},
                              .result = {}});
        }
    }
    return probes;
}

}  // namespace

DomainCheck::DomainCheck(Subject subject, const CheckSettings& settings, std::uint64_t shuffle_seed)
    : settings_(settings),
      route_settings_(route_settings(settings)),
      lookup_(lookup_of(subject, route_settings_, shuffle_seed)),
      assessment_{.subject = std::move(subject), .route = {}} {
    if (lookup_.is_done()) take_route(Milliseconds(0));
}

std::vector<route::DnsQuestion> DomainCheck::next_questions(Milliseconds now) {
    auto questions = lookup_.next_questions();
    for (const route::DnsQuestion& question : questions) {
        open_.push_back({question, now, lookup_.is_asking_again()});
    }
    return questions;
}

bool DomainCheck::take(const route::DnsQuestion& question, route::DnsAnswer answer,
                       Milliseconds now) {
    const auto open = std::ranges::find(open_, question, &Open::question);
    if (open == open_.end()) return false;
    assessment_.dns.push_back({.question = question,
                               .answer = answer,
                               .asked_after = open->asked_after,
                               .answered_after = now,
                               .is_second_lookup = open->is_second_lookup});
    open_.erase(open);
    lookup_.take(question, std::move(answer));
    if (lookup_.is_done()) take_route(now);
    return true;
}

void DomainCheck::take_route(Milliseconds now) {
    has_route_ = true;
    assessment_.route = lookup_.route();
    const route::Route& route = assessment_.route;
    if (route.kind != route::RouteKind::hosts || !settings_.connects) {
        return finish(judge_route(route), now);
    }
    assessment_.has_connected = true;
    assessment_.probes = probes_of(route, settings_.port);
    unprobed_ = assessment_.probes.size();
    probed_.assign(unprobed_, false);
}

std::vector<ProbeTarget> DomainCheck::next_probes() {
    std::vector<ProbeTarget> targets;
    const auto& probes = assessment_.probes;
    for (; !is_done_ && given_out_ < probes.size(); ++given_out_) {
        const ProbeTarget& target = probes[given_out_].target;
        const auto earlier = probes.begin() + static_cast<std::ptrdiff_t>(given_out_);
        const bool is_known = std::any_of(probes.begin(), earlier, [&](const auto& probe) {
            return probe.target.address == target.address;
        });
        if (!is_known) targets.push_back(target);
    }
    return targets;
}

// The result applies to every host that has the address.
bool DomainCheck::take(const ProbeTarget& target, const ProbeResult& result, Milliseconds now) {
    bool was_open = false;
    for (std::size_t i = 0; i < given_out_ && !is_done_; ++i) {
        if (probed_[i] || assessment_.probes[i].target.address != target.address) continue;
        was_open = true;
        probed_[i] = true;
        --unprobed_;
        assessment_.probes[i].result = result;
    }
    if (was_open && unprobed_ == 0) advance(now);
    return was_open;
}

bool DomainCheck::has_heard_smtp() const {
    return std::ranges::any_of(assessment_.probes, [](const ProbeEvidence& probe) {
        return probe.result.has_heard_smtp();
    });
}

void DomainCheck::advance(Milliseconds now) {
    const bool is_egress_in_question =
        settings_.asks_egress && !assessment_.egress && !has_heard_smtp();
    if (is_egress_in_question) {
        is_egress_open_ = true;
        return;
    }
    finish(judge_hosts(assessment_.route, assessment_.probes, assessment_.egress), now);
}

bool DomainCheck::wants_egress() {
    return is_egress_open_ && !is_done_ && !std::exchange(is_egress_asked_, true);
}

bool DomainCheck::take(Egress egress, Milliseconds now) {
    if (!is_egress_open_ || is_done_) return false;
    assessment_.egress = std::move(egress);
    advance(now);
    return true;
}

void DomainCheck::give_up(Milliseconds now) {
    if (!has_route_) {
        lookup_.give_up();
        take_route(now);
    }
    if (is_done_) return;
    for (std::size_t i = 0; i < probed_.size(); ++i) {
        if (probed_[i]) continue;
        assessment_.probes[i].result = {.end = ProbeEnd::timed_out, .ended_after = now};
    }
    finish(judge_hosts(assessment_.route, assessment_.probes, assessment_.egress), now);
}

// An address that would be a host if private addresses were allowed.
bool DomainCheck::has_private_address() const {
    const auto is_private = [](const route::IpAddress& address) {
        return route::class_of(address) == route::AddressClass::private_use;
    };
    if (const auto* literal = assessment_.subject.literal()) {
        const auto address = route::IpAddress::parse(literal->content());
        return address && is_private(*address);
    }
    return std::ranges::any_of(assessment_.dns, [&](const DnsEvidence& each) {
        return std::ranges::any_of(each.answer.addresses, is_private);
    });
}

void DomainCheck::finish(const Judgement& judgement, Milliseconds now) {
    is_done_ = true;
    assessment_.verdict = judgement.verdict;
    assessment_.acceptance = judgement.acceptance;
    assessment_.doubt = judgement.doubt;
    if (judgement.verdict == Verdict::loopback_mx && has_private_address()) {
        assessment_.verdict = Verdict::private_mx;
    }
    // A host name that does not exist is reported as such.
    const auto is_absent = [](const DnsEvidence& each) {
        return each.answer.outcome == route::DnsOutcome::no_such_name;
    };
    if (assessment_.subject.is_host && judgement.verdict == Verdict::no_mail_host &&
        !assessment_.dns.empty() && std::ranges::all_of(assessment_.dns, is_absent)) {
        assessment_.verdict = Verdict::no_such_domain;
    }
    if (const auto* domain = assessment_.subject.domain()) {
        assessment_.resembles = resembled_provider(domain->text());
    }
    assessment_.mx_says_521 =
        !assessment_.subject.is_host && !assessment_.route.has_note(route::NoteKind::implicit_mx) &&
        std::ranges::any_of(assessment_.probes, [](const ProbeEvidence& probe) {
            return probe.target.host && probe.result.end == ProbeEnd::refuses_521 &&
                   probe.result.scope == codes::RefusalScope::host;
        });
    assessment_.took = now;
}

const Assessment& DomainCheck::assessment() const {
    TURNAWAY_CHECK(is_done_);
    return assessment_;
}

}  // namespace turnaway::check
