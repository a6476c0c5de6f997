// DomainChecker: runs check::DomainCheck with a resolver and real connections, any number at once.
//
// Whether the port is open from this machine is tested at most once, for all checks that need it.
// One thread, the event loop's. The resolver outlives the checker, and the checker its checks;
// checks under way when the event loop ends are dropped, and their `done` is destroyed without
// being called.
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
        bool inspects_tls = false;  // for hosts that accept mail; does not change the answer
        // The hosts for the test of the port; empty: the well-known domains.
        std::vector<check::EgressTarget> egress = {};
        // A check that connects ends by then, whatever the hosts do.
        std::chrono::milliseconds give_up = std::chrono::minutes(2);
    };

    DomainChecker(asio::io_context& context, route::Resolver& resolver, Settings settings);
    DomainChecker(const DomainChecker&) = delete;
    DomainChecker& operator=(const DomainChecker&) = delete;
    ~DomainChecker();

    // `done` is called exactly once, perhaps before start() returns.
    void start(check::Subject subject, Done done);
    // With other settings than the default.
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
