// PostgresSpool: the spool in a PostgreSQL database, which several relays share
// (docs/adr/0019-the-queue-on-postgresql.md).
//
// One thread and one connection. The thread takes all jobs that wait, makes them one transaction
// that carries the node's epoch, and calls every `done` after its commit. Between the batches it
// renews the lease, looks at the other nodes (peers.h), takes over messages of dead ones, and ages
// the slices. While the database
// cannot be reached, new messages and reads fail with Fault::unavailable and other changes wait. A
// transaction whose end is not known is resolved after the reconnect: the node raises its epoch,
// which ends what was under way, and looks for a message of the transaction. When another node has
// raised the epoch, this one is fenced and has failed. One that is being emptied begins no
// delivery, and gives its messages away as at its end. Reads see every change asked for before
// them. Known gap: a change takes at least one round trip, and the next batch waits for it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "spool/content_folder.h"
#include "spool/job_line.h"
#include "spool/postgres/aging.h"
#include "spool/postgres/boot_clock.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/postgres/peers.h"
#include "spool/postgres/postgres_cluster.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

struct PostgresSettings {
    std::string url;           // as for libpq: "postgresql://…"
    std::string node;          // the name of this relay, unique among those that share the database
    std::string version = {};  // of the program, for the others to see
    // How long the node owns its messages after its last sign of life. It stops delivering when a
    // fifth of it is left, by its own clock.
    std::chrono::milliseconds lease = std::chrono::seconds(10);
    // How often it renews that, and does what else is not urgent.
    std::chrono::milliseconds beat = std::chrono::seconds(2);
    // How often it looks at the other nodes.
    std::chrono::milliseconds look = std::chrono::milliseconds(500);
    // How long to wait for the lease of a relay of this name that ended without a farewell.
    std::chrono::milliseconds enter_wait = std::chrono::seconds(12);
    // A folder for contents over 256 KiB while they are received or sent, which nothing depends on
    // later; made if missing.
    std::string temporary;
    std::uint64_t free_bytes_min = std::uint64_t{64} * 1024 * 1024;  // on its disk
    // As in SpoolSettings of the spool on disk.
    std::function<void(std::size_t changes)> on_commit = {};
    std::function<void(const std::string& words)> on_warning = {};
    std::function<void(const base::Error& error)> on_failure = {};
    // For tests.
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

class PostgresSpool final : public Spool {
  public:
    // Fault::unavailable if the database cannot be reached or a relay of this name is running,
    // Fault::config if it has no tables or those of another version.
    [[nodiscard]] static base::Result<std::unique_ptr<PostgresSpool>> open(
        PostgresSettings settings);
    // Finishes pending jobs if the database answers within some seconds, then gives the lease back.
    ~PostgresSpool() override;

    [[nodiscard]] std::unique_ptr<ContentSink> new_content(std::string_view client = {}) override;
    void apply(Change change, Done done) override;
    void load(queue::QueueId id, Found found) override;
    void load_unchecked(queue::QueueId id, Found found) override;
    void list(queue::QueueId after, std::size_t count, Listed listed) override;
    [[nodiscard]] base::Result<void> scan(const std::function<bool(queue::Message)>& each,
                                          const Damaged& damaged = {}) override;
    bool has_room_for_outcomes() const override;
    void remember(RefusingHost host, Done done) override;
    void forget(std::string_view address, Done done) override;
    [[nodiscard]] base::Result<std::vector<RefusingHost>> refusing_hosts() override;
    bool has_failed() const override { return has_failed_; }
    bool is_away() const override { return !lacks_space_; }
    void change_free_bytes_min(std::uint64_t bytes) override {
        folder_->budget().change_free_bytes_min(bytes);
    }
    void rest(RestingHost host) override;
    void wake(std::string_view address) override;
    void follow_hosts(Heard heard) override;
    unsigned nodes() const override { return nodes_; }
    void follow_nodes(Counted counted) override;
    bool owns_messages() const override;
    unsigned slot() const override { return node_.slot(); }
    void follow_gains(Gained gained) override;
    Cluster* cluster() override { return cluster_.get(); }

  private:
    using Steady = std::chrono::steady_clock;
    using Jobs = JobLine::Batch;

    // A transaction of which it is not known whether it was committed.
    struct Doubt {
        Steady::time_point since;
        Jobs jobs = {};
        queue::QueueId witness = {};                 // present if it was, when it identifies any
        std::vector<queue::QueueId> withdrawn = {};  // its messages whose senders got a 451
        std::vector<queue::QueueId> taken = {};      // of a takeover, in place of all else
    };

    PostgresSpool(PostgresSettings settings, std::unique_ptr<Connection> connection,
                  std::shared_ptr<ContentFolder> folder, Node node);

    void work();
    std::chrono::milliseconds wait_bound() const;
    // postgres_spool_link.cc: the connection and the lease.
    bool is_ready();
    bool reconnect();
    bool resolve();
    void tend();
    void beat();
    void look();
    void inherit();
    void hand_over(const std::vector<queue::QueueId>& ids);
    void leave();
    void lose(const std::string& words);
    void extend_lease(BootClock::time_point asked);
    // postgres_spool_jobs.cc: the jobs.
    void run_pending();
    void commit(Jobs jobs, bool is_alone = false);
    void commit_each(Jobs jobs);
    void settle(Jobs jobs, bool is_alone, const Ending& ending, queue::QueueId witness);
    void refuse_now(Jobs jobs, const base::Error& error);
    void put_back(Jobs jobs);
    void read(Job& job);
    void refuse_impatient();
    void end_all(Jobs jobs, const std::optional<base::Error>& error);
    void end_committed(Jobs jobs);
    std::uint64_t turn();
    void warn(const std::string& words) const;
    void fail_for_good(const base::Error& error);

    const PostgresSettings settings_;
    const std::shared_ptr<ContentFolder> folder_;
    std::atomic<bool> has_failed_ = false;
    bool has_left_ = false;  // the thread's: it was emptied, and owns nothing until its end
    std::atomic<bool> has_trouble_ = false;  // no connection, or the database refuses changes
    std::atomic<bool> lacks_space_ = false;  // the last change was refused for that reason
    std::atomic<BootClock::rep> lease_end_ = 0;
    std::atomic<unsigned> nodes_ = 1;

    std::mutex mutex_;  // all below: used by the thread and by callers of scan
    std::unique_ptr<Connection> connection_;
    Node node_;
    Gained gained_;
    Heard heard_;
    Counted counted_;
    Peers peers_;
    Aging aging_;
    Jobs pending_;
    std::optional<Doubt> doubt_;
    std::string trouble_;
    base::Fault fault_ = base::Fault::io;  // of the failure, if it has failed
    std::uint64_t turn_ = 0;
    Steady::duration commit_took_ = {};
    Steady::time_point next_try_ = {};
    Steady::time_point next_beat_ = {};
    Steady::time_point next_look_ = {};
    Steady::time_point next_inherit_ = {};
    std::optional<Steady::time_point> give_up_at_;  // while ending
    bool has_more_to_do_ = false;                   // of tend()

    const std::unique_ptr<PostgresCluster> cluster_;
    JobLine line_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace turnaway::spool::postgres
