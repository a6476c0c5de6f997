// EgressProbe: whether mail can leave this machine, tested by connecting to hosts that are known to
// exist.
//
// Done once, at the first request; every request gets that result. One host that speaks SMTP is
// proof; if none of several does, that is a strong sign; without any host to try, the result is
// unknown. Of each host the first two addresses are tried, one of each family if it has both.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check/assessment.h"
#include "check/egress_target.h"
#include "probe/host_prober.h"

namespace turnaway::probe {

class DomainChecker;

class EgressProbe {
  public:
    using Done = std::function<void(const check::Egress&)>;

    // `targets` empty: the well-known domains. The other two arguments outlive it.
    EgressProbe(DomainChecker& checker, HostProber& prober,
                std::vector<check::EgressTarget> targets);

    void ask(Done done);

  private:
    void begin();
    void find_addresses(const std::string& name, bool is_host, std::uint16_t port);
    void found(const check::Assessment& assessment, std::uint16_t port);
    void dial(check::EgressTarget target);
    void tried(const check::EgressTarget& target, const check::ProbeResult& result);
    void one_less();
    void conclude(check::Egress egress);

    DomainChecker& checker_;
    HostProber& prober_;
    std::vector<check::EgressTarget> targets_;
    std::vector<Done> waiting_;
    std::optional<check::Egress> egress_;
    bool has_begun_ = false;
    std::size_t open_ = 0;  // lookups and connections
    std::size_t tried_ = 0;
    std::string failures_;
};

}  // namespace turnaway::probe
