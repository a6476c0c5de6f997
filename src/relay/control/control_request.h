// Control request: an administrator's request to the running relay, one JSON object per line
// (docs/json.md).
//
// A line that is not an object, has a key that its verb does not allow, or has a value of the wrong
// kind is refused with a sentence; nothing is guessed. The caller bounds the length of the line.
// Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "queue/message.h"
#include "queue/queue_id.h"

namespace turnaway::relay {

// In the order of the verbs' names ("list", "show", ...).
enum class ControlVerb : std::uint8_t {
    list,
    show,
    hold,
    release,
    remove,
    flush,
    export_content,
    summary,
    hosts,
    forget,
    nodes,
    drain,
};
std::string_view name(ControlVerb verb);

// `corrupt`: its row cannot be read, so nothing else is known about it.
enum class MessageState : std::uint8_t { waiting, held, unreportable, corrupt };
std::string_view name(MessageState state);
// Held has precedence; unreportable if no recipient is waiting.
MessageState state_of(const queue::Message& message);

// Empty members match everything.
struct MessageFilter {
    std::string sender = {};     // part of the address, without case; "<>": the null reverse-path
    std::string recipient = {};  // part of any recipient's address
    std::string domain = {};     // the whole domain of any recipient
    std::optional<std::chrono::seconds> older = {};
    std::optional<std::chrono::seconds> newer = {};
    std::optional<MessageState> state = {};

    bool is_empty() const { return *this == MessageFilter{}; }
    bool matches(const queue::Message& message, std::chrono::sys_seconds now) const;
    // Only the state of a corrupt message is known.
    bool matches_corrupt() const;
    bool operator==(const MessageFilter&) const = default;
};

struct ControlRequest {
    ControlVerb verb = ControlVerb::list;
    std::vector<queue::QueueId> ids = {};
    bool is_all = false;  // every message that the filter matches
    MessageFilter filter = {};
    queue::QueueId after = {};  // for a list: start with the next one
    std::size_t limit = lines_max;
    std::string host = {};   // for forget: its address, with or without a port, or its name
    std::string node = {};   // of the relays that share the queue; empty: all
    bool is_undone = false;  // for drain

    // The maximum of one answer, unless "limit" is lower: messages of a list, destinations.
    static constexpr std::size_t lines_max = 1000;

    bool operator==(const ControlRequest&) const = default;
};

// Or what is wrong with it, in a sentence of printable characters.
[[nodiscard]] std::expected<ControlRequest, std::string> parse_control_request(
    std::string_view line);

}  // namespace turnaway::relay
