// Control answer: what the relay says over the control socket, one JSON object a line
// (docs/json.md, docs/schema/queue.json).
//
// What peers said is data: bytes that are no UTF-8 become U+FFFD, control characters are escaped.
// Each answer is whole lines. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/message.h"
#include "queue/schedule.h"
#include "verdict/host_memory.h"

namespace turnaway::relay {

// `{"type":"message",...}`; with every attempt when it is whole.
std::string message_line(const queue::Message& message, bool is_whole);
// A piece of a message's content, in base64.
std::string content_line(queue::QueueId id, std::string_view bytes);
std::string host_line(const verdict::HostMemory::Entry& host);
// Of one id that was asked for: "changed", "unchanged" or "missing".
std::string change_line(queue::QueueId id, std::string_view outcome);

// What waits for one destination.
struct DestinationSummary {
    std::uint64_t messages = 0;
    std::uint64_t held = 0;          // of messages
    std::uint64_t unreportable = 0;  // recipients that failed and nobody was told
    std::uint64_t jobs = 0;
    std::uint64_t ready = 0;
    std::uint64_t active = 0;
    std::uint64_t places = 0;
    std::optional<std::chrono::sys_seconds> oldest = {};
    std::optional<std::chrono::sys_seconds> next = {};
    std::optional<queue::Attempt> failure = {};  // the last one
};
void add_message(const queue::Message& message, std::size_t destinations_most,
                 std::map<std::string, DestinationSummary>* all);
void add_schedule(const queue::Schedule::Summary& summary,
                  std::map<std::string, DestinationSummary>* all);
std::string destination_line(const std::string& destination, const DestinationSummary& summary);

struct Totals {
    std::uint64_t messages = 0;  // shown, changed or exported; destinations or hosts elsewhere
    std::uint64_t missing = 0;
    std::uint64_t unchanged = 0;
    std::optional<queue::QueueId> next = {};  // the list goes on after this one
};
std::string end_line(const Totals& totals);
// `kind`: "request", "missing", "busy", "failed".
std::string fault_line(std::string_view kind, std::string_view words);

}  // namespace turnaway::relay
