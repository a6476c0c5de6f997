#include "check/verdict.h"

#include <algorithm>

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

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::accepts:
            return "accepts";
        case Verdict::null_mx:
            return "null-mx";
        case Verdict::malformed_null_mx:
            return "malformed-null-mx";
        case Verdict::no_such_domain:
            return "no-such-domain";
        case Verdict::no_mail_host:
            return "no-mail-host";
        case Verdict::loopback_mx:
            return "loopback-mx";
        case Verdict::private_mx:
            return "private-mx";
        case Verdict::dangling_mx:
            return "dangling-mx";
        case Verdict::refuses_521:
            return "refuses-521";
        case Verdict::refuses_554:
            return "refuses-554";
        case Verdict::refuses_5yz:
            return "refuses-5yz";
        case Verdict::unreachable:
            return "unreachable";
        case Verdict::dns_failure:
            return "dns-failure";
        case Verdict::egress_blocked:
            return "egress-blocked";
    }
    return "";
}

}  // namespace turnaway::check
