// Answers: what DNS has said during one audit, and what the audit still wants to know.
//
// Looking for what is not there yet notes it as open and gives nothing; so does an answer that
// failed, which is kept apart as unknown. A route is made from the same answers
// (route/route_query). Bound: questions_max questions; past it nothing more is asked and the audit
// says so.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/route.h"

namespace turnaway::park {

class Answers {
  public:
    static constexpr std::size_t questions_max = 400;

    // Null when not known yet, when DNS failed, or when too much was asked.
    const route::DnsAnswer* find(const mail::Domain& name, route::DnsType type);
    // Nothing while not all of it is known.
    std::optional<route::Route> route(const mail::Domain& destination);

    // What to ask now; each question is given out once.
    std::vector<route::DnsQuestion> take_open();
    void take(const route::DnsQuestion& question, route::DnsAnswer answer);

    // Of the questions looked for, those that DNS failed to answer.
    std::vector<std::pair<route::DnsQuestion, route::DnsFailure>> failed() const;
    bool has_asked_too_much() const { return has_asked_too_much_; }

  private:
    const route::DnsAnswer* look(const route::DnsQuestion& question);

    std::map<route::DnsQuestion, std::optional<route::DnsAnswer>> known_;  // nothing: not answered
    std::vector<route::DnsQuestion> open_;
    bool has_asked_too_much_ = false;
};

}  // namespace turnaway::park
