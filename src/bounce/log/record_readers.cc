// Logs of records with named members: KumoMTA's JSON, that of turnaway-relay, and PowerMTA's
// accounting file.
#include <algorithm>
#include <array>
#include <utility>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;

template <std::size_t count>
Kind kind_in(const std::array<std::pair<std::string_view, Kind>, count>& table,
             std::string_view word) {
    for (const auto& [name, kind] : table) {
        if (name == word) return kind;
    }
    return Kind::none;
}

// "OOB" is a bounce that came as a message later, "Feedback" a complaint.
constexpr std::array<std::pair<std::string_view, Kind>, 7> kumomta_types{{
    {"Delivery", Kind::delivered},
    {"TransientFailure", Kind::delayed},
    {"Bounce", Kind::failed},
    {"AdminBounce", Kind::failed},
    {"Expiration", Kind::expired},
    {"OOB", Kind::failed},
    {"Feedback", Kind::complained},
}};
// In either spelling. "rb" is a bounce that came as a message later.
constexpr std::array<std::pair<std::string_view, Kind>, 9> powermta_types{{
    {"d", Kind::delivered},
    {"delivery", Kind::delivered},
    {"b", Kind::failed},
    {"bounce", Kind::failed},
    {"rb", Kind::failed},
    {"remote-bounce", Kind::failed},
    {"t", Kind::delayed},
    {"tq", Kind::delayed},
    {"transient", Kind::delayed},
}};
// Without a head: the order that PowerMTA has by default.
constexpr std::array<std::string_view, 11> powermta_columns{
    "type",      "timeLogged", "timeQueued", "orig",   "rcpt",     "orcpt",
    "dsnAction", "dsnStatus",  "dsnDiag",    "dsnMta", "bounceCat"};

std::optional<double> difference(std::string_view later, std::string_view earlier) {
    const auto end = number_of(later);
    const auto begin = number_of(earlier);
    if (!end || !begin || *end < *begin) return std::nullopt;
    return *end - *begin;
}

// "smtp;550 5.1.1 words" and "rfc822;bob@example.org": the part after the type.
std::string_view without_type(std::string_view text) {
    const std::size_t semicolon = text.find(';');
    if (semicolon == std::string_view::npos || semicolon > 10) return text;
    return base::trim(text.substr(semicolon + 1));
}

// The record's own recipient is the address that takes complaints.
bool read_feedback(const JsonMembers& members, DeliveryEvent& event) {
    event.recipients = member(members, "feedback_report.original_rcpt_to");
    if (event.recipients.empty())
        event.recipients = member(members, "feedback_report.supplemental_trace.recipient");
    if (event.recipients.empty()) return false;
    event.id = member(members, "id");
    event.sender = member(members, "feedback_report.original_mail_from");
    event.time = member(members, "timestamp");
    event.host = member(members, "nodeid");
    event.text = member(members, "feedback_report.feedback_type");
    return true;
}

}  // namespace

bool read_kumomta(const JsonMembers& members, std::string& text, DeliveryEvent& event) {
    event.kind = kind_in(kumomta_types, member(members, "type"));
    if (event.kind == Kind::complained) return read_feedback(members, event);
    event.recipients = member(members, "recipient");
    if (event.kind == Kind::none || event.recipients.empty()) return false;
    event.id = member(members, "id");
    event.sender = member(members, "sender");
    event.time = member(members, "timestamp");
    event.host = member(members, "nodeid");
    event.delay = difference(event.time, member(members, "created"));
    event.remote = host_name(member(members, "peer_address.name"));
    text = member(members, "response.code");
    const std::string_view class_digit = member(members, "response.enhanced_code.class");
    if (!class_digit.empty()) {
        text.append(" ").append(class_digit);
        text.append(".").append(member(members, "response.enhanced_code.subject"));
        text.append(".").append(member(members, "response.enhanced_code.detail"));
    }
    text.append(" ").append(member(members, "response.content"));
    const std::string_view command = member(members, "response.command");
    const std::string_view verb = command.substr(0, command.find_first_of(":<"));
    if (!verb.empty()) text.append(" (in reply to ").append(verb).append(" command)");
    event.text = text;
    return true;
}

bool read_turnaway_json(const JsonMembers& members, DeliveryEvent& event) {
    const std::string_view what = member(members, "event");
    event.id = member(members, "id");
    event.time = member(members, "time");
    if (event.id.empty()) return false;
    if (what == "received") {
        event.kind = Kind::received;
        event.sender = member(members, "from");
        return true;
    }
    if (what == "removed") {
        event.kind = Kind::ended;
        return true;
    }
    if (what != "delivery") return false;
    const std::string_view result = member(members, "result");
    event.kind = result == "sent"      ? Kind::delivered
                 : result == "bounced" ? Kind::failed
                                       : Kind::delayed;
    event.recipients = member(members, "to");
    event.remote = member(members, "host");
    event.status = member(members, "status");
    event.text = member(members, "words");
    if (const auto milliseconds = number_of(member(members, "milliseconds")))
        event.delay = *milliseconds / 1000;
    return true;
}

bool read_powermta(const std::vector<std::string>& columns, const std::vector<std::string>& cells,
                   std::string& id, DeliveryEvent& event) {
    const auto cell = [&](std::string_view name) -> std::string_view {
        std::size_t at = 0;
        if (columns.empty()) {
            at = static_cast<std::size_t>(std::ranges::find(powermta_columns, name) -
                                          powermta_columns.begin());
        } else {
            at = static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
        }
        return at < cells.size() ? std::string_view(cells[at]) : std::string_view();
    };
    event.kind = kind_in(powermta_types, cell("type"));
    event.recipients = cell("rcpt");
    if (event.kind == Kind::none || event.recipients.empty()) return false;
    const std::string_view original = without_type(cell("orcpt"));
    if (original != event.recipients) event.original_recipient = original;
    event.time = cell("timeLogged");
    event.sender = cell("orig");
    event.remote = host_name(cell("dsnMta"));
    event.text = without_type(cell("dsnDiag"));
    const std::string_view status = cell("dsnStatus");
    event.status = status.substr(0, status.find(' '));
    if (event.text.empty()) event.text = status;
    event.delay = difference(event.time, cell("timeQueued"));
    // There is no queue identifier: what was queued at one time from one sender is one message.
    id.assign(cell("timeQueued")).append(" ").append(*event.sender);
    event.id = id;
    event.is_queue_id = false;
    return true;
}

}  // namespace turnaway::bounce
