#include "check/assessment.h"

namespace turnaway::check {
namespace {

// How much what a host said tells about the answer: acceptance decides, then refusals.
int weight(ProbeEnd end) {
    switch (end) {
        case ProbeEnd::accepts:
            return 4;
        case ProbeEnd::refuses_521:
        case ProbeEnd::refuses:
            return 3;
        case ProbeEnd::temporary:
            return 2;
        default:
            return 1;
    }
}

}  // namespace

std::string_view name(Egress::Finding finding) {
    switch (finding) {
        case Egress::Finding::open:
            return "open";
        case Egress::Finding::blocked:
            return "blocked";
        case Egress::Finding::unknown:
            return "unknown";
    }
    return "";
}

std::string_view name(Doubt doubt) {
    switch (doubt) {
        case Doubt::none:
            return "none";
        case Doubt::about_client:
            return "about-client";
        case Doubt::some_host_silent:
            return "some-host-silent";
        case Doubt::exchange_failed:
            return "exchange-failed";
        case Doubt::left_out:
            return "left-out";
        case Doubt::egress_unknown:
            return "egress-unknown";
    }
    return "";
}

const ProbeEvidence* Assessment::decisive_probe() const {
    const ProbeEvidence* best = nullptr;
    for (const ProbeEvidence& probe : probes) {
        if (!probe.result.has_heard_smtp()) continue;
        const bool is_better =
            best == nullptr || weight(probe.result.end) > weight(best->result.end);
        if (is_better) best = &probe;
    }
    return best;
}

}  // namespace turnaway::check
