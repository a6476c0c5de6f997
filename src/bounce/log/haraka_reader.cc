// The log of Haraka, in its default form.
#include <algorithm>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;
constexpr auto npos = std::string_view::npos;

std::string_view take_bracketed(std::string_view& text) {
    if (!text.starts_with('[')) return {};
    const std::size_t end = text.find(']');
    if (end == npos) return {};
    const std::string_view inner = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    take_prefix(text, " ");
    return inner;
}

// "<bob@example.org> rejected: 550 5.1.1 No such user".
bool read_recipient(std::string_view rest, DeliveryEvent& event) {
    const std::size_t end = rest.find("> ");
    if (end == npos || !rest.starts_with('<')) return false;
    event.recipients = rest.substr(1, end - 1);
    rest.remove_prefix(end + 2);
    if (take_prefix(rest, "rejected: ")) {
        event.kind = Kind::failed;
    } else if (take_prefix(rest, "deferred: ")) {
        event.kind = Kind::delayed;
    } else {
        return false;
    }
    event.text = rest;
    return true;
}

}  // namespace

// "[NOTICE] [UUID.1.1] [outbound] recipient <bob@example.org> rejected: 550 ...".
bool read_haraka(std::string_view message, DeliveryEvent& event) {
    take_bracketed(message);
    const std::string_view uuid = take_bracketed(message);
    const std::string_view part = take_bracketed(message);
    // UUID.1 is the message of a client, UUID.1.2 what is sent to one domain.
    const std::size_t dot = uuid.rfind('.');
    const bool is_part_of_message =
        dot != npos && uuid.substr(0, dot).contains('.') && part == "outbound";
    event.id = is_part_of_message ? uuid.substr(0, dot) : uuid;
    if (event.id.size() < 2) return false;
    if (part == "core" && take_prefix(message, "sender <")) {
        event.kind = Kind::received;
        event.sender = message.substr(0, message.find('>'));
        return true;
    }
    if (part != "outbound") return false;
    if (take_prefix(message, "recipient ")) return read_recipient(message, event);
    // About all recipients of the message: only those that an earlier line named are known. "Some
    // recipients failed" follows the lines of those that did.
    if (take_prefix(message, "bouncing mail: ") && !message.starts_with("Some recipients")) {
        event.kind = Kind::expired;
        event.text = message;
        return true;
    }
    return false;
}

}  // namespace turnaway::bounce
