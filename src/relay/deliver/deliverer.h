// Deliverer: runs the jobs of one shard: route, hosts in order, transactions, disposition, report,
// one durable change.
//
// A job is one message for one destination. A connection is kept for further jobs of the same
// destination (requirement 40 and DESIGN section 6). All dispositions of a job are written in a
// single change to the spool, reports included, so that a crash repeats a job as a whole and loses
// none. Everything here runs on the shard's thread.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "queue/schedule.h"
#include "relay/deliver/jobs.h"

namespace turnaway::relay {

class Shard;

class Deliverer {
  public:
    explicit Deliverer(Shard& shard);

    void add(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);
    // Applies new limits on connections, after a reload or when their shares change.
    void limits_changed();
    // Like add(), for a job found in the spool at the start, but does not begin it.
    void load(queue::QueueId id, std::string_view destination, std::chrono::sys_seconds due);
    // An administrator changed the message: `jobs` replaces its waiting jobs. A job in progress
    // sees the change at its end, and then schedules itself again.
    void replace(queue::QueueId id, const std::vector<PendingJob>& jobs);
    // Makes all jobs for the destination due now, or all jobs if it is empty; returns their number.
    std::size_t flush(std::string_view destination);
    // Starts no more jobs; those in progress end by themselves.
    void stop();
    std::size_t active() const { return active_; }
    queue::Schedule& schedule() { return schedule_; }
    // Starts every job that is due and may have a connection; called internally after every change.
    void pump();

  private:
    boost::asio::awaitable<void> work(std::string destination, queue::QueueId first);
    void wake_at(std::chrono::sys_seconds due);
    void check_clock(std::chrono::sys_seconds now);

    Shard& shard_;
    queue::Schedule schedule_;
    boost::asio::steady_timer timer_;
    std::optional<std::chrono::sys_seconds> wakes_at_;
    // Both clocks when they were last read.
    std::chrono::sys_seconds clock_checked_at_ = {};
    std::chrono::steady_clock::time_point clock_checked_ = {};
    std::atomic<std::size_t> active_ = 0;  // read by other threads
    // With the next due time once it is known: a job is not added again before it has ended.
    std::map<std::pair<queue::QueueId, std::string>, std::optional<std::chrono::sys_seconds>>
        under_way_;
    bool is_stopping_ = false;
};

}  // namespace turnaway::relay
