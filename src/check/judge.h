// Judge: from a route, and from what hosts said, to a verdict. Every rule of `turnaway check` is
// here.
//
// The route's kind decides at DNS level, so check and relay cannot differ. Over hosts: one that
// accepts is enough; a `no` needs a permanent refusal of every host, and no record that was left
// out or could not be looked up (requirement 20; verdict/refusing_hosts.h draws the relay's line in
// the same place); a refusal whose words speak of the client is about us and proves nothing (RFC
// 7504 section 3). One difference from the relay: an address that this machine has no way to (IPv6
// without IPv6) does not count where another address of the same host answered.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "check/assessment.h"
#include "route/route.h"

namespace turnaway::check {

struct Judgement {
    Verdict verdict;
    Taking taking;
    Doubt doubt = Doubt::none;
};

Judgement judge_route(const route::Route& route);

// `probes` are all addresses of all hosts of the route; `egress` where it was asked for.
Judgement judge_hosts(const route::Route& route, const std::vector<ProbeEvidence>& probes,
                      const std::optional<Egress>& egress);

// The words of a refusal, with its code, give another reason than that no mail is taken.
bool is_about_client(std::string_view words);

}  // namespace turnaway::check
