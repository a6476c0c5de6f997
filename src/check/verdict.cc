#include "check/verdict.h"

#include <algorithm>

#include "route/route.h"

namespace turnaway::check {
namespace {

constexpr int badness(Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::yes:
            return 0;
        case Acceptance::unknown:
            return 1;
        case Acceptance::no:
            return 2;
    }
    return 1;
}

}  // namespace

std::string_view name(Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::yes:
            return "yes";
        case Acceptance::no:
            return "no";
        case Acceptance::unknown:
            return "unknown";
    }
    return "";
}

int exit_code(Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::yes:
            return 0;
        case Acceptance::no:
            return 1;
        case Acceptance::unknown:
            return 2;
    }
    return 2;
}

Acceptance worse(Acceptance one, Acceptance other) {
    return std::max(one, other, [](Acceptance a, Acceptance b) { return badness(a) < badness(b); });
}

std::optional<route::RouteKind> route_kind_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::null_mx:
            return route::RouteKind::null_mx;
        case Verdict::no_such_domain:
            return route::RouteKind::no_such_domain;
        case Verdict::no_mail_host:
            return route::RouteKind::no_mail_host;
        case Verdict::loopback_mx:
            return route::RouteKind::loopback_only;
        case Verdict::dangling_mx:
            return route::RouteKind::unusable_mx;
        case Verdict::dns_failure:
            return route::RouteKind::later;
        default:
            return std::nullopt;
    }
}

std::string_view name(Verdict verdict) {
    if (const auto kind = route_kind_of(verdict)) return route::name(*kind);
    switch (verdict) {
        case Verdict::accepts:
            return "accepts";
        case Verdict::malformed_null_mx:
            return "malformed-null-mx";
        case Verdict::private_mx:
            return "private-mx";
        case Verdict::refuses_521:
            return "refuses-521";
        case Verdict::refuses_554:
            return "refuses-554";
        case Verdict::refuses_5yz:
            return "refuses-5yz";
        case Verdict::unreachable:
            return "unreachable";
        case Verdict::egress_blocked:
            return "egress-blocked";
        default:
            break;  // the route names it
    }
    return "";
}

}  // namespace turnaway::check
