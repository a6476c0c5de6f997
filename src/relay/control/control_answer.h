// Control answer: the relay's answers over the control socket, one JSON object per line
// (docs/json.md, docs/schema/queue.json).
//
// Text from peers is data: bytes that are not UTF-8 become U+FFFD, control characters are escaped.
// Each answer consists of whole lines. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/message.h"
#include "spool/cluster.h"
#include "spool/spool.h"

namespace turnaway::relay {

// `{"type":"message",...}`: the envelope, and the last attempt for each recipient.
// `node` is its owner among the relays that share the queue; empty: it is not shared.
std::string message_line(const queue::Message& message, std::string_view node);
// With every attempt, the reports still owed to the sender, and the header of the content; "cut" if
// the header is longer than `header`.
std::string whole_message_line(const queue::Message& message, std::string_view node,
                               std::string_view header, bool is_cut);
// A message whose row cannot be read, and why.
std::string corrupt_line(const spool::DamagedRow& row, std::string_view node);
// A piece of a message's content, in base64.
std::string content_line(queue::QueueId id, std::string_view bytes);
// The result for one message: "changed", "unchanged", "missing" or "corrupt".
std::string outcome_line(queue::QueueId id, std::string_view outcome);

// A relay that shares the queue; `own`: the one that answers.
std::string node_line(const spool::NodeState& node, std::string_view own);
// A relay whose messages were not changed or counted, or not certainly, and why. `ids` may be
// empty.
std::string unreached_line(std::string_view node, const std::vector<queue::QueueId>& ids,
                           std::string_view words);

struct Totals {
    std::uint64_t count = 0;  // shown or changed: messages, destinations, hosts; flushed: jobs
    std::uint64_t missing = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t unreached = 0;              // relays
    std::optional<queue::QueueId> next = {};  // the list continues after this one
    std::string damage = {};                  // the fault of an exported content
};
std::string end_line(const Totals& totals);
// `kind`: "request" (malformed), "busy" or "failed".
std::string fault_line(std::string_view kind, std::string_view words);

}  // namespace turnaway::relay
