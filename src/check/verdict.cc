#include "check/verdict.h"

#include <algorithm>

namespace turnaway::check {
namespace {

constexpr int badness(Taking taking) {
    switch (taking) {
        case Taking::yes:
            return 0;
        case Taking::unknown:
            return 1;
        case Taking::no:
            return 2;
    }
    return 1;
}

}  // namespace

std::string_view name(Taking taking) {
    switch (taking) {
        case Taking::yes:
            return "yes";
        case Taking::no:
            return "no";
        case Taking::unknown:
            return "unknown";
    }
    return "";
}

int exit_code(Taking taking) {
    switch (taking) {
        case Taking::yes:
            return 0;
        case Taking::no:
            return 1;
        case Taking::unknown:
            return 2;
    }
    return 2;
}

Taking worse(Taking one, Taking other) {
    return std::max(one, other, [](Taking a, Taking b) { return badness(a) < badness(b); });
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
