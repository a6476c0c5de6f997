// Aging: keeps the slices (slices.h) small: moves what a node still owns in a slice out of use to
// the `_old` tables, and empties a slice in which nothing is left.
//
// One small step at a time, between the batches of the spool. No step waits: one that meets a lock,
// as a backup holds, is tried again later. Nothing is lost if a step fails, whether it was
// committed or not.
#pragma once

#include <cstdint>

#include "spool/postgres/connection.h"
#include "spool/postgres/node.h"

namespace turnaway::spool::postgres {

class Aging {
  public:
    // Messages of one step, and pieces of content, unless the first message has more. Moving them
    // takes as long as adding them.
    static constexpr std::int64_t step_messages = 200;
    static constexpr std::int64_t step_pieces = 1024;

    // True: there may be more to do at once.
    bool step(Connection& connection, const Node& node, std::uint64_t turn_now);

  private:
    bool move(Connection& connection, const Node& node, unsigned part, std::uint64_t turn_now);
    static void empty(Connection& connection, unsigned part);

    std::uint64_t steps_ = 0;
};

}  // namespace turnaway::spool::postgres
