// Resolver: the interface to DNS. One question in, one answer out by callback.
//
// A callback suits both implementations: the real resolver lives in an event loop, and an Asio
// coroutine turns the callback into an awaitable; the fake answers immediately. Guarantees:
// - `done` is called exactly once for each `ask`, perhaps before `ask` returns, and always on the
//   thread that called `ask`;
// - every question has a deadline, which is a setting of the resolver; after it the answer is
//   `failed` with `timeout`. Questions still open when the resolver is destroyed are dropped: their
//   `done` is destroyed without being called;
// - equal questions that are open at the same time cost one lookup;
// - there is no cancel: an answer without a waiting caller still fills the cache. A caller that may
//   be gone by then must share ownership of the data that its callback uses with the callback.
#pragma once

#include <functional>

#include "route/dns_answer.h"

namespace turnaway::route {

class Resolver {
  public:
    // Copyable, so that a cancelled coroutine and a pending lookup can share what it captures.
    using Done = std::function<void(const DnsAnswer&)>;

    Resolver() = default;
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    virtual ~Resolver() = default;

    virtual void ask(const DnsQuestion& question, Done done) = 0;
};

}  // namespace turnaway::route
