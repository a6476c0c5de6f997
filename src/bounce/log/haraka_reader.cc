// The log of Haraka: in its default form, as logfmt, and as JSON.
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

// The value after `name`: a word, or in quotes, with the quotes and backslashes in it escaped.
std::string_view take_value(std::string_view& text, std::string_view name, std::string& buffer) {
    if (!take_prefix(text, name)) return {};
    if (!take_prefix(text, "\"")) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        return word;
    }
    buffer.clear();
    std::size_t at = 0;
    for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        buffer += text[at];
    }
    text.remove_prefix(std::min(at + 2, text.size()));
    return buffer;
}

bool read_parts(std::string_view uuid, std::string_view part, std::string_view message,
                DeliveryEvent& event) {
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

}  // namespace

// "[NOTICE] [UUID.1.1] [outbound] recipient <bob@example.org> rejected: 550 ...", or
// "level=NOTICE uuid=UUID.1.1 origin=outbound message="recipient ..."".
bool read_haraka(std::string_view message, std::string& text, DeliveryEvent& event) {
    if (message.starts_with('[')) {
        take_bracketed(message);
        const std::string_view uuid = take_bracketed(message);
        const std::string_view part = take_bracketed(message);
        return read_parts(uuid, part, message, event);
    }
    take_value(message, "level=", text);
    const std::string_view uuid = take_value(message, "uuid=", text);
    const std::string_view part = take_value(message, "origin=", text);
    return read_parts(uuid, part, take_value(message, "message=", text), event);
}

bool read_haraka_json(const JsonMembers& members, DeliveryEvent& event) {
    return read_parts(member(members, "uuid"), member(members, "origin"),
                      member(members, "message"), event);
}

}  // namespace turnaway::bounce
