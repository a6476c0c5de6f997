// DomainCheck: from one subject to its Assessment, without I/O: it says which DNS questions it has,
// then which hosts to connect to, takes the answers in any order, and ends.
//
// DNS is asked by route/route_lookup.h, so questions, second looks and meaning are the relay's.
// With `connects`, every address of every host is asked, each once; when none of them speaks SMTP,
// it wants to know whether the port leaves this machine, before it says anything of others. A host
// that was given by name is looked up as a domain without MX is: by its addresses. Deadlines belong
// to the caller; give_up() ends the check at any point.
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
    bool private_refused = true;    // what is judged is whether mail arrives from outside
    bool connects = false;
    bool asks_egress = false;  // there is somebody to ask
    std::uint16_t port = 25;
};

class DomainCheck {
  public:
    DomainCheck(Subject subject, const CheckSettings& settings, std::uint64_t shuffle_seed);
    DomainCheck(const DomainCheck&) = delete;
    DomainCheck& operator=(const DomainCheck&) = delete;

    // Each is given out once. Times count from the beginning of the check.
    std::vector<route::DnsQuestion> next_questions(Milliseconds now);
    std::vector<ProbeTarget> next_probes();
    // Once, when it is wanted.
    bool wants_egress();

    // False, and nothing happens, when it was not asked for or is known.
    bool take(const route::DnsQuestion& question, route::DnsAnswer answer, Milliseconds now);
    bool take(const ProbeTarget& target, const ProbeResult& result, Milliseconds now);
    bool take(Egress egress, Milliseconds now);
    // What is still open counts as timed out.
    void give_up(Milliseconds now);

    bool is_done() const { return is_done_; }
    // When done.
    const Assessment& assessment() const;

  private:
    struct Open {
        route::DnsQuestion question;
        Milliseconds asked_after;
        bool is_second_look;
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
    std::size_t given_out_ = 0;  // of assessment_.probes
    std::vector<bool> probed_;   // beside assessment_.probes
    bool is_egress_open_ = false;
    bool is_egress_asked_ = false;
    bool has_route_ = false;
    bool is_done_ = false;
    Assessment assessment_;
};

}  // namespace turnaway::check
