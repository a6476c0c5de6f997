// Takeover: how a node comes to own the messages of one whose lease has run out.
//
// Dead is who has not renewed its lease for its length, by the clock of this node too (peers.h).
// First the dead node's epoch is raised: from then on it can record nothing. Then its messages are
// taken in batches, those due first first; the lock on its row lets one survivor at a time take a
// batch, so that all get their share, and keeps the node from coming back meanwhile. A row whose
// owner nothing is left of is removed.
#pragma once

#include <cstdint>
#include <vector>

#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"
#include "spool/postgres/peers.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

class Takeover {
  public:
    static constexpr std::int64_t batch_messages = 500;

    struct Step {
        Ending::Kind kind = Ending::Kind::done;
        std::vector<queue::QueueId> ids = {};  // perhaps ours by now: see owned()
    };
    // One batch of one dead node; no ids: there was nothing to take.
    static Step step(Connection& connection, const Node& node, const Peers& peers);
    // Those of `ids` that this node owns.
    [[nodiscard]] static base::Result<Page> owned(Connection& connection, const Node& node,
                                                  const std::vector<queue::QueueId>& ids);
};

}  // namespace turnaway::spool::postgres
