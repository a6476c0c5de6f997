// Node: this relay among those that share the database: its row, its lease and its epoch.
//
// A node owns messages. Its lease runs by the database's clock and is renewed by beat(); when it
// has run out, another node may raise the epoch and take the messages. Each transaction of a node
// carries its epoch (fence()) and is refused when that has moved on. Raising one's own epoch after
// a lost connection waits for the transaction that was under way and makes any later one of the old
// session impossible. A random number names the process (`holder`), so that it knows its own row
// again although it does not know whether its last raise was committed.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "spool/postgres/connection.h"

namespace turnaway::spool::postgres {

// The nodes that may exist at a time; each makes ids of its own (QueueIdMaker).
inline constexpr std::int64_t nodes_max = 64;

class Node {
  public:
    Node(std::string name, std::string version, std::chrono::milliseconds lease);

    // Fault::unavailable: another relay has this name and a lease, or there are too many nodes.
    [[nodiscard]] base::Result<void> enter(Connection& connection);
    // The first statement of each transaction of this node.
    Statement fence() const;
    // Whether the epoch is still ours, and the lease renewed.
    enum class Answer { mine, fenced, trouble };
    // `deliveries`: those under way, for the others to see.
    Answer beat(Connection& connection, std::uint64_t deliveries, std::string* words);
    Answer raise(Connection& connection, std::uint64_t deliveries, std::string* words);
    // Others may take the messages at once. False: not certainly.
    bool leave(Connection& connection) const;

    std::int64_t id() const { return id_; }
    unsigned slot() const { return slot_; }
    const std::string& name() const { return name_; }
    std::chrono::milliseconds lease() const { return lease_; }
    // Whether an administrator wants it empty, as of the last beat.
    bool is_draining() const { return is_draining_; }

  private:
    using Epoch = std::optional<std::int64_t>;
    Statement epoch_statement(const char* name, Epoch* epoch) const;
    Ending try_to_enter(Connection& connection, Statement enter, const char* epoch_name,
                        Epoch* epoch);
    Answer renew(Connection& connection, std::vector<Statement> before, std::uint64_t deliveries,
                 std::string* words);

    const std::string name_;
    const std::string version_;
    const std::chrono::milliseconds lease_;
    const std::int64_t holder_;
    std::int64_t id_ = 0;
    std::int64_t epoch_ = 0;
    unsigned slot_ = 0;
    bool is_draining_ = false;
};

}  // namespace turnaway::spool::postgres
