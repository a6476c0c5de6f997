// Judge: from a route, and from what hosts said, to a verdict. Every rule of `turnaway check` is
// here.
//
// The route's kind decides at DNS level, so check and relay cannot differ. Over hosts: one that
// accepts is enough; a `no` needs a permanent refusal of every host, and no record that was left
// out or could not be looked up (requirement 20; verdict/refusing_hosts.h draws the relay's line in
// the same place); a refusal that does not speak of the host (codes/host_refusal.h) proves nothing
// about it: one that speaks of the client is about us, and a 554 without a reason may be (RFC 7504
// section 3). One difference from the relay: an address that this machine has no way to (IPv6
// without IPv6) does not count where another address of the same host answered.
#pragma once

#include <optional>
#include <vector>

#include "check/assessment.h"
#include "route/route.h"

namespace turnaway::check {

struct Judgement {
    Verdict verdict;
    Acceptance acceptance;
    Doubt doubt = Doubt::none;
};

Judgement judge_route(const route::Route& route);

// `probes` are all addresses of all hosts of the route; `egress` where it was asked for.
Judgement judge_hosts(const route::Route& route, const std::vector<ProbeEvidence>& probes,
                      const std::optional<Egress>& egress);

// What a refusal by this code alone is called.
Verdict verdict_of_refusal(codes::ReplyCode code);

}  // namespace turnaway::check
