// CountingResolver: a resolver that counts what DNS said, in front of the one that asks.
//
// Promises what route/resolver.h does, by handing everything on.
#pragma once

#include <utility>

#include "relay/log/metrics.h"
#include "route/resolver.h"

namespace turnaway::relay {

class CountingResolver final : public route::Resolver {
  public:
    // Both outlive this and every question.
    CountingResolver(route::Resolver& behind, Counters& counters)
        : behind_(behind), counters_(counters) {}

    void ask(const route::DnsQuestion& question, Done done) override {
        behind_.ask(question, [&counters = counters_,
                               done = std::move(done)](const route::DnsAnswer& answer) {
            counters.add(counter_of(answer.outcome));
            done(answer);
        });
    }

  private:
    static Counter counter_of(route::DnsOutcome outcome) {
        switch (outcome) {
            case route::DnsOutcome::answered:
                return Counter::dns_found;
            case route::DnsOutcome::no_data:
            case route::DnsOutcome::no_such_name:
                return Counter::dns_absent;
            case route::DnsOutcome::failed:
                break;
        }
        return Counter::dns_trouble;
    }

    route::Resolver& behind_;
    Counters& counters_;
};

}  // namespace turnaway::relay
