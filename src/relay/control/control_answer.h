// Control answer: what the relay says over the control socket, one JSON object a line
// (docs/json.md, docs/schema/queue.json).
//
// What peers said is data: bytes that are no UTF-8 become U+FFFD, control characters are escaped.
// Each answer is whole lines. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "queue/message.h"
#include "spool/spool.h"
#include "verdict/host_memory.h"

namespace turnaway::relay {

// `{"type":"message",...}`: the envelope, and of each recipient the last attempt.
std::string message_line(const queue::Message& message);
// With every attempt, which reports are still owed to the sender, and the content's header, which
// is "cut" when it is longer than what is given.
std::string whole_message_line(const queue::Message& message, std::string_view header, bool is_cut);
// Of a message whose row cannot be read, and why.
std::string corrupt_line(const spool::DamagedRow& row);
// A piece of a message's content, in base64.
std::string content_line(queue::QueueId id, std::string_view bytes);
std::string host_line(const verdict::HostMemory::Entry& host);
// What became of one message: "changed", "unchanged", "missing" or "corrupt".
std::string outcome_line(queue::QueueId id, std::string_view outcome);

struct Totals {
    std::uint64_t count = 0;  // shown or changed: messages, destinations, hosts; flushed: jobs
    std::uint64_t missing = 0;
    std::uint64_t unchanged = 0;
    std::optional<queue::QueueId> next = {};  // the list goes on after this one
    std::string damage = {};                  // what is wrong with an exported content
};
std::string end_line(const Totals& totals);
// `kind`: "request" (it makes no sense), "busy" or "failed".
std::string fault_line(std::string_view kind, std::string_view words);

}  // namespace turnaway::relay
