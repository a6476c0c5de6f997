// Control request: what an administrator asks of the running relay, one JSON object a line
// (docs/json.md).
//
// Anything that is no object, names a key that its verb does not take, or holds a value of the
// wrong kind is refused with a sentence; nothing is guessed. The line's length is the caller's to
// bound. Pure.
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

// The order is that of the words ("list", "show", ...).
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
};
std::string_view name(ControlVerb verb);

// `corrupt`: its row cannot be read, so that nothing else is known of it.
enum class MessageState : std::uint8_t { waiting, held, unreportable, corrupt };
std::string_view name(MessageState state);
// Held above all; unreportable when nobody is waiting.
MessageState state_of(const queue::Message& message);

// What is empty matches everything.
struct MessageFilter {
    std::string sender = {};     // a part of the address, without case; "<>": the null sender
    std::string recipient = {};  // a part of any recipient's address
    std::string domain = {};     // the whole domain of any recipient
    std::optional<std::chrono::seconds> older = {};
    std::optional<std::chrono::seconds> newer = {};
    std::optional<MessageState> state = {};

    bool is_empty() const { return *this == MessageFilter{}; }
    bool matches(const queue::Message& message, std::chrono::sys_seconds now) const;
    // Of a message that cannot be read only the state is known.
    bool matches_corrupt() const;
    bool operator==(const MessageFilter&) const = default;
};

struct ControlRequest {
    ControlVerb verb = ControlVerb::list;
    std::vector<queue::QueueId> ids = {};
    bool is_all = false;  // every message that the filter matches
    MessageFilter filter = {};
    queue::QueueId after = {};  // of a list: from the next one on
    std::size_t limit = lines_max;
    std::string host = {};  // to forget: its address, with or without a port, or its name

    // What one answer holds at most, unless "limit" says less: messages of a list, destinations.
    static constexpr std::size_t lines_max = 1000;

    bool operator==(const ControlRequest&) const = default;
};

// Or what is wrong with it, in a sentence of printable characters.
[[nodiscard]] std::expected<ControlRequest, std::string> parse_control_request(
    std::string_view line);

}  // namespace turnaway::relay
