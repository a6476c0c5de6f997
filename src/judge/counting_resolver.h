// CountingResolver: passes questions on to another resolver and reports each DNS answer to a
// counter.
//
// Keeps the contract of route/resolver.h, because it only forwards.
#pragma once

#include <functional>
#include <utility>

#include "route/resolver.h"

namespace turnaway::judge {

class CountingResolver final : public route::Resolver {
  public:
    using Count = std::function<void(route::DnsOutcome)>;

    // `behind` outlives this and every question.
    CountingResolver(route::Resolver& behind, Count count)
        : behind_(behind), count_(std::move(count)) {}

    void ask(const route::DnsQuestion& question, Done done) override {
        behind_.ask(question, [count = count_, done = std::move(done)](const auto& answer) {
            count(answer.outcome);
            done(answer);
        });
    }

  private:
    route::Resolver& behind_;
    Count count_;
};

}  // namespace turnaway::judge
