// DomainCheck: from one subject to its Assessment, without I/O. It returns first the DNS questions,
// then the hosts to connect to, takes the answers in any order, and ends.
//
// Uses route/route_lookup.h, so questions, repeated questions and their meaning are the same as in
// the relay. With `connects`, each address of every host is asked once; if none of them speaks
// SMTP, it asks whether the port is open from this machine before it gives a verdict. A host given
// by name is looked up like a domain without MX: by its addresses. The caller keeps the deadlines;
// give_up() ends the check at any point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/assessment.h"
#include "check/judge.h"
#include "route/route_lookup.h"
#include "route/route_settings.h"

namespace turnaway::check {

struct CheckSettings {
    bool loopback_allowed = false;  // see route/route_settings.h
    bool private_refused = true;    // the question is whether mail arrives from outside
    bool connects = false;
    bool asks_egress = false;  // the caller can test whether the port is open
    std::uint16_t port = 25;
};

class DomainCheck {
  public:
    DomainCheck(Subject subject, const CheckSettings& settings, std::uint64_t shuffle_seed);
    DomainCheck(const DomainCheck&) = delete;
    DomainCheck& operator=(const DomainCheck&) = delete;

    // Each is returned once. Times count from the beginning of the check.
    std::vector<route::DnsQuestion> next_questions(Milliseconds now);
    std::vector<ProbeTarget> next_probes();
    // True once, when the test is needed.
    bool wants_egress();

    // False, without effect, if it was not asked for or is already known.
    bool take(const route::DnsQuestion& question, route::DnsAnswer answer, Milliseconds now);
    bool take(const ProbeTarget& target, const ProbeResult& result, Milliseconds now);
    bool take(Egress egress, Milliseconds now);
    // Open questions and connections count as timed out.
    void give_up(Milliseconds now);

    bool is_done() const { return is_done_; }
    // Only once done.
    const Assessment& assessment() const;

  private:
    struct Open {
        route::DnsQuestion question;
        Milliseconds asked_after;
        bool is_second_lookup;
    };

    void take_route(Milliseconds now);
    void advance(Milliseconds now);
    bool has_heard_smtp() const;
    bool has_private_address() const;
    void finish(const Judgement& judgement, Milliseconds now);

    CheckSettings settings_;
    route::RouteSettings route_settings_;
    route::RouteLookup lookup_;
    std::vector<Open> open_;
    std::size_t unprobed_ = 0;
    std::size_t given_out_ = 0;  // number of assessment_.probes already returned
    std::vector<bool> probed_;   // parallel to assessment_.probes
    bool is_egress_open_ = false;
    bool is_egress_asked_ = false;
    bool has_route_ = false;
    bool is_done_ = false;
    Assessment assessment_;
};

}  // namespace turnaway::check
