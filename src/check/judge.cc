#include "check/judge.h"

#include <algorithm>

#include "base/check.h"
#include "codes/constants.h"

namespace turnaway::check {
namespace {

bool is_refusal(ProbeEnd end) {
    return end == ProbeEnd::refuses || end == ProbeEnd::refuses_521;
}

// The results that count: without addresses this machine has no route to, if the host has another.
std::vector<const ProbeResult*> that_count(const std::vector<ProbeEvidence>& probes) {
    std::vector<const ProbeResult*> counted;
    for (const ProbeEvidence& probe : probes) {
        const bool has_other = std::ranges::any_of(probes, [&](const ProbeEvidence& other) {
            return other.target.host == probe.target.host && other.result.has_heard_smtp();
        });
        if (probe.result.end == ProbeEnd::no_way && has_other) continue;
        counted.push_back(&probe.result);
    }
    return counted;
}

Judgement judge_refusals(const route::Route& route,
                         const std::vector<const ProbeResult*>& results) {
    // The least specific code names the verdict.
    Verdict verdict = Verdict::refuses_521;
    for (const ProbeResult* result : results) {
        verdict = std::max(verdict, verdict_of_refusal(result->steps.back().code));
    }
    const auto doubted = [&](Doubt doubt) {
        return Judgement{verdict, Acceptance::unknown, doubt};
    };
    const auto any = [&](codes::RefusalScope scope) {
        return std::ranges::find(results, scope, &ProbeResult::scope) != results.end();
    };
    if (any(codes::RefusalScope::other)) return doubted(Doubt::about_client);
    if (any(codes::RefusalScope::unclear)) return doubted(Doubt::no_reason);
    if (route.has_failed_exchange) return doubted(Doubt::exchange_failed);
    if (route.has_note(route::NoteKind::too_many_mx) ||
        route.has_note(route::NoteKind::too_many_addresses)) {
        return doubted(Doubt::left_out);
    }
    return {verdict, Acceptance::no};
}

Judgement nobody_decides(const std::vector<const ProbeResult*>& results,
                         const std::optional<Egress>& egress) {
    const bool some_spoke =
        std::ranges::any_of(results, [](const auto* result) { return result->has_heard_smtp(); });
    if (some_spoke || (egress && egress->finding == Egress::Finding::open)) {
        return {Verdict::unreachable, Acceptance::unknown};
    }
    if (egress && egress->finding == Egress::Finding::blocked) {
        return {Verdict::egress_blocked, Acceptance::unknown};
    }
    return {Verdict::unreachable, Acceptance::unknown, Doubt::egress_unknown};
}

}  // namespace

Judgement judge_route(const route::Route& route) {
    switch (route.kind) {
        case route::RouteKind::hosts:
            return {route.has_note(route::NoteKind::malformed_null_mx) ? Verdict::malformed_null_mx
                                                                       : Verdict::accepts,
                    Acceptance::yes};
        case route::RouteKind::null_mx:
            return {Verdict::null_mx, Acceptance::no};
        case route::RouteKind::no_such_domain:
            return {Verdict::no_such_domain, Acceptance::no};
        case route::RouteKind::no_mail_host:
            return {Verdict::no_mail_host, Acceptance::no};
        case route::RouteKind::loopback_only:
            return {Verdict::loopback_mx, Acceptance::no};
        case route::RouteKind::unusable_mx:
            return {Verdict::dangling_mx, Acceptance::no};
        case route::RouteKind::later:
            return {Verdict::dns_failure, Acceptance::unknown};
        case route::RouteKind::ourselves:
            break;
    }
    // A check is made from outside: no setting names this machine as an MX host.
    TURNAWAY_CHECK(route.kind != route::RouteKind::ourselves);
    return {Verdict::dns_failure, Acceptance::unknown};
}

Judgement judge_hosts(const route::Route& route, const std::vector<ProbeEvidence>& probes,
                      const std::optional<Egress>& egress) {
    TURNAWAY_CHECK(route.kind == route::RouteKind::hosts);
    const auto results = that_count(probes);
    const auto any = [&](const auto& what) {
        return std::ranges::any_of(results,
                                   [&](const ProbeResult* result) { return what(result->end); });
    };
    if (any([](ProbeEnd end) { return end == ProbeEnd::accepts; })) return judge_route(route);
    if (!any(is_refusal)) return nobody_decides(results, egress);
    if (any([](ProbeEnd end) { return !is_refusal(end); })) {
        return {Verdict::unreachable, Acceptance::unknown, Doubt::some_host_silent};
    }
    return judge_refusals(route, results);
}

Verdict verdict_of_refusal(codes::ReplyCode code) {
    if (code == codes::host_takes_no_mail) return Verdict::refuses_521;
    return code == codes::transaction_failed ? Verdict::refuses_554 : Verdict::refuses_5yz;
}

}  // namespace turnaway::check
