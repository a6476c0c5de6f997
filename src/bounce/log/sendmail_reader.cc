// The log of Sendmail.
#include <algorithm>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;
constexpr auto npos = std::string_view::npos;

// "5+00:01:02": days, hours, minutes, seconds.
std::optional<double> duration_of(std::string_view text) {
    double days = 0;
    if (const std::size_t plus = text.find('+'); plus != npos) {
        days = number_of(text.substr(0, plus)).value_or(0);
        text.remove_prefix(plus + 1);
    }
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const auto hours = number_of(text.substr(0, 2));
    const auto minutes = number_of(text.substr(3, 2));
    const auto seconds = number_of(text.substr(6));
    if (!hours || !minutes || !seconds) return std::nullopt;
    return ((days * 24 + *hours) * 60 + *minutes) * 60 + *seconds;
}

std::string_view without_brackets(std::string_view address) {
    if (address.starts_with('<')) address.remove_prefix(1);
    if (address.ends_with('>')) address.remove_suffix(1);
    return address;
}

// "to=<a>,<b>, ctladdr=..., delay=..., relay=..., dsn=5.1.1, reply=..., stat=User unknown".
bool read_attempt(std::string_view rest, std::string& text, DeliveryEvent& event) {
    const std::size_t recipients_end = rest.find(", ");
    const std::size_t stat_at = rest.find(", stat=");
    if (recipients_end == npos || stat_at == npos) return false;
    event.recipients = without_brackets(rest.substr(0, recipients_end));
    const std::string_view fields = rest.substr(recipients_end, stat_at - recipients_end);
    const std::string_view stat = rest.substr(stat_at + 7);
    event.delay = duration_of(field_after(fields, ", delay=", ", "));
    event.status = field_after(fields, ", dsn=", ", ");
    event.remote = host_name(field_after(fields, ", relay=", ", "));
    if (stat.starts_with("Sent")) {
        event.kind = Kind::delivered;
    } else if (stat.starts_with("queued")) {
        return false;
    } else {
        const bool is_delay = stat.starts_with("Deferred") || event.status.starts_with('4');
        event.kind = is_delay ? Kind::delayed : Kind::failed;
    }
    const std::size_t reply_at = fields.find(", reply=");
    event.text = stat;
    if (reply_at != npos) {
        std::string_view reply = fields.substr(reply_at + 8);
        reply = reply.substr(0, reply.find(", dsn="));  // in either order
        if (reply.ends_with("\\r")) reply.remove_suffix(2);
        // The words of the server come after the reply that they are about.
        text.assign(reply);
        if (!stat.contains(reply)) text.append("; ").append(stat);
        event.text = text;
    }
    return true;
}

}  // namespace

bool read_sendmail(std::string_view message, std::string& text, DeliveryEvent& event) {
    const std::size_t colon = message.substr(0, 24).find(": ");
    if (colon == npos || colon < 12) return false;
    event.id = message.substr(0, colon);
    if (!std::ranges::all_of(event.id, base::is_alnum)) return false;
    std::string_view rest = message.substr(colon + 2);
    if (take_prefix(rest, "to=")) return read_attempt(rest, text, event);
    if (take_prefix(rest, "from=")) {
        event.kind = Kind::received;
        event.sender = without_brackets(rest.substr(0, rest.find(", ")));
        event.message_id = without_brackets(field_after(rest, ", msgid=", ", "));
        return true;
    }
    const bool is_given_up = rest.contains(": Cannot send message for ");
    if (!is_given_up) return false;
    event.kind = Kind::expired;
    event.text = rest.substr(rest.find(": Cannot") + 2);
    return true;
}

}  // namespace turnaway::bounce
