// RelayState: what all shards share: the rules, the spool, the live messages, the memory of
// refusing hosts, log and counters.
//
// Safe for any thread. Owns none of the shards; it only refers to them, to give each destination to
// its shard. After the spool has failed no more mail is accepted, and on_spool_failure() is called
// once, from any thread.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "daemon/client_count.h"
#include "io/tls.h"
#include "judge/greeting_probe_table.h"
#include "judge/refusing_hosts.h"
#include "queue/message.h"
#include "queue/schedule.h"
#include "relay/config/own_endpoints.h"
#include "relay/config/rules.h"
#include "relay/deliver/resting_hosts.h"
#include "relay/log/log.h"
#include "relay/log/metrics.h"
#include "relay/queue/queue_table.h"
#include "relay/queue/queue_totals.h"
#include "route/host_port.h"
#include "spool/spool.h"
#include "verdict/host_memory.h"

namespace turnaway::relay {

namespace asio = boost::asio;

class Shard;

class RelayState {
  public:
    struct Parts {
        std::shared_ptr<const Rules> rules;
        spool::Spool& spool;
        Log& log;
        Counters& counters;
        io::TlsClient& tls_client;
        std::function<void(const base::Error& error)> on_spool_failure;
        base::Clock clock = {};
    };
    explicit RelayState(Parts parts);

    // Once, before any shard runs.
    void know_shards(std::vector<Shard*> shards) { shards_ = std::move(shards); }

    std::shared_ptr<const Rules> rules() const { return rules_.load(); }
    // Any thread. Sessions and deliveries in progress keep the rules they began with.
    void change_rules(std::shared_ptr<const Rules> rules);
    std::shared_ptr<const OwnEndpoints> own_endpoints() const { return own_endpoints_.load(); }
    // Any thread. Cached routes are looked up again.
    void change_own_endpoints(std::shared_ptr<const OwnEndpoints> places);
    spool::Spool& spool() { return parts_.spool; }
    QueueTable& table() { return table_; }
    daemon::ClientCount& clients() { return clients_; }
    judge::GreetingProbeTable& greeting_probes() { return greeting_probes_; }
    // What hosts replied about themselves.
    judge::RefusingHosts& refusing_hosts() { return refusing_hosts_; }
    void load_refusing_hosts(const std::vector<spool::RefusingHost>& hosts);
    // The addresses that did not respond.
    RestingHosts& resting_hosts() { return resting_hosts_; }
    // What other relays have learned of hosts.
    void hear(const spool::HostNews& news);
    // The limits of deliveries, of which each relay that shares the queue has its share.
    queue::ScheduleSettings schedule_settings() const;
    // Any thread: their number has changed.
    void share_limits();
    QueueTotals& queue_totals() { return queue_totals_; }
    Log& log() { return parts_.log; }
    Counters& counters() { return parts_.counters; }
    const base::Clock& clock() const { return parts_.clock; }
    io::TlsClient& tls_client() { return parts_.tls_client; }

    // Waits until the change is durable or has failed.
    boost::asio::awaitable<base::Result<void>> apply(spool::Change change);
    // done() is called on the spool's thread; for a caller that holds a message's lock.
    void apply(spool::Change change, spool::Spool::Done done);
    // Hands the change over without waiting; `fresh` is a message in it whose jobs begin once it is
    // durable.
    void apply_soon(spool::Change change, std::optional<spool::StoredMessage> fresh);
    // A durable message that was received or written here: its jobs begin.
    void take_in(spool::StoredMessage stored);
    // Messages that another relay owned: their jobs begin here.
    void take_over(const spool::Page& page);
    // For a message found at the start, before any shard runs.
    void load_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);
    void add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);

    const std::vector<Shard*>& shards() const { return shards_; }
    Shard& shard_of(std::string_view destination);

    // Any thread: stops the daemon, once, if the spool has failed.
    void check_spool(const base::Error& error);

  private:
    // Stores the remembered hosts as rows of the spool.
    class HostStore final : public judge::RefusingHostStore {
      public:
        explicit HostStore(RelayState& relay) : relay_(relay) {}
        void remember(judge::StoredHost host) override;
        void forget(const std::string& address, Done done) override;
        void log_refuses(const verdict::HostMemory::Entry& host) override;
        void log_forgotten(const route::HostPort& at) override;

      private:
        RelayState& relay_;
    };

    void took(const QueueTotals::Step& step);

    Parts parts_;
    std::atomic<std::shared_ptr<const Rules>> rules_;
    std::atomic<std::shared_ptr<const OwnEndpoints>> own_endpoints_;
    QueueTable table_;
    daemon::ClientCount clients_;
    judge::GreetingProbeTable greeting_probes_;
    HostStore host_store_;
    judge::RefusingHosts refusing_hosts_;
    RestingHosts resting_hosts_;
    QueueTotals queue_totals_;
    std::vector<Shard*> shards_;
    std::atomic<bool> has_said_failure_ = false;
};

}  // namespace turnaway::relay
