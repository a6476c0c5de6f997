// The log of Postfix, and that of turnaway-relay in its text form.
#include <algorithm>
#include <array>
#include <utility>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;
constexpr auto npos = std::string_view::npos;

constexpr std::array<std::pair<std::string_view, Kind>, 4> outcomes{{
    {"sent", Kind::delivered},
    {"deferred", Kind::delayed},
    {"SOFTBOUNCE", Kind::delayed},  // soft_bounce = yes
    {"bounced", Kind::failed},
}};

// "to=<a@example.org>, orig_to=<b>, relay=..., delay=1, dsn=5.1.1, status=bounced (words)". The
// fields come in this order, so no recipient or reply can look like a later one.
bool read_attempt(std::string_view rest, DeliveryEvent& event) {
    const std::size_t recipient_end = rest.find(">, ");
    if (recipient_end == npos) return false;
    event.recipients = rest.substr(0, recipient_end);
    rest.remove_prefix(recipient_end + 3);
    if (take_prefix(rest, "orig_to=<")) {
        const std::size_t end = rest.find(">, ");
        if (end == npos) return false;
        event.original_recipient = rest.substr(0, end);
        rest.remove_prefix(end + 3);
    }
    if (!take_prefix(rest, "relay=")) return false;
    const std::string_view relay = rest.substr(0, rest.find(", "));
    if (relay.contains('[')) event.remote = host_name(relay);
    const std::size_t status_at = rest.find(", status=");
    if (status_at == npos) return false;
    const std::string_view before = rest.substr(0, status_at);
    event.delay = number_of(field_after(before, ", delay=", ", "));
    event.status = field_after(before, ", dsn=", ", ");
    rest.remove_prefix(status_at + 9);
    const std::string_view word = rest.substr(0, rest.find(' '));
    const auto* const outcome =
        std::ranges::find(outcomes, word, &std::pair<std::string_view, Kind>::first);
    if (outcome == outcomes.end()) return false;  // "deliverable" answers a question
    event.kind = outcome->second;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    if (take_prefix(rest, "(") && rest.ends_with(')')) rest.remove_suffix(1);
    event.text = rest;
    return true;
}

}  // namespace

bool read_postfix(std::string_view message, DeliveryEvent& event) {
    constexpr std::size_t id_bytes_max = 24;
    const std::size_t colon = message.substr(0, id_bytes_max).find(": ");
    if (colon == npos || colon == 0) return false;
    std::string_view rest = message.substr(colon + 2);
    const std::string_view id = message.substr(0, colon);
    if (!std::ranges::all_of(id, base::is_alnum)) return false;
    event.id = id;
    if (take_prefix(rest, "to=<")) return read_attempt(rest, event);
    if (take_prefix(rest, "from=<")) {
        const std::size_t end = rest.find(">, ");
        if (end == npos) return false;
        event.sender = rest.substr(0, end);
        rest.remove_prefix(end + 3);
        if (rest.starts_with("status=expired") || rest.starts_with("status=force-expired")) {
            event.kind = Kind::expired;
        } else {
            event.kind = rest.starts_with("size=") ? Kind::received : Kind::none;
        }
        return event.kind != Kind::none;
    }
    if (take_prefix(rest, "message-id=<")) {
        event.kind = Kind::received;
        event.message_id = rest.substr(0, rest.rfind('>'));
        return true;
    }
    if (rest != "removed") return false;
    event.kind = Kind::ended;
    return true;
}

}  // namespace turnaway::bounce
