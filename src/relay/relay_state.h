// RelayState: what all shards share: the rules, the spool, the live messages, the memory of
// refusing hosts, log and counters.
//
// Safe for any thread. Owns none of the shards; it only knows them, to give each destination to its
// own. After the spool failed nothing is taken any more and on_spool_failure() is called once, from
// any thread.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/tls.h"
#include "queue/message.h"
#include "relay/config/own_endpoints.h"
#include "relay/config/rules.h"
#include "relay/log/log.h"
#include "relay/log/metrics.h"
#include "relay/queue/queue_table.h"
#include "relay/queue/queue_totals.h"
#include "relay/receive/client_count.h"
#include "relay/receive/greeting_probe_table.h"
#include "route/host_port.h"
#include "route/route.h"
#include "spool/spool.h"
#include "verdict/answer.h"
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
        std::function<void()> on_spool_failure;
    };
    explicit RelayState(Parts parts);

    // Once, before any shard runs.
    void know_shards(std::vector<Shard*> shards) { shards_ = std::move(shards); }

    std::shared_ptr<const Rules> rules() const { return rules_.load(); }
    // Any thread. What is under way keeps the rules it began with.
    void change_rules(std::shared_ptr<const Rules> rules);
    std::shared_ptr<const OwnEndpoints> own_endpoints() const { return own_endpoints_.load(); }
    // Any thread. Routes found so far are looked up again.
    void change_own_endpoints(std::shared_ptr<const OwnEndpoints> places);
    spool::Spool& spool() { return parts_.spool; }
    QueueTable& table() { return table_; }
    ClientCount& clients() { return clients_; }
    GreetingProbeTable& greeting_probes() { return greeting_probes_; }
    QueueTotals& queue_totals() { return queue_totals_; }
    Log& log() { return parts_.log; }
    Counters& counters() { return parts_.counters; }
    io::TlsClient& tls_client() { return parts_.tls_client; }

    // Waits until the change is durable, or failed.
    boost::asio::awaitable<base::Result<void>> apply(spool::Change change);
    // done() comes on the spool's thread; for whoever holds a message's lock.
    void apply(spool::Change change, spool::Spool::Done done);
    // Hands the change over and goes on; `fresh` is a message in it whose jobs begin once it is
    // durable.
    void apply_soon(spool::Change change, std::optional<spool::StoredMessage> fresh);
    // A durable message that came in or was written here: its jobs begin.
    void take_in(spool::StoredMessage stored);
    // Of a message found at the start, before any shard runs.
    void load_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);
    void add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);

    // What hosts said of themselves.
    struct Asked {
        std::uint16_t port;  // that the hosts of the route are dialled at
        bool was_asked_now;  // a host of the route was connected to for this recipient
    };
    void remember_refusal(std::string host, const route::HostPort& at, std::string words);
    // It was asked again and still refuses. Nothing happens if it was forgotten in the meantime.
    void renew_refusal(const route::HostPort& at, std::string words);
    // It took mail, or no longer refuses.
    void forget_refusal(const route::HostPort& at);
    bool is_refusing(const route::HostPort& at);
    // The hosts to ask again now. What is no longer evidence goes.
    std::vector<verdict::HostMemory::Entry> take_due_refusals();
    void load_refusals(const std::vector<spool::RefusingHost>& hosts);
    verdict::Answer decide(const verdict::Policy& policy, const mail::Address& recipient,
                           const route::Route& route, const Asked& asked);
    std::vector<verdict::HostMemory::Entry> refusals();
    // How many those are, without copying them.
    std::size_t refusals_known();
    // By an administrator, from memory and spool; nothing: all. How many that were; done() once it
    // is durable.
    std::size_t forget_by_hand(const std::optional<route::HostPort>& at, spool::Spool::Done done);

    const std::vector<Shard*>& shards() const { return shards_; }
    Shard& shard_of(std::string_view destination);

    // Any thread: stops the daemon, once, if the spool has failed.
    void check_spool(const base::Error& error);

  private:
    void took(const QueueTotals::Step& step);
    spool::Spool::Done noted();

    Parts parts_;
    std::atomic<std::shared_ptr<const Rules>> rules_;
    std::atomic<std::shared_ptr<const OwnEndpoints>> own_endpoints_;
    QueueTable table_;
    ClientCount clients_;
    GreetingProbeTable greeting_probes_;
    QueueTotals queue_totals_;
    std::vector<Shard*> shards_;
    // Changes go to the spool under it too, so that memory and disk take them in one order. RCPT
    // only reads: it waits for a change, not for whoever lists what is known.
    std::shared_mutex memory_mutex_;
    verdict::HostMemory memory_;
    std::atomic<bool> has_said_failure_ = false;
};

}  // namespace turnaway::relay
