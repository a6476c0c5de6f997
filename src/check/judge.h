// Judge: from a route and the hosts' replies to a verdict. Contains every rule of `turnaway check`.
//
// The route's kind decides at DNS level, so check and relay cannot differ. For hosts: one that
// accepts is enough. A `no` needs a permanent refusal from every host, and no record that was left
// out or could not be looked up (requirement 20; verdict/refusing_hosts.h applies the same limit in
// the relay). A refusal that is not about the host (codes/host_refusal.h) proves nothing about it;
// one about the client, or a 554 without a reason, may concern only us (RFC 7504 section 3). One
// difference from the relay: an address that this machine has no route to (IPv6 without IPv6) does
// not count if another address of the same host answered.
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

// `probes`: all addresses of all hosts of the route; `egress`: if it was tested.
Judgement judge_hosts(const route::Route& route, const std::vector<ProbeEvidence>& probes,
                      const std::optional<Egress>& egress);

// The verdict for a refusal with this code, regardless of its text.
Verdict verdict_of_refusal(codes::ReplyCode code);

}  // namespace turnaway::check
