// PostgresCluster: the relays that share a spool in PostgreSQL, and what they ask each other.
//
// A thread and a connection of its own, so that no list delays the spool; both exist only while
// somebody asks, or once requests are followed. Requests and answers are rows of two tables, which
// are polled: by the asked node every half second, by the asker every 50 ms while it waits. Rows
// that are not taken are removed after ten minutes. Nothing here is fenced: the answering node
// changes its messages through its own spool, which is.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "spool/cluster.h"
#include "spool/content_folder.h"
#include "spool/postgres/connection.h"

namespace turnaway::spool::postgres {

class PostgresCluster final : public Cluster {
  public:
    struct Settings {
        std::string url;
        std::string name;  // of this node
        std::int64_t id = 0;
        std::chrono::milliseconds answer_wait = std::chrono::seconds(5);   // of the database
        std::chrono::milliseconds silence_max = std::chrono::seconds(30);  // of another node
    };
    PostgresCluster(Settings settings, std::shared_ptr<ContentFolder> folder);
    // Calls that wait fail.
    ~PostgresCluster() override;

    const std::string& own_name() const override { return settings_.name; }
    void nodes(Found<std::vector<NodeState>> found) override;
    void list(queue::QueueId after, std::size_t count, std::string node,
              Found<SharedPage> found) override;
    void owners(std::vector<queue::QueueId> ids, Found<OwnerNames> found) override;
    void load(queue::QueueId id, bool is_checked, Found<SharedMessage> found) override;
    void ask(std::string node, std::string line, Found<std::optional<std::int64_t>> found) override;
    void answer_piece(std::int64_t request, std::int64_t piece, Found<AnswerPiece> found) override;
    void follow_requests(Follower follower) override;
    void answer(std::int64_t request, std::int64_t piece, AnswerPiece lines, Done done) override;
    void drain(std::string node, bool is_wanted, Done done) override;

    bool is_draining() const override { return is_draining_; }
    void leave() override { is_leaving_ = is_draining_.load(); }

    // For the spool.
    void set_draining(bool is_draining) {
        is_draining_ = is_draining;
        if (!is_draining) is_leaving_ = false;
    }
    bool is_leaving() const { return is_leaving_; }
    // Of the follower; 0 without one. Any thread.
    std::uint64_t deliveries() const;

  private:
    using Steady = std::chrono::steady_clock;
    // Null: the database cannot be reached, and the error says why.
    using Task = std::function<void(Connection* connection, const base::Error& trouble)>;

    struct Wait {
        std::int64_t request;
        std::int64_t piece;
        Steady::time_point until;
        Found<AnswerPiece> found;
    };

    void put(Task task);
    template <class T>
    void put(Found<T> found, std::function<base::Result<T>(Connection&)> work);
    void work();
    void connect();
    void look_for_answers();
    void give_up(const Wait& wait);
    void look_for_requests();

    const Settings settings_;
    const std::shared_ptr<ContentFolder> folder_;
    std::atomic<bool> is_draining_ = false;
    std::atomic<bool> is_leaving_ = false;

    mutable std::mutex mutex_;  // the members down to the blank line
    std::condition_variable changed_;
    std::deque<Task> tasks_;
    std::vector<Wait> new_waits_;
    Follower follower_;
    std::thread thread_;
    bool is_ended_ = false;

    std::unique_ptr<Connection> connection_;  // these are the thread's
    base::Error trouble_{base::Fault::unavailable, "the database of the spool was lost"};
    std::vector<Wait> waits_;
    Steady::time_point next_try_ = {};
    Steady::time_point next_look_ = {};
    Steady::time_point next_cleaning_ = {};
};

}  // namespace turnaway::spool::postgres
