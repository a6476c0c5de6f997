// Shard: one thread of the relay, with everything it owns: event loop, resolver, routes, receiving,
// delivering.
//
// The kernel distributes clients over the shards (SO_REUSEPORT); destinations belong to shards by a
// hash of their name, so that the connections and concurrency of one destination are counted by one
// shard. What all shards share is RelayState (relay_state.h), which is safe for any thread.
// Everything here runs on the shard's own thread (daemon/event_thread.h) unless noted otherwise.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/disk_thread.h"
#include "daemon/event_thread.h"
#include "io/listener.h"
#include "judge/judge.h"
#include "judge/routing.h"
#include "relay/deliver/deliverer.h"
#include "relay/receive/recipient_memory.h"
#include "relay/relay_state.h"

namespace turnaway::relay {

namespace asio = boost::asio;

class Shard {
  public:
    // `number` is below queue::QueueIdMaker::shards_max; `after` is the greatest id in the spool.
    // `dns_questions_max`: DNS queries in flight.
    [[nodiscard]] static base::Result<std::unique_ptr<Shard>> open(RelayState& relay,
                                                                   unsigned number,
                                                                   queue::QueueId after,
                                                                   std::size_t dns_questions_max);
    ~Shard();

    // Before start(): a job found in the spool.
    void load_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);
    // Begins the jobs that are due, and serves the clients of `listeners`, which belong to this
    // thread.
    void start(std::vector<io::Listener> listeners);
    // The thread that the process loop runs and stops.
    daemon::EventThread& thread() { return thread_; }

    // Any thread: called after the rules have changed.
    void rules_changed();
    // Any thread: called after this relay's share of the connections has changed.
    void limits_changed();
    // Any thread: one message for one destination, to be tried when due.
    void add_job(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);

    // Any thread: `work` runs on the shard's own thread, or never if that has ended.
    void with_deliverer(std::function<void(Deliverer&)> work);

    RelayState& relay() { return relay_; }
    std::shared_ptr<const Rules> rules() const { return relay_.rules(); }
    asio::io_context& io() { return thread_.io(); }
    judge::Routing& routing() { return *routing_; }
    judge::Judge& judge() { return *judge_; }
    Deliverer& deliverer() { return *deliverer_; }
    RecipientMemory& recipients() { return recipients_; }
    std::chrono::sys_seconds now_seconds() const { return relay_.clock().seconds(); }
    queue::QueueId new_id() { return ids_.next(relay_.clock().now()); }
    std::uint64_t random() { return random_(); }
    // On a thread that may wait for the disk.
    asio::awaitable<base::Result<std::string>> read_content(spool::ContentPtr content,
                                                            std::uint64_t offset,
                                                            std::size_t bytes_max);

    // Any thread: deliveries in progress.
    std::size_t deliveries() const { return deliverer_->active(); }

  private:
    Shard(RelayState& relay, unsigned number, queue::QueueId after);

    RelayState& relay_;
    daemon::EventThread thread_;
    queue::QueueIdMaker ids_;
    std::mt19937_64 random_;
    std::unique_ptr<judge::Routing> routing_;
    std::unique_ptr<judge::Judge> judge_;
    std::unique_ptr<Deliverer> deliverer_;
    RecipientMemory recipients_;
    daemon::DiskThread disk_;  // last: its work ends before the loop that receives its results
};

}  // namespace turnaway::relay
