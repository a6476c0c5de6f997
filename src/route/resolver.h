// Resolver: the seam to DNS. One question in, one answer out by callback.
//
// A callback serves both sides: the real resolver lives in an event loop and an Asio coroutine
// turns the callback into something to wait for; the fake answers on the spot. Promises of every
// Resolver:
// - `done` is called exactly once for each `ask`, perhaps before `ask` returns, always on the
// thread
//   that asked;
// - every question has a deadline, which is a setting of the resolver; past it the answer is
//   `failed` with `timeout`. Questions open when the resolver is destroyed are dropped: their
//   `done` is destroyed without being called;
// - equal questions that are open at once cost one lookup;
// - there is no cancel: an answer nobody waits for still fills the cache. A caller that may be gone
//   by then owns what its callback touches together with the callback.
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
