// GateState: what all threads of the gate share: the rules, the log, the counters, the clients, and
// the memory of refusing hosts with its probes.
//
// Safe for any thread. Known gap: the memory ends with the process; a relay or the next deferral
// fills it again.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/client_count.h"
#include "daemon/log.h"
#include "gate/config/rules.h"
#include "gate/log/metrics.h"
#include "judge/greeting_probe_table.h"
#include "judge/refusing_hosts.h"

namespace turnaway::gate {

class GateState {
  public:
    // `log` outlives it.
    GateState(std::shared_ptr<const Rules> rules, daemon::Log& log);

    std::shared_ptr<const Rules> rules() const { return rules_.load(); }
    void change_rules(const std::shared_ptr<const Rules>& rules);

    daemon::Log& log() { return log_; }
    Counters& counters() { return counters_; }
    daemon::ClientCount& clients() { return clients_; }
    judge::RefusingHosts& hosts() { return hosts_; }
    judge::GreetingProbeTable& probes() { return probes_; }

    // Counts and logs.
    void turned_away(Protocol protocol);
    void broke_protocol(Protocol protocol, std::string_view fault);

  private:
    // Only logs: nothing is stored.
    class HostLog final : public judge::RefusingHostStore {
      public:
        explicit HostLog(daemon::Log& log) : log_(log) {}
        void remember(judge::StoredHost) override {}
        void forget(const std::string&, Done done) override {
            if (done) done({});
        }
        void log_refuses(const verdict::HostMemory::Entry& host) override;
        void log_forgotten(const route::HostPort& at) override;

      private:
        daemon::Log& log_;
    };

    std::atomic<std::shared_ptr<const Rules>> rules_;
    daemon::Log& log_;
    Counters counters_;
    daemon::ClientCount clients_;
    HostLog host_log_;
    judge::RefusingHosts hosts_;
    judge::GreetingProbeTable probes_;
};

}  // namespace turnaway::gate
