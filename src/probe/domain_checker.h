// DomainChecker: runs check::DomainCheck with a resolver and real connections, any number at once.
//
// Whether the port leaves this machine is found out at most once, for all checks that want to know.
// One thread, the event loop's. The resolver outlives the checker, the checker what it began;
// checks under way when the event loop ends are dropped, their `done` destroyed without being
// called.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "check/assessment.h"
#include "check/domain_check.h"
#include "check/egress_target.h"
#include "check/subject.h"
#include "probe/host_prober.h"
#include "route/resolver.h"

namespace turnaway::probe {

class EgressProbe;

class DomainChecker {
  public:
    using Done = std::function<void(const check::Assessment&)>;

    struct Settings {
        check::CheckSettings check = {};
        HostProber::Settings probe = {};
        bool looks_at_tls = false;  // of hosts that take mail; changes no answer
        // Whom to ask whether the port leaves this machine; empty: the well-known domains.
        std::vector<check::EgressTarget> egress = {};
        // A check that connects ends by then, whatever hosts do.
        std::chrono::milliseconds give_up = std::chrono::minutes(2);
    };

    DomainChecker(asio::io_context& context, route::Resolver& resolver, Settings settings);
    DomainChecker(const DomainChecker&) = delete;
    DomainChecker& operator=(const DomainChecker&) = delete;
    ~DomainChecker();

    // `done` is called exactly once, perhaps before start() returns.
    void start(check::Subject subject, Done done);
    // With other settings than the usual.
    void start(check::Subject subject, const check::CheckSettings& settings, Done done);

  private:
    class Job;
    asio::io_context& context_;
    route::Resolver& resolver_;
    Settings settings_;
    HostProber prober_;
    std::unique_ptr<EgressProbe> egress_;
    std::mt19937_64 random_;
};

}  // namespace turnaway::probe
