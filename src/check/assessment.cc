#include "check/assessment.h"

#include "check/judge.h"

namespace turnaway::check {
namespace {

// How strongly a host's reply supports the answer: acceptance before refusals, and of the refusals
// the kind that the verdict is named after or that causes the doubt.
int weight(const Assessment& assessment, const ProbeResult& result) {
    switch (result.end) {
        case ProbeEnd::accepts:
            return 4;
        case ProbeEnd::refuses_521:
        case ProbeEnd::refuses: {
            using codes::RefusalScope;
            const bool is_named =
                assessment.doubt == Doubt::about_client ? result.scope == RefusalScope::other
                : assessment.doubt == Doubt::no_reason
                    ? result.scope == RefusalScope::unclear
                    : verdict_of_refusal(result.steps.back().code) == assessment.verdict;
            return is_named ? 3 : 2;
        }
        case ProbeEnd::temporary:
            return 1;
        default:
            return 0;
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
        case Doubt::no_reason:
            return "no-reason";
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
            best == nullptr || weight(*this, probe.result) > weight(*this, best->result);
        if (is_better) best = &probe;
    }
    return best;
}

}  // namespace turnaway::check
