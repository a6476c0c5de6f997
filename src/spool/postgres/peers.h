// Peers: the other nodes as this one last saw them: how many live, and what they know of hosts.
//
// look() reads the rows of the nodes. Each node counts its changes of hosts there, in the
// transaction that makes them; only if a count has changed, the hosts are read too, all of them,
// and compared with what was known. So nothing is missed, whatever happened between two looks. What
// this node changes itself is noted when it is committed. Times of hosts are stored by the clock of
// the database; a difference of less than two seconds is ignored, so that a time is read as it was
// written. Known gap: after a change every node reads all hosts, up to 20,000 short rows.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "spool/job.h"
#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

class Peers {
  public:
    using Now = std::function<std::chrono::system_clock::time_point()>;
    explicit Peers(Now now) : now_(std::move(now)) {}

    // Fails if the connection is over. Hosts are read only if wanted.
    [[nodiscard]] base::Result<HostNews> look(Connection& connection, const Node& node,
                                              bool wants_hosts);
    // At the start, after a look; they are no news later.
    [[nodiscard]] base::Result<std::vector<RefusingHost>> refusing_hosts(Connection& connection);
    // A change of this node is committed.
    void note(const Job& job);

    // Nodes with a lease, and this one.
    unsigned alive() const { return alive_; }
    // Whether it has given its lease back, or two looks at least so long apart, and all between,
    // found the same one. That the lease has run out says nothing if the clock of the database
    // jumped.
    bool is_silent(std::int64_t node, std::chrono::milliseconds length) const;
    // How far the clock of the database is ahead of ours.
    std::chrono::seconds ahead() const { return ahead_; }

  private:
    template <class Host>
    using Known = std::map<std::string, Host>;  // by address, with times of the database
    struct Hosts {
        Known<RefusingHost> refusing;
        Known<RestingHost> resting;
    };

    using Steady = std::chrono::steady_clock;
    struct Lease {
        std::int64_t end;  // microseconds by the database's clock; 0: given back
        Steady::time_point since;
        Steady::time_point until;
    };

    void compare_clocks(std::int64_t database_us, std::chrono::system_clock::time_point asked);
    [[nodiscard]] base::Result<Hosts> read_hosts(Connection& connection) const;
    std::chrono::sys_seconds local(std::chrono::sys_seconds time) const;
    [[nodiscard]] base::Result<void> expire(Connection& connection);

    const Now now_;
    std::map<std::int64_t, std::int64_t> news_;  // of each node, when the hosts were read
    std::map<std::int64_t, Lease> leases_;       // of each other node, as seen
    Hosts hosts_;
    unsigned alive_ = 1;
    std::chrono::seconds ahead_{0};
    std::chrono::sys_seconds next_expiry_;
};

}  // namespace turnaway::spool::postgres
