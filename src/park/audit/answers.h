// Answers: the DNS answers of one audit, and the questions it still needs.
//
// Looking up an unknown answer records it as open and returns nothing; so does a failed answer,
// which is listed separately as unknown. Routes are made from the same answers (route/route_query).
// Bound: questions_max questions; beyond it nothing more is asked, and the audit reports that.
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

    // Null if not known yet, if DNS failed, or if too much was asked.
    const route::DnsAnswer* find(const mail::Domain& name, route::DnsType type);
    // Nothing while some of it is not known.
    std::optional<route::Route> route(const mail::Domain& destination);

    // The questions to ask now; each is returned once.
    std::vector<route::DnsQuestion> take_open();
    void take(const route::DnsQuestion& question, route::DnsAnswer answer);

    // The questions that DNS failed to answer.
    std::vector<std::pair<route::DnsQuestion, route::DnsFailure>> failed() const;
    bool has_asked_too_much() const { return has_asked_too_much_; }

  private:
    const route::DnsAnswer* look(const route::DnsQuestion& question);

    // Nothing: not answered yet
    std::map<route::DnsQuestion, std::optional<route::DnsAnswer>> known_;
    std::vector<route::DnsQuestion> open_;
    bool has_asked_too_much_ = false;
};

}  // namespace turnaway::park
