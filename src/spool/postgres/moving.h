// Moving: takes the messages of a spool on disk along into the database.
//
// A batch at a time: its messages are added in one transaction, with a mark for each, and then
// removed from the disk. After a kill at any point it is run again: what is marked is in the
// database, or has been delivered from there, and is only removed from the disk. So nothing is
// lost and nothing is there twice. It is a node with a lease, and its messages are taken by the
// relays when it leaves or is killed. Messages that cannot be read stay where they are.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

struct MoveSettings {
    std::string to;  // as for libpq
    // Tells this spool from all others that are moved into the database: machine and folder.
    std::string source;
    std::chrono::milliseconds lease = std::chrono::seconds(10);
    std::size_t batch_messages = 100;
    // After each batch: the messages moved so far.
    std::function<void(std::uint64_t)> on_progress = {};
    // For tests: after each named step, on any thread.
    std::function<void(const char*)> on_step = {};
};

struct Moved {
    std::uint64_t messages = 0;            // now in the database
    std::uint64_t before = 0;              // those that an earlier run had added
    std::uint64_t hosts = 0;               // that refuse all mail
    std::vector<DamagedRow> damaged = {};  // still on the disk
};

// `from` was just opened. Fault::unavailable: the database does not answer; then it can be run
// again.
[[nodiscard]] base::Result<Moved> move_spool(Spool& from, const MoveSettings& settings);

}  // namespace turnaway::spool::postgres
