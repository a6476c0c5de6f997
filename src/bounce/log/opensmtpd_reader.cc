// The log of OpenSMTPD, since 6.0.
#include <algorithm>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;

// "1d2h3s" and "15s".
std::optional<double> duration_of(std::string_view text) {
    double total = 0, value = 0;
    for (const char c : text) {
        if (base::is_digit(c)) {
            value = value * 10 + (c - '0');
            continue;
        }
        total += value * (c == 'd' ? 86400 : c == 'h' ? 3600 : c == 'm' ? 60 : 1);
        value = 0;
    }
    if (text.empty()) return std::nullopt;
    return total + value;
}

}  // namespace

// "ID mta delivery evpid=ID from=<> to=<> rcpt=<> source="" relay="" delay=1s result="" stat=""".
bool read_opensmtpd(std::string_view message, DeliveryEvent& event) {
    const std::size_t at = message.substr(0, 40).find(" delivery evpid=");
    if (at == std::string_view::npos) return false;
    std::string_view rest = message.substr(at + 16);
    event.id = rest.substr(0, rest.find(' '));
    event.sender = field_after(rest, " from=<", "> to=<");
    event.recipients = field_after(rest, " to=<", "> rcpt=<");
    const std::string_view original = field_after(rest, "> rcpt=<", "> ");
    if (original != "-" && original != event.recipients) event.original_recipient = original;
    const std::size_t result_at = rest.find(" result=");
    if (result_at == std::string_view::npos || event.recipients.empty()) return false;
    const std::string_view fields = rest.substr(0, result_at);
    event.delay = duration_of(field_after(fields, " delay=", " "));
    const std::string_view relay = field_after(fields, " relay=\"", "\"");
    // "192.0.2.1 (mx.example.org)"; without a connection the name of the domain.
    const std::string_view name = field_after(relay, "(", ")");
    event.remote = name.empty() ? host_name(relay) : name;
    rest.remove_prefix(result_at + 8);
    const std::size_t stat_at = rest.find(" stat=");
    std::string_view result = rest.substr(0, stat_at);
    if (stat_at != std::string_view::npos) event.text = rest.substr(stat_at + 6);
    for (std::string_view* text : {&result, &event.text}) {
        if (text->starts_with('"')) text->remove_prefix(1);
        if (text->ends_with('"')) text->remove_suffix(1);
    }
    if (result == "Ok") {
        event.kind = Kind::delivered;
    } else if (result == "PermFail") {
        event.kind = Kind::failed;
    } else if (result == "TempFail" || result == "RouteFail") {
        event.kind = Kind::delayed;
    } else {
        return false;
    }
    return true;
}

}  // namespace turnaway::bounce
